"""What staff see of market research: studies with their findings, and personas."""

from campaigns.admin.research import personas, studies

__all__ = ["personas", "studies"]
