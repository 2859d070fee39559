"""Making and changing segments: the rule is checked, its version counted, its refresh due at once."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.policy.models import MarketingPolicy
from campaigns.research.models import Persona
from campaigns.segments.models import Segment, SegmentKind
from campaigns.segments.references import asked_by, refuse_circle, refuse_unknown, segments_asked
from campaigns.segments.refusing import SegmentRefused
from campaigns.segments.tree import read_tree, write_tree
from contacts.models import User


@transaction.atomic
def save_segment(
    *,
    by: User,
    segment: Segment | None = None,
    rule: object = None,
    personas: Iterable[Persona] | None = None,
    **fields: Any,
) -> Segment:
    """Make a segment, or change one; return it as it stands.

    ``fields`` are ``name``, ``description``, ``owner`` (else ``by``), ``refresh_hours``, and of a new one ``kind``. A
    rule is given for a live segment only; None leaves the present one. Raises TreeRefused, SegmentRefused
    (``segment_archived``, ``segment_kind_fixed``) and ValidationError with the fields at fault; nothing is saved then.
    """
    row = _locked(segment) if segment else Segment(owner=fields.get("owner") or by)
    if segment and fields.get("kind", row.kind) != row.kind:
        sentence = _("A segment keeps its kind. Make another one, of the other kind.")
        raise SegmentRefused(sentence, code="segment_kind_fixed")
    owner_before = row.owner_id
    for name, value in fields.items():
        setattr(row, name, value)
    if rule is not None:
        if row.kind != SegmentKind.LIVE:
            raise ValidationError({"rule": [_("Only a live segment has a rule; a fixed list has none.")]})
        _write_rule(row, rule)
    if row.is_live and (row._state.adding or rule is not None or row.owner_id != owner_before):
        row.refresh_due_at, row.claimed_until = timezone.now(), None
    row._history_user = by  # type: ignore[attr-defined]
    row.full_clean()
    row.save()
    if personas is not None:
        row.personas.set(personas)
    return row


@transaction.atomic
def archive_segment(segment: Segment, *, by: User) -> Segment:
    """Take a segment out of use: it is refreshed no more, and keeps the members it has.

    Refuses (``segment_asked_for``) while the rule of another one asks for its members.
    """
    _one_rule_at_a_time()
    row = _locked(segment)
    if asking := asked_by(row):
        names = Segment.objects.filter(pk__in=asking).order_by("name")[:3]
        sentence = _("The rule of “%(segment)s” asks for its members. Change that rule first.")
        words = {"segment": "”, “".join(each.name for each in names)}
        raise SegmentRefused(sentence % words, code="segment_asked_for", facts={"segments": asking})
    row.archived_at, row.refresh_due_at, row.claimed_until = timezone.now(), None, None
    row._history_user = by  # type: ignore[attr-defined]
    row.save()
    return row


@transaction.atomic
def restore_segment(segment: Segment, *, by: User) -> Segment:
    """Bring an archived segment back into use; refused with TreeRefused if its rule makes no sense any more."""
    row: Segment = Segment.objects.select_for_update(of=("self",)).get(pk=segment.pk)
    if row.archived_at is None:
        raise SegmentRefused(_("“%(segment)s” is in use.") % {"segment": row}, code="segment_in_use")
    row.archived_at = None
    if row.is_live:
        _write_rule(row, row.rule, is_new=False)
        row.refresh_due_at = timezone.now()
    row._history_user = by  # type: ignore[attr-defined]
    row.save()
    return row


def _write_rule(row: Segment, rule: object, *, is_new: bool = True) -> None:
    tree = read_tree(rule)
    if segments_asked(tree):
        _one_rule_at_a_time()
    refuse_unknown(tree)
    if row.pk:
        refuse_circle(row, tree)
    written = write_tree(tree)
    if is_new and row.pk and written != row.rule:
        row.rule_version += 1
    row.rule = written


def _one_rule_at_a_time() -> None:
    """Let rules that ask for segments pass one by one: two saved at once could close a circle that neither saw."""
    policy = MarketingPolicy.objects.current()
    MarketingPolicy.objects.select_for_update().get(pk=policy.pk)


def _locked(segment: Segment) -> Segment:
    row: Segment = Segment.objects.select_for_update(of=("self",)).get(pk=segment.pk)
    if row.archived_at is not None:
        sentence = _("“%(segment)s” is archived. Restore it first.")
        raise SegmentRefused(sentence % {"segment": row}, code="segment_archived")
    return row
