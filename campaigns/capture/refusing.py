"""What capture refuses."""

from config.common.errors import DomainError


class CaptureRefused(DomainError):
    """A touch, a link or a form can't be made or changed that way."""

    code = "capture_refused"
