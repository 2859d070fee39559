"""What a rule would mean, before it is saved: how many, some of them, who lacks consent, whom others have too."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Count
from django.db.models.expressions import RawSQL
from django.utils import timezone

from campaigns.segments.asking import asking
from campaigns.segments.compiling import compile_tree
from campaigns.segments.models import Segment, SegmentMember
from campaigns.segments.references import refuse_circle, refuse_unknown
from campaigns.segments.refreshing import kept, with_picks
from campaigns.segments.tree import Group
from config.common.money import ZERO, round_to
from contacts.models import Consent, ConsentPurpose, Contact, User
from contacts.staff.models import Scope

SAMPLE = 5
MOST_OVERLAPS = 5


@dataclass(frozen=True, slots=True)
class Lacking:
    """So many of the people did not allow a purpose."""

    purpose: ConsentPurpose
    people: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """So many of the people are in another segment, too; ``per_cent`` of the people previewed, in whole numbers."""

    segment: Segment
    people: int
    per_cent: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule means now."""

    count: int
    sample: tuple[Contact, ...]
    lacking: tuple[Lacking, ...]
    overlaps: tuple[Overlap, ...]


@transaction.atomic
def preview(tree: Group, *, owner: User, reader: User, segment: Segment | None = None) -> Preview:
    """Return what a rule means now, by the owner's calendar; with a segment, with its picks and without itself.

    The sample holds people whom the reader may see, the overlaps segments that they may see. The counts hold everybody
    for those who see everybody; the others learn of whom they may see only, and of no consent and overlap.
    Raises TreeRefused. The number of queries does not grow with people or segments.
    """
    refuse_unknown(tree)
    fits = compile_tree(tree, asking(owner, timezone.now()))
    if segment and segment.pk:
        refuse_circle(segment, tree)
        fits = with_picks(segment, fits)
    seen = Contact.objects.visible_to(reader)
    with kept(Contact.objects.live().filter(fits).order_by()) as people:
        sample = tuple(seen.filter(pk__in=people).order_by("-pk")[:SAMPLE])
        if not sees_everybody(reader):
            return Preview(seen.filter(pk__in=people).order_by().count(), sample, (), ())
        count = Contact.objects.filter(pk__in=people).order_by().count()
        return Preview(count, sample, _lacking(people, count), _overlaps(people, count, reader, segment))


def sees_everybody(reader: User) -> bool:
    """Say whether a reader may see all contacts, and so the numbers of all."""
    return reader.scope == Scope.ALL


def preview_count(tree: Group, *, owner: User) -> int:
    """Return how many live contacts a rule fits now. Raises TreeRefused."""
    refuse_unknown(tree)
    return Contact.objects.live().filter(compile_tree(tree, asking(owner, timezone.now()))).order_by().count()


def _lacking(people: RawSQL, count: int) -> tuple[Lacking, ...]:
    given = Consent.objects.filter(is_given=True, contact__in=people).order_by()
    numbers = dict(given.values_list("purpose").annotate(people=Count("pk")))
    purposes = ConsentPurpose.objects.filter(is_active=True)
    return tuple(Lacking(purpose, count - numbers.get(purpose.pk, 0)) for purpose in purposes)


def _overlaps(people: RawSQL, count: int, reader: User, segment: Segment | None) -> tuple[Overlap, ...]:
    others = Segment.objects.in_use().visible_to(reader).order_by()
    if segment and segment.pk:
        others = others.exclude(pk=segment.pk)
    shared = SegmentMember.objects.current().filter(segment__in=others.values("pk"), contact__in=people)
    numbers = shared.order_by().values_list("segment").annotate(people=Count("pk")).order_by("-people", "segment")
    found = dict(numbers[:MOST_OVERLAPS])
    rows = Segment.objects.in_bulk(found)
    return tuple(Overlap(rows[pk], people, _per_cent(people, count)) for pk, people in found.items())


def _per_cent(people: int, count: int) -> int:
    return int(round_to(Decimal(people) * 100 / count if count else ZERO, 0))
