"""Choosing the company's currency, the one that reports are in."""

from django.db import transaction
from django.utils.translation import gettext as _

from config.common.errors import DomainError
from deals.catalogue.models import Currency, ExchangeRate


class CurrencyRefused(DomainError):
    """The company's currency can't be changed now."""

    code = "currency_refused"


@transaction.atomic
def make_company_currency(currency: Currency) -> Currency:
    """Let reports be in this currency.

    Refused while there are exchange rates: they say what others are worth in the present one.
    """
    present = Currency.objects.select_for_update().filter(is_company_currency=True).first()
    if present is not None and present.pk == currency.pk:
        raise CurrencyRefused(
            _("%(currency)s is the company's currency already.") % {"currency": currency},
            code="already_company_currency",
        )
    if ExchangeRate.objects.exists():
        sentence = _(
            "The exchange rates say what others are worth in %(currency)s. An administrator removes them first."
        )
        raise CurrencyRefused(sentence % {"currency": present}, code="rates_exist")
    Currency.objects.filter(is_company_currency=True).update(is_company_currency=False)
    currency.is_company_currency = True
    currency.save(update_fields=["is_company_currency"])
    return currency
