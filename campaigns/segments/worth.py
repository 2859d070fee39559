"""What an amount is worth in the company's currency, in plain Python: the same rule as ``in_company_currency``."""

from datetime import date
from decimal import Decimal

from config.common.money import ZERO, round_to
from deals.catalogue.models import Currency, ExchangeRate


def worth(amount: Decimal, currency: str, day: date) -> Decimal | None:
    """Return the amount in the company's currency by the rate of a day; None without a rate."""
    company = Currency.objects.of_company()
    if currency == company.pk:
        return amount
    if amount == 0:
        return ZERO
    rate = ExchangeRate.objects.on(currency, day)
    return None if rate is None else round_to(amount * rate, company.minor_units)
