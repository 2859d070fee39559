"""Proofs of deals: their history is an unbroken chain that ends where they stand, and amounts are sums of lines."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import Lag, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.integrity import Finding, register_check
from config.common.money import ZERO, as_text, round_to
from deals.pipeline.deal import Deal, DealLine, Outcome
from deals.pipeline.history import StageChange


def deals_stand_where_their_history_ends() -> Iterator[Finding]:
    """Find deals whose stage, outcome or closing day differs from the newest row of their history."""
    later = StageChange.objects.filter(deal=OuterRef("deal"), pk__gt=OuterRef("pk"))
    newest = StageChange.objects.filter(~Exists(later)).order_by("deal")
    moved = newest.exclude(to_stage=F("deal__stage"), to_outcome=F("deal__outcome"))
    columns = ("deal", "deal__stage", "deal__outcome", "to_stage", "to_outcome")
    for pk, stage, outcome, to_stage, to_outcome in moved.values_list(*columns).iterator():
        sentence = _(
            "It is %(outcome)s in stage %(stage)s, and its history ends with %(to_outcome)s in stage %(to_stage)s."
        )
        labels = {"outcome": outcome, "stage": stage, "to_outcome": to_outcome, "to_stage": to_stage}
        yield Finding(Deal, pk, sentence % labels)
    day = TruncDate("at", tzinfo=timezone.get_default_timezone())
    closed = newest.exclude(to_outcome=Outcome.OPEN).annotate(day=day)
    other_day = closed.filter(Q(deal__closed_on__isnull=True) | ~Q(deal__closed_on=F("day")))
    for pk, closed_on, at in other_day.values_list("deal", "deal__closed_on", "day").iterator():
        sentence = _("It was closed on %(closed_on)s, and its history says %(at)s.")
        yield Finding(Deal, pk, sentence % {"closed_on": closed_on or "–", "at": at})
    history = StageChange.objects.filter(deal=OuterRef("pk"))
    for pk in Deal.objects.filter(~Exists(history)).order_by("pk").values_list("pk", flat=True).iterator():
        yield Finding(Deal, pk, _("It has no history."))


def history_is_a_chain() -> Iterator[Finding]:
    """Find rows of the history that don't begin in the stage and outcome in which the one before ended."""
    place: dict[str, Any] = {"partition_by": F("deal"), "order_by": F("id").asc()}
    rows = StageChange.objects.order_by("pk").annotate(
        ended_in=Window(Lag("to_stage"), **place), ended_as=Window(Lag("to_outcome"), **place)
    )
    first = Q(ended_in__isnull=True)
    follows = Q(from_stage=F("ended_in"), from_outcome=F("ended_as"))
    broken = rows.filter((first & ~Q(from_stage__isnull=True, from_outcome="")) | (~first & ~follows))
    columns = ("pk", "from_stage", "from_outcome", "ended_in", "ended_as")
    for pk, stage, outcome, ended_in, ended_as in broken.values_list(*columns).iterator():
        sentence = _(
            "It begins %(outcome)s in stage %(stage)s, and the row before ended %(ended_as)s in stage %(ended_in)s."
        )
        labels = {"outcome": outcome, "stage": stage, "ended_as": ended_as, "ended_in": ended_in}
        yield Finding(StageChange, pk, sentence % {name: value or "–" for name, value in labels.items()})


def count_deals_with_lines() -> int:
    """Return how many deals have lines."""
    return DealLine.objects.order_by().values("deal").distinct().count()


def amounts_are_sums_of_lines() -> Iterator[Finding]:
    """Find deals with lines whose amount is not the sum of their lines, each rounded in the deal's currency.

    The sums are made here, in exact decimals, from rows that pass by once: SQLite would add floats.
    """
    columns = ("deal", "quantity", "unit_price", "discount", "deal__amount", "deal__currency__minor_units")
    rows = DealLine.objects.order_by("deal", "pk").values_list(*columns).iterator(chunk_size=5000)
    for pk, group in groupby(rows, key=itemgetter(0)):
        total = ZERO
        for _pk, quantity, unit_price, discount, amount, digits in group:  # noqa: B007
            total += round_to(quantity * unit_price * (100 - discount) / 100, digits)
        if total != amount:
            sentence = _("Its amount is %(amount)s, and its lines come to %(total)s.")
            yield Finding(Deal, pk, sentence % {"amount": amount, "total": as_text(total, digits)})


def register() -> None:
    """Register the checks; called once when the app is ready."""
    register_check(
        "deals.stages",
        gettext_lazy("Deals stand in the stage and outcome that their history ends with"),
        deals_stand_where_their_history_ends,
        count=Deal.objects.count,
    )
    register_check(
        "deals.history",
        gettext_lazy("Each row of a deal's history begins where the one before ended"),
        history_is_a_chain,
        count=StageChange.objects.count,
    )
    register_check(
        "deals.amounts",
        gettext_lazy("The amount of a deal with lines is the sum of its lines"),
        amounts_are_sums_of_lines,
        count=count_deals_with_lines,
    )
