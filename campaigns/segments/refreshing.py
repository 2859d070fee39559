"""Refreshing a segment: the difference between its members and whom its rule and picks mean, made in the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns import signals
from campaigns.segments.asking import asking
from campaigns.segments.compiling import compile_tree
from campaigns.segments.models import HandPick, Segment, SegmentMember, SegmentRefresh
from campaigns.segments.references import asked_by, refuse_circle, refuse_unknown
from campaigns.segments.refusing import SegmentRefused, TreeRefused
from campaigns.segments.telling import tell
from campaigns.segments.tree import read_tree
from contacts.models import Contact, User

_MEMBERS = SegmentMember._meta.db_table


def refresh(segment_id: int, *, by: User | None = None) -> SegmentRefresh:
    """Let enter whom rule and picks mean, let leave who is meant no more; return what was done, and how long it took.

    Under the segment's lock: a pick or another refresh waits, and a rule that is saved meanwhile is due afterwards. A
    rule that can't be read any more changes nobody's membership; the row says why. Raises SegmentRefused
    (``segment_archived``).
    """
    started = perf_counter()
    with transaction.atomic():
        segment = Segment.objects.select_for_update(of=("self",)).get(pk=segment_id)
        if segment.archived_at is not None:
            sentence = _("“%(segment)s” is archived. Restore it first.")
            raise SegmentRefused(sentence % {"segment": segment}, code="segment_archived")
        now, refusal, entered, left = timezone.now(), "", list[int](), list[int]()
        try:
            entered, left = _make_difference(segment, whom_it_means(segment, now), now)
        except TreeRefused as refused:
            refusal = refused.sentence
        tell(signals.segment_entered, segment, entered, by=by)
        tell(signals.segment_left, segment, left, by=by)
        row = SegmentRefresh(segment=segment, rule_version=segment.rule_version, at=now, refusal=refusal[:500], by=by)
        row.entered, row.left = len(entered), len(left)
        row.size = SegmentMember.objects.current().filter(segment=segment).count()
        _schedule(segment, row, now)
        row.milliseconds = round((perf_counter() - started) * 1000)
        row.save()
    return row


def refresh_if_in_use(segment_id: int) -> SegmentRefresh | None:
    """Refresh a segment on schedule; None for one that was archived or deleted meanwhile."""
    if not Segment.objects.in_use().filter(pk=segment_id).exists():
        return None
    return refresh(segment_id)


def whom_it_means(segment: Segment, now: datetime) -> QuerySet[Contact]:
    """Return the live contacts that should be in: those picked, and those whom the rule fits and nobody left out.

    Of a fixed list those who are in. Raises TreeRefused for a rule that can't be read any more.
    """
    live: QuerySet[Contact] = Contact.objects.live().order_by()
    if not segment.is_live:
        return live.filter(Exists(_inside(segment)))
    tree = read_tree(segment.rule)
    refuse_unknown(tree)
    refuse_circle(segment, tree)
    return live.filter(with_picks(segment, compile_tree(tree, asking(segment.owner, now))))


def with_picks(segment: Segment, fits: Q) -> Q:
    """Return the condition of a rule with what was picked by hand; where nothing was, the condition itself."""
    picks = HandPick.objects.filter(segment=segment).order_by()
    kinds = set(picks.values_list("is_in", flat=True).distinct())
    of_contact = picks.filter(contact=OuterRef("pk"))
    if False in kinds:
        fits = fits & ~Q(Exists(of_contact.filter(is_in=False)))
    return fits | Q(Exists(of_contact.filter(is_in=True))) if True in kinds else fits


def _inside(segment: Segment) -> QuerySet[SegmentMember]:
    inside: QuerySet[SegmentMember] = SegmentMember.objects.current().filter(segment=segment, contact=OuterRef("pk"))
    return inside


def _make_difference(segment: Segment, meant: QuerySet[Contact], now: datetime) -> tuple[list[int], list[int]]:
    """Write who enters and who leaves; return their ids. However wrong an estimate, each row is looked up by an index.

    Nobody leaves before they entered, whatever the clocks of two machines say.
    """
    present = f"m.segment_id = {segment.pk:d} AND m.left_at IS NULL"
    with kept(meant), connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {_MEMBERS} AS m SET left_at = CASE WHEN m.entered_at > %s THEN m.entered_at ELSE %s END
            WHERE {present} AND NOT EXISTS (SELECT 1 FROM segment_meant k WHERE k.meant_id = m.contact_id)
            RETURNING contact_id
            """,  # noqa: S608  the names are ours
            (now, now),
        )
        gone = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(
            f"""
            INSERT INTO {_MEMBERS} (segment_id, contact_id, entered_at)
            SELECT {segment.pk:d}, k.meant_id, %s FROM segment_meant k
            WHERE NOT EXISTS (SELECT 1 FROM {_MEMBERS} m WHERE {present} AND m.contact_id = k.meant_id)
            RETURNING contact_id
            """,  # noqa: S608
            (now,),
        )
        return [pk for (pk,) in cursor.fetchall()], gone


@contextmanager
def kept(meant: QuerySet[Contact]) -> Iterator[RawSQL]:
    """Keep the ids that a query finds in a table of this connection, so that the rule is asked once; give the ids.

    Inside a transaction, which takes the table away if something fails.
    """
    sql, params = meant.values(meant_id=F("pk")).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE segment_meant AS {sql}", params)
        # An index that is built at once costs a part of one that grows row by row.
        cursor.execute("CREATE UNIQUE INDEX segment_meant_ids ON segment_meant (meant_id)")
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE segment_meant")
        yield RawSQL("SELECT meant_id FROM segment_meant", ())
        # What fails takes the table back with its transaction.
        cursor.execute("DROP TABLE segment_meant")


def _schedule(segment: Segment, row: SegmentRefresh, now: datetime) -> None:
    """Say when the next refresh is due; segments that ask for these members are due at once if they changed."""
    following: dict[str, Any] = {"size": row.size, "claimed_until": None}
    if not row.refusal:
        following["refreshed_at"] = now
    following["refresh_due_at"] = now + timedelta(hours=segment.refresh_hours) if segment.is_live else None
    Segment.objects.filter(pk=segment.pk).update(**following)
    if row.entered or row.left:
        waiting = Segment.objects.filter(pk__in=asked_by(segment)).order_by("pk")
        waiting.update(refresh_due_at=now, claimed_until=None)
