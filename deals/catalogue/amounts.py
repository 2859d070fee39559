"""Amounts as people and integrations give them: exact in their currency, never rounded behind anybody's back."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.money import round_to
from deals.catalogue.models import Currency


def largest(currency: Currency) -> Decimal:
    """Return the amount from which on a currency can't be kept exactly: SQLite reckons with 15 digits."""
    return Decimal(10) ** (12 if currency.minor_units else 15)


def check_exact(amount: Decimal | None, currency: Currency) -> None:
    """Refuse an amount with more decimals than its currency has, and one that is too large to be kept exactly."""
    if amount is not None and abs(amount) >= largest(currency):
        raise ValidationError(_("This is more than Tandem can keep exactly. Split it."))
    if amount is None or round_to(amount, currency.minor_units) == amount:
        return
    sentence = ngettext(
        "%(currency)s has at most %(digits)s decimal. Round the amount yourself.",
        "%(currency)s has at most %(digits)s decimals. Round the amount yourself.",
        currency.minor_units,
    )
    raise ValidationError(sentence % {"currency": currency.code, "digits": currency.minor_units})
