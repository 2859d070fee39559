"""What deals puts into the sidebar. A badge counts what needs *me*."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.common.admin.navigation import Group, Item, register_item
from contacts.models import User
from deals.models import Deal
from deals.pipeline.filtering import is_stalled


def register() -> None:
    """Register the entries; called by ``ready``."""
    register_item(
        Item(
            Group.SELL,
            10,
            _("Pipeline"),
            "view_kanban",
            "admin:deals_deal_board",
            "deals.view_deal",
            needing=stalled_deals,
        )
    )
    register_item(Item(Group.SELL, 20, _("Deals"), "sell", "admin:deals_deal_changelist", "deals.view_deal"))
    register_item(
        Item(
            Group.BILL,
            40,
            _("Products & prices"),
            "inventory_2",
            "admin:deals_product_changelist",
            "deals.view_product",
        )
    )
    register_item(
        Item(
            Group.INSIGHT,
            60,
            _("Stage changes"),
            "history",
            "admin:deals_stagechange_changelist",
            "deals.view_stagechange",
        )
    )
    register_item(
        Item(
            Group.SET_UP,
            10,
            _("Pipelines"),
            "conversion_path",
            "admin:deals_pipeline_changelist",
            "deals.change_pipeline",
        )
    )
    register_item(
        Item(
            Group.SET_UP, 12, _("Loss reasons"), "block", "admin:deals_lossreason_changelist", "deals.change_lossreason"
        )
    )
    register_item(
        Item(
            Group.SET_UP,
            14,
            _("Product categories"),
            "category",
            "admin:deals_productcategory_changelist",
            "deals.change_productcategory",
        )
    )
    register_item(
        Item(
            Group.SET_UP,
            16,
            _("Currencies"),
            "currency_exchange",
            "admin:deals_currency_changelist",
            "deals.change_currency",
            also_active=("/admin/deals/exchangerate/",),
        )
    )
    register_item(
        Item(
            Group.SET_UP,
            18,
            _("Sellers & taxes"),
            "storefront",
            "admin:deals_seller_changelist",
            "deals.change_seller",
            also_active=("/admin/deals/taxrate/",),
        )
    )


def stalled_deals(user: User) -> list[QuerySet[Any]]:
    """Return the user's own open deals that stand longer than usual."""
    return [Deal.objects.visible_to(user).filter(is_stalled(), owner=user.pk)]
