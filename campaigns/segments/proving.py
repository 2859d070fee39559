"""Proofs of segments: their size is the number of their members, and no archived person stays in one for long."""

from collections.abc import Iterator

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.segments.models import HandPick, Segment
from campaigns.segments.references import refuse_circle
from campaigns.segments.refusing import TreeRefused
from campaigns.segments.tree import read_tree
from config.common.integrity import Finding, register_check


def sizes_are_members() -> Iterator[Finding]:
    """Find segments whose size differs from the number of their present members."""
    present = Count("members", filter=Q(members__left_at__isnull=True))
    rows = Segment.objects.order_by("pk").annotate(present=present).exclude(size=F("present"))
    for pk, size, members in rows.values_list("pk", "size", "present").iterator():
        yield Finding(Segment, pk, _("Its size is %(size)s, and it has %(members)s members.") % {
            "size": size, "members": members,
        })  # fmt: skip


def rules_make_sense() -> Iterator[Finding]:
    """Find segments in use whose rule can't be read, or asks for the segment itself."""
    for segment in Segment.objects.in_use().filter(rule__isnull=False).order_by("pk").iterator():
        try:
            refuse_circle(segment, read_tree(segment.rule))
        except TreeRefused as refusal:
            yield Finding(Segment, segment.pk, refusal.sentence)


def picks_are_kept() -> Iterator[Finding]:
    """Find picks of lists, and people who are picked the one way and stand the other."""
    picks = HandPick.objects.order_by("pk")
    for pk in picks.filter(segment__rule__isnull=True).values_list("pk", flat=True).iterator():
        yield Finding(HandPick, pk, _("It is a pick of a list, which has none."))
    inside = Q(contact__memberships__segment=F("segment"), contact__memberships__left_at__isnull=True)
    wrong = picks.filter(inside, is_in=False).distinct()
    for pk in wrong.values_list("pk", flat=True).iterator():
        yield Finding(HandPick, pk, _("It leaves a contact out who is in."))


def register() -> None:
    """Register the checks; called once when the app is ready."""
    register_check(
        "campaigns.segment_sizes",
        gettext_lazy("The size of a segment is the number of its members"),
        sizes_are_members,
        count=Segment.objects.count,
    )
    register_check(
        "campaigns.segment_rules",
        gettext_lazy("Rules of segments can be read and don't run in circles"),
        rules_make_sense,
        count=Segment.objects.in_use().filter(rule__isnull=False).count,
    )
    register_check(
        "campaigns.hand_picks",
        gettext_lazy("Picks by hand are kept"),
        picks_are_kept,
        count=HandPick.objects.count,
    )
