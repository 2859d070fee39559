"""What the palette finds and makes of deals and products."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Case, IntegerField, When
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.common.admin.palette import Finder, Found, register_finder
from config.common.money import show_money
from deals.admin.showing import amount_text
from deals.models import Deal, Product
from deals.pipeline.deal import Outcome

# "new deal Loom", in the languages of the interface.
_NEW = r"^\s*(?:(?:new|baru|tambah|mới|thêm)\s+|\+\s*)"
_DEAL = r"(?:deal|kesepakatan|transaksi|thương vụ|giao dịch)\b(?P<name>.*)$"


def register() -> None:
    """Register the finders; called by ``ready``."""
    register_finder(Finder("deals.view_deal", find_deals))
    register_finder(Finder("deals.view_product", find_products))
    register_finder(Finder("deals.add_deal", offer_deal, creates=True))


def find_deals(user: Any, text: str, most: int) -> Iterable[Found]:
    """Deals by name or company, open ones first."""
    rows = (
        Deal.objects.visible_to(user).search(name_of_new(text) or text).select_related("company", "currency", "stage")
    )
    is_closed = Case(When(outcome=Outcome.OPEN, then=0), default=1, output_field=IntegerField())
    for deal in rows.order_by(is_closed, "-created_at", "-id")[:most]:
        state = str(deal.stage) if deal.is_open else deal.get_outcome_display()
        told = [str(deal.company)] if deal.company else []
        link = reverse("admin:deals_deal_change", args=[deal.pk])
        yield Found(deal.name, link, "sell", " · ".join([*told, amount_text(deal), state]))


def find_products(user: Any, text: str, most: int) -> Iterable[Found]:
    """Products by name or code."""
    for product in Product.objects.visible_to(user).search(text).select_related("currency")[:most]:
        price = show_money(product.price, product.currency_id, product.currency.minor_units)
        yield Found(
            product.name,
            reverse("admin:deals_product_change", args=[product.pk]),
            "inventory_2",
            f"{product.code} · {price}",
        )


def offer_deal(user: Any, text: str, most: int) -> Iterable[Found]:
    """An offer to make a deal of this name."""
    name = name_of_new(text)
    if name is not None:
        address = reverse("admin:deals_deal_add")
        title = _("New deal “%(name)s”") % {"name": name} if name else _("New deal")
        yield Found(title, f"{address}?{urlencode({'name': name})}" if name else address, "add_circle")


def name_of_new(text: str) -> str | None:
    """Return the name of the deal that is to be made; None if the text asks for another kind of thing.

    “new deal Loom” and “Loom” both name one, “new contact Loom” names none.
    """
    if match := re.match(_NEW + _DEAL, text, re.IGNORECASE):
        return match["name"].strip()
    return None if re.match(_NEW, text, re.IGNORECASE) else text.strip()
