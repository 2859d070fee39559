"""Ships the currencies and tax rates on an empty database; what a company adds or changes afterwards stays."""

from datetime import date
from decimal import Decimal

from deals.catalogue.currencies import COMPANY_CURRENCY_AT_START, SHIPPED
from deals.catalogue.models import Currency, TaxCategory
from deals.catalogue.taxes import TaxRate

_PPN_SHARE = "Taxable base: 11/12 of the price (PMK 131/2024)."
# Country, category, from, per cent, share of the price, name, legal note. Indonesia: UU 7/2021 (HPP), PMK 131/2024.
# Viet Nam: the law's 10 %, 8 % by the National Assembly's resolutions (204/2025/QH15 until the end of 2026).
SHIPPED_TAX_RATES = (
    ("ID", TaxCategory.STANDARD, date(1985, 4, 1), "10", (1, 1), "PPN", ""),
    ("ID", TaxCategory.STANDARD, date(2022, 4, 1), "11", (1, 1), "PPN", ""),
    ("ID", TaxCategory.STANDARD, date(2025, 1, 1), "12", (11, 12), "PPN", _PPN_SHARE),
    ("VN", TaxCategory.STANDARD, date(1999, 1, 1), "10", (1, 1), "VAT", ""),
    ("VN", TaxCategory.STANDARD, date(2025, 7, 1), "8", (1, 1), "VAT", "Resolution 204/2025/QH15."),
    ("VN", TaxCategory.STANDARD, date(2027, 1, 1), "10", (1, 1), "VAT", ""),
    ("VN", TaxCategory.REDUCED, date(1999, 1, 1), "5", (1, 1), "VAT", ""),
)


def ship_currencies() -> None:
    """Make the currencies if there is none yet."""
    if Currency.objects.exists():
        return
    Currency.objects.bulk_create(
        Currency(code=code, name=name, minor_units=digits, is_company_currency=code == COMPANY_CURRENCY_AT_START)
        for code, (name, digits) in SHIPPED.items()
    )


def ship_tax_rates() -> None:
    """Make the tax rates of Indonesia and Viet Nam if there is none yet."""
    if TaxRate.objects.exists():
        return
    TaxRate.objects.bulk_create(
        TaxRate(
            country=country,
            category=category,
            valid_from=day,
            rate=Decimal(rate),
            base_numerator=share[0],
            base_denominator=share[1],
            name=name,
            legal_note=note,
        )
        for country, category, day, rate, share, name, note in SHIPPED_TAX_RATES
    )
