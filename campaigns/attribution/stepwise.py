"""Shares deal by deal: time decay and Markov, whose weights the database can't reckon to the last unit by itself.

It knows the other methods as well, and must come to the same shares as ``setwise``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, islice
from typing import Any

from django.utils.dateparse import parse_datetime

from campaigns.attribution.chain import Effects, Walk, removal_effects
from campaigns.attribution.methods import Method
from campaigns.attribution.models import AttributionModel, AttributionRun, Share
from campaigns.attribution.weighing import LEAD, OPPORTUNITY, Terms, Touchpoint, weigh
from campaigns.attribution.windows import journey_sql, rows_of, window_of
from campaigns.capture.touch import RESPONSES
from config.common.money import STORED_DECIMALS, round_to, split
from deals.models import DealContact
from deals.pipeline.deal import Outcome

_BATCH = 2000
WEIGHT_DIGITS = 18
_COLUMNS = "deal_id, touch_id, at, channel_id, amount, lead_at, opportunity_at, via_company"


def terms_of(model: AttributionModel) -> Terms:
    """Return the method of a model with its settings."""
    return Terms(Method(model.method), timedelta(days=float(model.half_life_days)), model.chain_order)


def write_shares(run: AttributionRun, model: AttributionModel, minor_units: int) -> Effects | None:
    """Write all shares of a run; return the removal effects of channels if the method has them."""
    terms = terms_of(model)
    effects = removal_effects(_walks(run, model), model.chain_order) if model.method == Method.MARKOV else None
    rows = _shares(run, model, terms, effects, minor_units)
    while batch := list(islice(rows, _BATCH)):
        Share.objects.bulk_create(batch)
    return effects


def _journeys(run: AttributionRun, model: AttributionModel) -> Iterator[list[tuple[Any, ...]]]:
    sql, params = journey_sql(model, run)
    ordered = f"SELECT {_COLUMNS} FROM ({sql}) journey ORDER BY deal_id, at, touch_id"  # noqa: S608
    for _deal, rows in groupby(rows_of(ordered, params), key=_first):
        yield list(rows)


def _first(row: tuple[Any, ...]) -> Any:
    return row[0]


def _walks(run: AttributionRun, model: AttributionModel) -> Iterator[Walk]:
    """Yield the ways of won deals, and of lost ones as ways that led nowhere, each way once with how often it went."""
    ways: Counter[tuple[tuple[str, ...], bool]] = Counter()
    for rows in _journeys(run, model):
        ways[tuple(str(row[3]) for row in rows), True] += 1
    for way in _lost_ways(model):
        ways[way, False] += 1
    for (labels, is_won), count in sorted(ways.items()):
        won, lost = (Fraction(count), Fraction(0)) if is_won else (Fraction(0), Fraction(count))
        yield Walk(labels, won, Fraction(0), lost)


def _lost_ways(model: AttributionModel) -> Iterator[tuple[str, ...]]:
    """Yield the channels of lost deals' own people, in the window before they were lost."""
    touch = "contact__touches"
    rows = DealContact.objects.filter(deal__outcome=Outcome.LOST, contact__touches__isnull=False)
    if model.responses_only:
        rows = rows.filter(contact__touches__kind__in=RESPONSES)
    told = rows.order_by("deal", f"{touch}__at", f"{touch}__pk")
    columns = ("deal", "deal__closed_on", f"{touch}__at", f"{touch}__channel")
    for _deal, group in groupby(told.values_list(*columns).iterator(), key=_first):
        way = tuple(str(channel) for _pk, day, at, channel in group if _counts(day, at, model.window_days))
        if way:
            yield way


def _counts(closed_on: Any, at: datetime, days: int) -> bool:
    start, end = window_of(closed_on, days)
    return start <= at < end


def _shares(
    run: AttributionRun, model: AttributionModel, terms: Terms, effects: Effects | None, minor_units: int
) -> Iterator[Share]:
    of_labels = effects.conversions if effects else None
    for rows in _journeys(run, model):
        weights = weigh(marked(rows), terms, of_labels)
        amount = round_to(Decimal(str(rows[0][4])), STORED_DECIMALS)
        for row, weight, (part, share) in zip(rows, weights, shared(amount, weights, minor_units), strict=True):
            if weight:
                yield Share(
                    run=run,
                    deal_id=row[0],
                    touch_id=row[1],
                    weight=share,
                    amount=part,
                    via_company=bool(row[7]),
                )


def shared(amount: Decimal, weights: Iterable[int], minor_units: int) -> list[tuple[Decimal, Decimal]]:
    """Return amount and weight of each part of a deal's money."""
    listed = list(weights)
    total = sum(listed)
    parts = split(amount, [Decimal(weight) for weight in listed], minor_units)
    return [
        (part, round_to(Fraction(weight, total), WEIGHT_DIGITS)) for part, weight in zip(parts, listed, strict=True)
    ]


def _touchpoint(row: tuple[Any, ...]) -> Touchpoint:
    return Touchpoint(str(row[3]), _moment(row[2]))


def _moment(stored: Any) -> datetime | None:
    """SQLite keeps moments as texts, in UTC."""
    if isinstance(stored, str):
        parsed = parse_datetime(stored)
        return parsed.replace(tzinfo=UTC) if parsed else None
    return stored if isinstance(stored, datetime) else None


def marked(rows: list[tuple[Any, ...]]) -> list[Touchpoint]:
    """Return the touches of a journey with the marks of W-shaped models: the last touch up to each milestone."""
    touches = [_touchpoint(row) for row in rows]
    for mark, column in ((LEAD, 5), (OPPORTUNITY, 6)):
        until = _moment(rows[0][column])
        if until is None:
            continue
        before = [place for place, touch in enumerate(touches) if touch.at is not None and touch.at <= until]
        if before:
            found = touches[before[-1]]
            touches[before[-1]] = Touchpoint(found.label, found.at, found.marks | {mark})
    return touches
