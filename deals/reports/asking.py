"""What a report is asked for, and which deals answer it: visibility, filters and columns, as conditions of the ORM."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, F, IntegerField, Max, Min, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from config.common.sql import DaysBetween
from contacts.models import User
from deals.catalogue.conversion import in_company_currency
from deals.pipeline.deal import Deal, DealQuerySet
from deals.pipeline.filtering import DealFilters, matching
from deals.reports.grouping import BY_PRODUCT, GROUPINGS, Grouping

PERIODS = {"opened_on": ("opened_from", "opened_to"), "closed_on": ("closed_from", "closed_to")}


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """What is asked: whose view, which deals, split by what, dated by which day."""

    user: User
    filters: DealFilters
    group_by: str
    dated_by: str
    today: date

    @property
    def grouping(self) -> Grouping | None:
        """How the report is split; not at all for an empty name."""
        return GROUPINGS.get(self.group_by)

    def visible_deals(self) -> DealQuerySet:
        """Every deal that the asking user may see."""
        deals: DealQuerySet = Deal.objects.visible_to(self.user)
        return deals.order_by()


def matching_deals(question: ReportQuestion) -> Any:
    """Return the deals with the columns that the statement works on (``columns_of``).

    The outcome of a deal without the date that a period asks for is the name of that date: it is in no period, and is
    counted so that the report can say what it leaves out.
    """
    periods = {name for names in PERIODS.values() for name in names}
    deals = question.visible_deals().filter(
        matching({name: value for name, value in question.filters.items() if name not in periods})
    )
    undated = []
    for column, names in PERIODS.items():
        period = {name: question.filters[name] for name in names if name in question.filters}
        if period:
            deals = deals.filter(matching(period) | Q(**{f"{column}__isnull": True}))
            undated.append(When(**{f"{column}__isnull": True}, then=Value(column)))
    rate_day = Coalesce(OuterRef("closed_on"), Value(question.today))
    # A deal of one product has the same first and last one.
    products = {"row_last": Max("lines__product")} if question.group_by == BY_PRODUCT else {}
    return deals.annotate(
        row_outcome=Case(*undated, default=F("outcome"), output_field=CharField()) if undated else F("outcome"),
        row_amount=in_company_currency("amount", rate_day),
        row_days=DaysBetween(F("opened_on"), F("closed_on")),
        row_key=_key_column(question),
        **products,
    ).values_list("pk", "row_outcome", "row_amount", "row_days", "currency_id", "row_key", *products)


def columns_of(question: ReportQuestion) -> str:
    """Return the names of the columns in SQL, in the order of ``matching_deals``."""
    return "id, outcome, amount, days, currency, raw_key" + (", last_key" if question.group_by == BY_PRODUCT else "")


def _key_column(question: ReportQuestion) -> Any:
    grouping = question.grouping
    if question.group_by == BY_PRODUCT:
        return Min("lines__product")
    if grouping is not None and grouping.by_date:
        return F("opened_on" if question.dated_by == "opened" else "closed_on")
    return (grouping.column if grouping else None) or Value(None, output_field=IntegerField())
