"""Dated tax rates: what a tax category means in a country on a day."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from config.common.errors import DomainError
from config.common.models import TimeStampedModel
from contacts.people.countries import check_country
from deals.catalogue.models import TaxCategory

# Categories under which nothing is charged, in any country.
UNTAXED = frozenset({TaxCategory.ZERO, TaxCategory.EXEMPT, TaxCategory.REVERSE})


class TaxRateMissing(DomainError):
    """There is no rate for a category in a country on a day."""

    code = "tax_rate_missing"


class TaxRateQuerySet(models.QuerySet["TaxRate"]):
    """Questions about tax rates."""

    def visible_to(self, user: Any) -> Self:
        """Tax rates are no secret."""
        return self.all()

    def on(self, country: str, day: date) -> "dict[str, TaxRate]":
        """The rates of a country that are in force on a day, by category."""
        rows = self.filter(country=country, valid_from__lte=day).order_by("valid_from")
        return {row.category: row for row in rows}


class TaxRate(TimeStampedModel):
    """From a day on, a tax category costs so much in a country.

    The tax is ``rate`` per cent of the base's share ``base_numerator / base_denominator``: Indonesia's PPN is 12 % of
    11/12 of the price.
    """

    country = models.CharField(_("country"), max_length=2, validators=[check_country])
    category = models.CharField(_("tax category"), max_length=10, choices=TaxCategory)
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(
        _("rate"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Per cent"),
    )
    base_numerator = models.PositiveSmallIntegerField(_("share of the price that is taxed"), default=1)
    base_denominator = models.PositiveSmallIntegerField(_("out of"), default=1)
    name = models.CharField(_("name on documents"), max_length=40, default="VAT")
    legal_note = models.CharField(
        _("legal note"), max_length=300, blank=True, default="", help_text=_("Printed under the tax.")
    )

    objects = TaxRateQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(TimeStampedModel.Meta):
        ordering = ("country", "category", "-valid_from")
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["country", "category", "valid_from"],
                name="deals_taxrate_one_a_day",
                violation_error_message=_("There is a rate of this category from this day on already."),
            ),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lte=100), name="deals_taxrate_in_range"),
            models.CheckConstraint(
                condition=Q(base_numerator__gte=1, base_denominator__gte=1)
                & Q(base_numerator__lte=F("base_denominator")),
                name="deals_taxrate_base_is_a_share",
                violation_error_message=_("The share of the price that is taxed is a fraction of at most one."),
            ),
            models.CheckConstraint(condition=Q(category__in=TaxCategory.values), name="deals_taxrate_category_known"),
            models.CheckConstraint(
                condition=~Q(category__in=["zero", "exempt", "reverse"]) | Q(rate=0),
                name="deals_taxrate_untaxed_is_zero",
                violation_error_message=_("Nothing is charged under this category: the rate is zero."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.country} {self.get_category_display()} {self.rate.normalize():f} % ({self.valid_from})"


def tax_rate_on(category: str, country: str, day: date) -> TaxRate:
    """Return the rate in force; for untaxed categories without a row of their own, one of zero (not stored).

    Raises TaxRateMissing, which says where to add one.
    """
    return tax_rates_on({category}, country, day)[category]


def tax_rates_on(categories: set[str], country: str, day: date) -> dict[str, TaxRate]:
    """Return the rates in force for several categories with one query. Raises TaxRateMissing."""
    found = TaxRate.objects.on(country, day)
    rates = {}
    for category in sorted(categories):
        if category not in found and category not in UNTAXED:
            sentence = gettext("There is no %(category)s tax rate for %(country)s on %(day)s. Add it under Tax rates.")
            facts = {"category": TaxCategory(category).label, "country": country or "–", "day": day}
            raise TaxRateMissing(sentence % facts)
        rates[category] = found.get(category) or _untaxed(category, country, day)
    return rates


def _untaxed(category: str, country: str, day: date) -> TaxRate:
    return TaxRate(country=country, category=category, valid_from=day, rate=Decimal(0), name="")
