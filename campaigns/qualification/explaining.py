"""Which conditions of a segment's rule made a contact a marketing qualified lead, in words."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from campaigns.segments.models import HandPick, Segment
from campaigns.segments.reading import Trace, explain
from campaigns.segments.tree import read_tree
from config.common.errors import DomainError
from contacts.models import Contact

MOST_WORDS = 300


def conditions_met(segment: Segment, contact: Contact, *, now: datetime) -> str:
    """Return the conditions that hold for the contact, without their values: not everybody may see those."""
    if HandPick.objects.filter(segment=segment, contact=contact, is_in=True).exists():
        return _("put in by hand")
    if not segment.is_live:
        return _("on the list")
    try:
        trace = explain(read_tree(segment.rule), contact, segment.owner, owner=segment.owner, now=now)
    except DomainError as refusal:
        return refusal.sentence[:MOST_WORDS]
    words = "; ".join(_held(trace)) or _("the rule held when the segment was refreshed")
    return words if len(words) <= MOST_WORDS else f"{words[: MOST_WORDS - 1]}…"


def _held(trace: Trace) -> Iterator[str]:
    """The conditions that hold, from the outside in; what must not be the case is told as a whole."""
    if not trace.verdict:
        return
    if trace.match in ("all", "any"):
        for child in trace.children:
            yield from _held(child)
    else:
        yield trace.words
