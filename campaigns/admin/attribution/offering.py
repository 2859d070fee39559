"""What attribution puts into the sidebar and onto the pages of others."""

from django.utils.translation import gettext_lazy as _

from campaigns.admin.attribution import panels
from config.common.admin.navigation import Group, Item, register_item


def register() -> None:
    """Register everything; called by ``ready``."""
    register_item(
        Item(
            Group.INSIGHT,
            30,
            _("Attribution"),
            "account_tree",
            "admin:attribution",
            "campaigns.view_attributionmodel",
            also_active=(
                "/admin/campaigns/attributionmodel/",
                "/admin/campaigns/attributionrun/",
                "/admin/campaigns/share/",
                "/admin/campaigns/rundeal/",
            ),
        )
    )
    panels.register()
