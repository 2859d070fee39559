"""The demo company keeps goods dry, cold and counted: its products and their prices, and the rates of its currencies."""

import math
from datetime import date
from decimal import Decimal

from config.common.demo import Diary, read_table
from config.common.money import round_to
from deals.catalogue.models import Currency, ExchangeRate, Product, ProductCategory

# code | name | category | unit | price | cost (US dollars)
PRODUCTS = """
CR-40   | Cold room, 40 m³              | Cold chain  | pc   | 18400 | 12900
CR-PNL  | Cold room panel               | Cold chain  | m²   | 62    | 38
DOOR-S  | Sliding door, insulated       | Cold chain  | pc   | 1350  | 820
DEHUM   | Dehumidifier, 90 l a day      | Climate     | pc   | 2150  | 1390
MOIST   | Moisture meter                | Climate     | pc   | 480   | 255
RACK    | Pallet racking, one bay       | Warehouse   | pc   | 310   | 196
WRAP    | Stretch wrapper               | Warehouse   | pc   | 5900  | 4100
SEAL    | Vacuum sealer, double chamber | Packaging   | pc   | 7200  | 4950
LABEL   | Label printer                 | Packaging   | pc   | 890   | 560
SCAN    | Barcode scanner               | Packaging   | pc   | 265   | 150
LIC     | Stock software, one warehouse | Software    | year | 1200  | 140
CARE    | Maintenance contract          | Services    | year | 1600  | 700
INST    | Installation                  | Services    | day  | 420   | 210
"""

# What one unit was worth in US dollars about eighteen months ago, and how far it swings.
RATES = {"IDR": (Decimal("0.0000622"), 0.028), "VND": (Decimal("0.0000396"), 0.014)}
MONTHS = 18


def write_catalogue(diary: Diary) -> None:
    """Make products and monthly rates; the diary knows products by their codes."""
    dollar = Currency.objects.get(code="USD")
    categories: dict[str, ProductCategory] = {}
    for code, name, category, unit, price, cost in read_table(PRODUCTS):
        if category not in categories:
            categories[category] = ProductCategory.objects.create(name=category)
        diary.rows[code] = Product.objects.create(
            code=code,
            name=name,
            category=categories[category],
            unit=unit,
            price=Decimal(price),
            cost=Decimal(cost),
            currency=dollar,
        )
    ExchangeRate.objects.bulk_create(
        ExchangeRate(currency_id=code, valid_from=_month(diary.today, ago), rate=rate_of_month(code, ago))
        for code in RATES
        for ago in range(MONTHS, -1, -1)
    )


def rate_of_month(code: str, months_ago: int) -> Decimal:
    """Return the rate valid from the first of a month; it swings slowly and the same way at every loading."""
    start, swing = RATES[code]
    return round_to(start * Decimal(1 + swing * math.sin((MONTHS - months_ago) / 2.7)), 10)


def price_in(price: Decimal, currency: str) -> Decimal:
    """Return a list price in another currency, rounded the way price lists are."""
    if currency == "USD":
        return price
    local = price / RATES[currency][0]
    return round_to(local, -4 if local >= 1_000_000 else -3)


def _month(today: date, ago: int) -> date:
    months = today.year * 12 + today.month - 1 - ago
    return date(months // 12, months % 12 + 1, 1)
