"""The figures that headings, badges, tiles and the board show: each is computed here and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.money import ZERO, round_to, show_money
from config.common.sql import RoundedProduct
from contacts.models import User
from deals.catalogue.conversion import AMOUNT, company_minor_units, in_company_currency
from deals.catalogue.models import Currency
from deals.pipeline.deal import Deal, DealQuerySet
from deals.pipeline.filtering import DealFilters, is_stalled, matching


@dataclass(frozen=True, slots=True)
class OpenPipeline:
    """Open deals: how many, how much in the company's currency, how much by probability, how many stall."""

    count: int
    amount: Decimal
    weighted: Decimal
    stalled: int
    # Open deals whose currency has no rate today: counted above, but in neither amount.
    without_rate: int
    currency: str
    minor_units: int

    @property
    def amount_text(self) -> str:
        """The amount as its readers write it."""
        return show_money(self.amount, self.currency, self.minor_units)

    @property
    def weighted_text(self) -> str:
        """The weighted amount as its readers write it."""
        return show_money(self.weighted, self.currency, self.minor_units)

    def sentence(self) -> str:
        """Return the heading: “7 open, $1,740,000.00, $568,000.00 weighted, 2 stalled”."""
        numbers = {
            "count": self.count,
            "amount": self.amount_text,
            "weighted": self.weighted_text,
            "stalled": self.stalled,
        }
        sentence = _("%(count)s open, %(amount)s, %(weighted)s weighted, %(stalled)s stalled") % numbers
        if self.without_rate:
            sentence += _("; %(count)s without an exchange rate are not in the amounts") % {"count": self.without_rate}
        return sentence


def open_pipeline(user: User, filters: DealFilters | None = None) -> OpenPipeline:
    """Return the open deals that the user may see and that match the filters; won and lost ones never count."""
    return open_pipeline_of(Deal.objects.visible_to(user).filter(matching(filters or {})))


def open_pipelines(user: User, several: Mapping[str, DealFilters]) -> dict[str, OpenPipeline]:
    """Return ``open_pipeline`` for several filters by their names, in as many queries as for one."""
    columns = {
        f"{name}_{key}": figure for name, filters in several.items() for key, figure in _aggregates(filters).items()
    }
    row = _open_with_amount(Deal.objects.visible_to(user)).order_by().aggregate(**columns)
    currency = Currency.objects.of_company()
    keys = _aggregates()
    return {name: _figures({key: row[f"{name}_{key}"] for key in keys}, currency) for name in several}


def open_pipeline_of(deals: DealQuerySet) -> OpenPipeline:
    """Return the figures of the open ones among ``deals``, which must be visible to whoever reads them."""
    return _figures(_open_with_amount(deals).order_by().aggregate(**_aggregates()), Currency.objects.of_company())


def open_pipeline_by_stage(deals: DealQuerySet) -> Mapping[int, OpenPipeline]:
    """Return the same figures for each stage that has open deals among ``deals`` (the columns of the board)."""
    currency = Currency.objects.of_company()
    rows = _open_with_amount(deals).order_by().values("stage").annotate(**_aggregates())
    return {row["stage"]: _figures(row, currency) for row in rows}


def _open_with_amount(deals: DealQuerySet) -> Any:
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    # Each row is rounded by itself: the columns of the board add up to its heading.
    weighted = RoundedProduct(F("company_amount"), F("chance"), company_minor_units(), per=100, output_field=AMOUNT)
    return (
        deals.open()
        .with_chance()
        .annotate(company_amount=in_company_currency("amount", today), weighted_amount=weighted)
    )


def _aggregates(filters: DealFilters | None = None) -> dict[str, Any]:
    chosen = matching(filters or {})
    return {
        "figure_count": Count("pk", filter=chosen),
        "figure_amount": Sum("company_amount", filter=chosen),
        "figure_weighted": Sum("weighted_amount", filter=chosen),
        "figure_stalled": Count("pk", filter=chosen & is_stalled()),
        "figure_without_rate": Count("pk", filter=chosen & Q(company_amount__isnull=True)),
    }


def _figures(row: Mapping[str, Any], currency: Currency) -> OpenPipeline:
    digits = currency.minor_units
    return OpenPipeline(
        count=row["figure_count"],
        amount=round_to(row["figure_amount"] or ZERO, digits),
        weighted=round_to(row["figure_weighted"] or ZERO, digits),
        stalled=row["figure_stalled"],
        without_rate=row["figure_without_rate"],
        currency=currency.code,
        minor_units=digits,
    )
