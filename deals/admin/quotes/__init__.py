"""What staff see of quotes: their list, their page, and what one does there."""

from deals.admin.quotes import admin

__all__ = ["admin"]
