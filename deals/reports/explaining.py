"""What one must know to read the report: what is left out and why, how figures were made, why it is empty."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.money import show_number
from deals.pipeline.filtering import NONE, DealFilters
from deals.reports.asking import ReportQuestion
from deals.reports.grouping import BY_PRODUCT, DATES
from deals.reports.groups import narrowed
from deals.reports.numbers import Tallies
from deals.reports.querying import Row


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Deals that are in no figure, or not in all: how many, why, and the filters that mean them."""

    code: str
    reason: str
    count: int
    filters: DealFilters


@dataclass(frozen=True, slots=True)
class WhyEmpty:
    """Why a report shows no deal."""

    code: str
    reason: str


def left_out(total: Tallies, question: ReportQuestion) -> list[LeftOut]:
    """Return what the report leaves out, by reason."""
    found = [*_without_date(total, question), *_without_rate(total, question)]
    unknown = sum(total[outcome].deals - total[outcome].dated for outcome in ("won", "lost"))
    if unknown:
        reason = _("No opening date: counted, but not in the days")
        filters = narrowed(question.filters, opened=(NONE,), outcome=("won", "lost"))
        found.append(LeftOut("days_unknown", reason, unknown, filters))
    return found


def notes(question: ReportQuestion, currency: str | None) -> list[str]:
    """Return the sentences that say how the figures were made."""
    found = []
    if currency is None:
        found.append(_("No currency is marked as the company's: choose one, so that amounts can be shown."))
    else:
        sentence = _(
            "Amounts are in %(currency)s. Other currencies are converted by the rate of the closing day, "
            "those of open deals by today's."
        )
        found.append(sentence % {"currency": currency})
    if question.grouping is not None and question.grouping.by_date:
        found.append(_("Periods are those of the %(date)s.") % {"date": DATES[question.dated_by]})
    if question.group_by == BY_PRODUCT:
        found.append(
            _(
                "A deal with several products counts once in each of them, with that product's share of the amount. "
                "The total counts it once."
            )
        )
    if "product" in question.filters:
        found.append(_("The total holds the whole amount of the deals with these products, whatever else is in them."))
    return found


def why_empty(total: Tallies, row: Row) -> WhyEmpty | None:
    """Return why there is nothing to show; ``None`` if there is."""
    if total.deals:
        return None
    if not row.any_deal:
        return WhyEmpty("no_deals", _("There are no deals yet."))
    if not row.any_visible:
        return WhyEmpty("none_visible", _("There are no deals that you may see yet."))
    return WhyEmpty("none_match", _("No deal matches these filters. Take one away to see more."))


def _without_date(total: Tallies, question: ReportQuestion) -> list[LeftOut]:
    rest = {name: value for name, value in question.filters.items() if not name.startswith("opened_")}
    closing = {name: value for name, value in question.filters.items() if not name.startswith("closed_")}
    found = [
        LeftOut("no_opening_date", _("No opening date"), total["opened_on"].deals, narrowed(rest, opened=(NONE,))),
        LeftOut(
            "no_closing_date",
            _("Still open: no closing date"),
            total["closed_on"].deals,
            narrowed(closing, outcome=("open",)),
        ),
    ]
    return [part for part in found if part.count]


def _without_rate(total: Tallies, question: ReportQuestion) -> list[LeftOut]:
    found = []
    for currency, count in sorted(total.without_rate.items()):
        sentence = ngettext(
            "%(count)s deal in %(currency)s has no exchange rate: counted, but not in the amounts",
            "%(count)s deals in %(currency)s have no exchange rate: counted, but not in the amounts",
            count,
        )
        filters = narrowed(question.filters, currency=(currency,), outcome=("won", "open"))
        reason = sentence % {"count": show_number(count), "currency": currency}
        found.append(LeftOut("no_exchange_rate", reason, count, filters))
    return found
