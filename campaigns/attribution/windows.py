"""Which touches of which deals count: one row a won deal, and the query that finds the journeys.

A journey holds the touches of all people in the deal and, where the model says so, marked, those of others who worked
for its company in the window; from the beginning of the window until the end of the day on which the deal was closed,
in the company's time zone.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Min, Q
from django.utils import timezone

from campaigns.attribution.methods import Method
from campaigns.attribution.models import AttributionModel, AttributionRun, RunDeal
from campaigns.capture.touch import RESPONSES, Touch
from config.common.money import round_to
from contacts.models import Employment
from contacts.people.stages import ORDER, LifecycleStage
from deals.activities.moments import end_of_day
from deals.models import Deal, DealContact
from deals.pipeline.deal import Outcome

_BATCH = 5000
# A form makes the lead and is the touch: whichever of the two was written first.
GRACE = timedelta(minutes=1)
Window = tuple[datetime, datetime]


def window_of(closed_on: date, days: int) -> Window:
    """Return the window of a deal that was closed on a day: its first moment, and the first that is too late."""
    zone = timezone.get_default_timezone()
    return end_of_day(closed_on - timedelta(days=days + 1), zone), end_of_day(closed_on, zone)


def write_run_deals(
    run: AttributionRun, model: AttributionModel, money: dict[int, Decimal | None], minor_units: int
) -> None:
    """Write what the run knows of each won deal; its money in whole minor units."""
    window = lru_cache(maxsize=None)(window_of)
    moments = milestones() if model.method == Method.W_SHAPED else {}
    rows = []
    for pk, closed_on in Deal.objects.won().order_by("pk").values_list("pk", "closed_on").iterator():
        if pk not in money or closed_on is None:
            continue
        start, end = window(closed_on, model.window_days)
        lead, opportunity = moments.get(pk, (None, None))
        amount = money[pk]
        rows.append(
            RunDeal(
                run=run,
                deal_id=pk,
                amount=None if amount is None else round_to(amount, minor_units),
                window_from=start,
                window_until=end,
                lead_at=lead,
                opportunity_at=opportunity,
            )
        )
    RunDeal.objects.bulk_create(rows, batch_size=_BATCH)


def milestones() -> dict[int, tuple[datetime | None, datetime | None]]:
    """Return when the first of a won deal's people became a lead, and when an opportunity, by the lifecycle ledger."""
    change = "contact__lifecycle_changes"
    rows = DealContact.objects.filter(deal__outcome=Outcome.WON).order_by().values_list("deal")
    found = rows.annotate(
        lead=Min(f"{change}__at", filter=Q(**{f"{change}__to_stage__in": _from(LifecycleStage.LEAD)})),
        opportunity=Min(f"{change}__at", filter=Q(**{f"{change}__to_stage__in": _from(LifecycleStage.OPPORTUNITY)})),
    )
    return {
        deal: (lead and lead + GRACE, opportunity and opportunity + GRACE)
        for deal, lead, opportunity in found.iterator()
    }


def _from(stage: str) -> list[str]:
    return [each for each, place in ORDER.items() if place >= ORDER[stage]]


def journey_sql(model: AttributionModel, run: AttributionRun) -> tuple[str, list[Any]]:
    """Return the query of all journeys of a run: a row for each deal and touch, with what sharing needs of them."""
    sql, params = _own_touches(model)
    sqls, all_params = [sql], [run.pk, *params]
    if model.include_colleagues:
        sqls.append(_touches_of_colleagues(model))
        all_params += [run.pk, *params]
    return "\nUNION ALL\n".join(sqls), all_params


_TABLES = {
    "run_deal": RunDeal._meta.db_table,
    "people": DealContact._meta.db_table,
    "touch": Touch._meta.db_table,
    "deal": Deal._meta.db_table,
    "employment": Employment._meta.db_table,
}
_OWN = """
    SELECT r.deal_id, t.id AS touch_id, t.at, t.channel_id, r.amount, r.lead_at, r.opportunity_at, {no} AS via_company
    FROM {run_deal} r
    JOIN {people} p ON p.deal_id = r.deal_id
    JOIN {touch} t ON t.contact_id = p.contact_id AND t.at >= r.window_from AND t.at < r.window_until
    WHERE r.run_id = %s AND r.amount IS NOT NULL{only}
"""
_COLLEAGUES = """
    SELECT DISTINCT r.deal_id, t.id AS touch_id, t.at, t.channel_id, r.amount, r.lead_at, r.opportunity_at,
        {yes} AS via_company
    FROM {run_deal} r
    JOIN {deal} d ON d.id = r.deal_id
    JOIN {employment} e ON e.company_id = d.company_id
    JOIN {touch} t ON t.contact_id = e.contact_id AND t.at >= r.window_from AND t.at < r.window_until
    WHERE r.run_id = %s AND r.amount IS NOT NULL{only}
        AND (e.since IS NULL OR e.since <= d.closed_on) AND (e.until IS NULL OR e.until >= {first_day})
        AND NOT EXISTS (SELECT 1 FROM {people} p WHERE p.deal_id = r.deal_id AND p.contact_id = e.contact_id)
"""


def _only(model: AttributionModel) -> tuple[str, list[Any]]:
    if not model.responses_only:
        return "", []
    return f" AND t.kind IN ({', '.join(['%s'] * len(RESPONSES))})", [kind.value for kind in RESPONSES]


def _own_touches(model: AttributionModel) -> tuple[str, list[Any]]:
    only, params = _only(model)
    return _OWN.format(no="FALSE", only=only, **_TABLES), params


def _touches_of_colleagues(model: AttributionModel) -> str:
    first_day = "DATE(r.window_from)" if connection.vendor == "sqlite" else "r.window_from::date"
    return _COLLEAGUES.format(yes="TRUE", only=_only(model)[0], first_day=first_day, **_TABLES)


def rows_of(sql: str, params: list[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query in batches, so that millions need no more memory than a few."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(_BATCH):
            yield from rows
