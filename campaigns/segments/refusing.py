"""Why a rule, a segment or a pick is refused."""

from django.utils.functional import Promise

from config.common.errors import DomainError


class SegmentRefused(DomainError):
    """A segment can't be saved, refreshed or picked from like this."""

    code = "segment_refused"


class TreeRefused(DomainError):
    """A rule makes no sense. ``facts["path"]`` leads to the node at fault, like ``rules.1.where.rules.0``."""

    code = "segment_rule_invalid"

    def __init__(self, sentence: str | Promise, *, path: str = "", code: str | None = None) -> None:
        super().__init__(sentence, code=code, facts={"path": path})
        self.path = path
