"""Products with their categories."""

from collections.abc import Sequence
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.money import round_to
from config.common.search import fold
from contacts.imports.context import Context
from contacts.imports.fields import Field, FieldType, Unknown
from contacts.imports.rows import Row
from contacts.imports.writing import ColumnsKind, lock_for_writing
from deals.catalogue.models import TaxCategory
from deals.importing.references import CategoryReference, CurrencyReference, ProductReference, set_up_of
from deals.models import Product

_NUMBER, _REFERENCE = FieldType.NUMBER, FieldType.REFERENCE


class ProductsKind(ColumnsKind):
    """Found again by code, then by name."""

    code = "products"
    title = gettext_lazy("Products")
    model = Product
    permissions = ("deals.add_product", "deals.change_product")
    fields = (
        Field(
            "name",
            gettext_lazy("Name"),
            required=True,
            aliases=(
                "product",
                "product name",
                "item",
                "nama",
                "nama produk",
                "produk",
                "barang",
                "tên",
                "tên sản phẩm",
                "sản phẩm",
            ),
        ),
        Field(
            "code",
            gettext_lazy("Code"),
            longest=60,
            aliases=("sku", "product code", "item code", "article number", "kode", "kode produk", "mã", "mã sản phẩm"),
        ),
        Field(
            "category",
            gettext_lazy("Category"),
            _REFERENCE,
            reference=CategoryReference,
            unknown=Unknown.CREATE,
            longest=120,
            aliases=("series", "family", "product family", "group", "kategori", "seri", "danh mục", "dòng sản phẩm"),
        ),
        Field("unit", gettext_lazy("Unit"), longest=30, aliases=("uom", "satuan", "đơn vị", "đơn vị tính")),
        Field(
            "price",
            gettext_lazy("Price"),
            _NUMBER,
            required=True,
            aliases=("sales price", "list price", "unit price", "harga", "harga jual", "giá", "giá bán"),
        ),
        Field(
            "cost",
            gettext_lazy("Cost"),
            _NUMBER,
            aliases=("cost price", "purchase price", "harga beli", "biaya", "giá vốn", "giá nhập"),
        ),
        Field(
            "currency",
            gettext_lazy("Currency"),
            _REFERENCE,
            reference=CurrencyReference,
            longest=60,
            aliases=("mata uang", "tiền tệ"),
        ),
        Field(
            "tax_category",
            gettext_lazy("Tax category"),
            FieldType.CHOICE,
            choices=tuple(TaxCategory.choices),
            aliases=("tax", "pajak", "thuế"),
        ),
        Field("is_active", gettext_lazy("Active"), FieldType.TRUTH, aliases=("aktif", "hoạt động", "for sale")),
    )
    columns = {
        **{name: name for name in ("name", "code", "unit", "price", "cost", "tax_category", "is_active")},
        "category": "category_id",
        "currency": "currency_id",
    }

    def keys(self, row: Row) -> list[str]:
        """Two rows with one code, or (without codes) one name, are the same product."""
        if row.values.get("code"):
            return [f"code:{row.values['code']}"]
        return [f"name:{fold(row.values.get('name') or '')}"]

    def check(self, row: Row, context: Context) -> None:
        """Prices are not negative and have no more decimals than their currency."""
        currencies = set_up_of(context)["currencies"]
        company = next((currency for currency in currencies.values() if currency.is_company_currency), None)
        currency = currencies.get(row.values.get("currency")) or company
        for name in ("price", "cost"):
            check_amount(row, name, currency)

    def match(self, rows: Sequence[Row], context: Context) -> dict[int, Any]:
        """Find products by code, then by name."""
        index = context.memory.setdefault("products", ProductReference(None))
        words = {row.values.get("code") or row.values["name"] for row in rows} | {row.values["name"] for row in rows}
        found = index.find(words)
        ids = {key for keys in found.values() for key in keys}
        products = {product.pk: product for product in lock_for_writing(Product.objects.filter(pk__in=ids), context)}
        by_code = {product.code: product for product in products.values()}
        matches: dict[int, Any] = {}
        for row in rows:
            code, named = row.values.get("code"), [products[key] for key in found.get(row.values["name"], ())]
            if code in by_code:
                matches[row.line] = by_code[code]
            elif len(named) == 1 and (not code or "code" not in context.given):
                matches[row.line] = named[0]
            elif len(named) > 1 and not code:
                row.refuse(
                    "name", "name_ambiguous", _("Several products have this name. Give their codes to tell them apart.")
                )
        return matches

    def fill(self, record: Any, row: Row, context: Context) -> None:
        """Give a new product a code made from its name, and the company's currency."""
        record.code = record.code or slugify(fold(record.name)).upper()[:60] or f"P{row.line}"
        if record.currency_id is None:
            currencies = set_up_of(context)["currencies"].values()
            record.currency_id = next((currency.pk for currency in currencies if currency.is_company_currency), None)


def check_amount(row: Row, name: str, currency: Any) -> None:
    """Refuse an amount below zero, or with more decimals than its currency has."""
    amount = row.values.get(name)
    if amount is None or row.failed:
        return
    if amount < 0:
        row.refuse(name, "amount_negative", _("The amount can't be below zero."))
    elif currency is not None and amount != round_to(amount, currency.minor_units):
        sentence = _("%(currency)s has %(decimals)s decimals. Round the amount.")
        row.refuse(name, "too_many_decimals", sentence % {"currency": currency.pk, "decimals": currency.minor_units})
