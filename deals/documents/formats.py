"""Numbers and days as a document's readers write them, in the language that is active."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from django.utils.translation import get_language

from config.common.money import STORED_DECIMALS, round_to


def show_amount(amount: Decimal, minor_units: int) -> str:
    """Return an amount with exactly the currency's decimals, without its name: columns say that once."""
    pattern = f"#,##0.{'0' * minor_units}" if minor_units else "#,##0"
    return _signed(format_decimal(round_to(amount, minor_units), pattern, locale=_locale()))


def show_price(price: Decimal, minor_units: int) -> str:
    """Return a unit price: the currency's decimals, and those beyond them that aren't zero."""
    beyond = "#" * (STORED_DECIMALS - minor_units)
    decimals = "0" * minor_units + beyond
    return str(format_decimal(price, f"#,##0.{decimals}" if decimals else "#,##0", locale=_locale()))


def show_quantity(quantity: Decimal) -> str:
    """Return how many, without zeros that say nothing."""
    return str(format_decimal(quantity, "#,##0.###", locale=_locale()))


def show_percent(percent: Decimal) -> str:
    """Return a rate in per cent."""
    return str(format_percent(percent / 100, "#,##0.##%", locale=_locale()))


def show_day(day: date) -> str:
    """Return a day with its month in words."""
    return str(format_date(day, "d MMMM y" if _locale() == "en" else "long", locale=_locale()))


def _locale() -> str:
    return (get_language() or "en").partition("-")[0]


def _signed(number: str) -> str:
    """A minus as wide as the digits."""
    return number.replace("-", "−")
