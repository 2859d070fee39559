"""Amounts of several currencies in the company's currency, in SQL, by the rate of a day. Never added without one."""

from typing import Any

from django.db.models import Case, DecimalField, F, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.expressions import RawSQL

from config.common.money import STORED_DECIMALS
from config.common.sql import RoundedProduct
from deals.catalogue.models import ExchangeRate

_RATE = DecimalField(max_digits=20, decimal_places=10)
AMOUNT = DecimalField(max_digits=28, decimal_places=STORED_DECIMALS)


def in_company_currency(amount: str, day: Any, *, currency: str = "currency") -> Case:
    """Return an expression for an amount in the company's currency, by the rate of ``day``; null without a rate.

    ``day`` may be an expression over ``OuterRef``. Every converted row is rounded to whole minor units by itself, so
    that the sums of any grouping add up to the total. It costs no query of its own.
    """
    rates = ExchangeRate.objects.filter(currency=OuterRef(currency), valid_from__lte=day).order_by("-valid_from")
    rate = Subquery(rates.values("rate")[:1], output_field=_RATE)
    return Case(
        When(**{currency: company_currency()}, then=F(amount)),
        # Nothing is nothing in every currency: zero needs no rate.
        When(**{amount: 0}, then=Value(0, output_field=AMOUNT)),
        default=RoundedProduct(F(amount), rate, company_minor_units(), output_field=AMOUNT),
        output_field=AMOUNT,
    )


def company_currency() -> RawSQL:
    """Return an expression for the code of the company's currency."""
    return RawSQL("SELECT code FROM deals_currency WHERE is_company_currency", ())


def company_minor_units() -> RawSQL:
    """Return an expression for the decimals of the company's currency."""
    return RawSQL("SELECT minor_units FROM deals_currency WHERE is_company_currency", (), IntegerField())
