"""What qualification refuses."""

from config.common.errors import DomainError


class QualificationRefused(DomainError):
    """A lead can't be accepted that way."""

    code = "lead_not_accepted"
