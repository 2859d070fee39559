"""Results, the rows behind them and the funnel as CSV files: figures as in JSON, rows as plain values."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.results.explaining import names
from campaigns.results.figures import UNITS, Results
from campaigns.results.funnel import Cohort
from campaigns.results.rows import Kind, Rows
from config.common.money import as_text
from deals.catalogue.models import Currency
from deals.reports.tables import harmless

CHUNK = 1000
# What the columns of the rows of each kind are called in files.
HEADS: dict[Kind, tuple[str, ...]] = {
    Kind.PEOPLE: ("id", "name", "stage", "reached_on"),
    Kind.TOUCHES: ("id", "at", "contact", "visitor", "campaign", "channel", "kind", "detail"),
    Kind.DEALS: ("id", "name", "company", "outcome", "closed_on", "amount", "currency"),
    Kind.COSTS: ("id", "day", "channel", "campaign", "supplier", "amount", "currency", "in_company_currency"),
    Kind.SHARES: ("id", "deal", "contact", "touch_at", "campaign", "channel", "weight", "amount", "via_company"),
}


def results_csv(label: str, found: Iterable[tuple[str, Results]], currency: str) -> str:
    """Return a row for each group with all figures; empty where there is none."""
    called = names()
    head = [label, *(called[code] for code in UNITS), _("Currency"), _("Attribution model"), _("Return by")]
    rows = [
        [harmless(name), *("" if each[code].plain is None else each[code].plain for code in UNITS), currency,
         harmless(each.model), each.return_by]
        for name, each in found
    ]  # fmt: skip
    return _written([head, *rows])


def rows_csv(rows: Rows) -> Iterator[str]:
    """Return the lines of a file with the rows behind a figure, in pieces."""
    yield _written([HEADS[rows.kind]])
    cells, digits = CELLS[rows.kind], Currency.objects.of_company().minor_units
    for row in rows.rows.iterator(chunk_size=CHUNK):
        yield _written([cells(row, digits)])


def rows_json(rows: Rows, page: int, size: int) -> list[dict[str, Any]]:
    """Return a page of the rows with the same columns; amounts as text."""
    cells, head, digits = CELLS[rows.kind], HEADS[rows.kind], Currency.objects.of_company().minor_units
    found = rows.rows[(page - 1) * size : page * size]
    return [dict(zip(head, map(_plain, cells(row, digits)), strict=True)) for row in found]


def funnel_csv(label: str, cohorts: Iterable[Cohort]) -> str:
    """Return a row for each cohort and stage."""
    head = [label, _("Stage"), _("People"), _("Conversion"), _("From"), _("To"), _("Median days"), "Q1", "Q3"]
    rows: list[Sequence[Any]] = [head]
    for cohort in cohorts:
        for step in cohort.steps:
            share, days = step.conversion, step.days
            rates = [share.rate, share.low, share.high] if share else ["", "", ""]
            gone = [days.median, days.first, days.third] if days else ["", "", ""]
            rows.append([harmless(cohort.label), step.stage.value, step.people, *rates, *gone])
    return _written(rows)


def _written(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


def _person(contact: Any, digits: int) -> list[Any]:
    reached = (
        timezone.localtime(contact.reached_at, timezone.get_default_timezone()).date() if contact.reached_at else ""
    )
    return [contact.pk, harmless(contact.full_name), contact.lifecycle_stage, reached]


def _touch(touch: Any, digits: int) -> list[Any]:
    who = harmless(str(touch.contact)) if touch.contact else ""
    place = [harmless(str(touch.campaign)), harmless(str(touch.channel))]
    return [touch.pk, touch.at.isoformat(), who, touch.visitor_id or "", *place, touch.kind, harmless(touch.detail)]


def _deal(deal: Any, digits: int) -> list[Any]:
    company = harmless(str(deal.company)) if deal.company else ""
    amount = as_text(deal.amount, deal.currency.minor_units)
    return [deal.pk, harmless(deal.name), company, deal.outcome, deal.closed_on or "", amount, deal.currency_id]


def _cost(cost: Any, digits: int) -> list[Any]:
    amount = as_text(cost.amount, cost.currency.minor_units)
    place = [harmless(str(cost.channel)), harmless(str(cost.campaign or cost.plan)), harmless(cost.supplier)]
    return [
        cost.pk,
        cost.day,
        *place,
        amount,
        cost.currency_id,
        "" if cost.worth is None else as_text(cost.worth, digits),
    ]


def _share(share: Any, digits: int) -> list[Any]:
    touch = share.touch
    who = harmless(str(touch.contact)) if touch.contact else ""
    place = [touch.at.isoformat(), harmless(str(touch.campaign)), harmless(str(touch.channel))]
    return [
        share.pk,
        harmless(str(share.deal)),
        who,
        *place,
        share.weight,
        as_text(share.amount, digits),
        share.via_company,
    ]


CELLS: dict[Kind, Callable[[Any, int], list[Any]]] = {
    Kind.PEOPLE: _person,
    Kind.TOUCHES: _touch,
    Kind.DEALS: _deal,
    Kind.COSTS: _cost,
    Kind.SHARES: _share,
}
