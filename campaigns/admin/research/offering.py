"""What research and channels add elsewhere: entries in the sidebar, and what the palette finds."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.models import Persona, Study
from config.common.admin.base import change_address
from config.common.admin.navigation import Group, Item, register_item
from config.common.admin.palette import Finder, Found, register_finder


def register() -> None:
    """Register everything; called by ``ready``."""
    register_item(_item(Group.MARKET, 50, _("Research"), "query_stats", "study", "view"))
    register_item(_item(Group.MARKET, 52, _("Personas"), "face", "persona", "view"))
    register_item(_item(Group.SET_UP, 30, _("Channels"), "campaign", "channel", "change"))
    register_finder(Finder("campaigns.view_study", find_studies))
    register_finder(Finder("campaigns.view_persona", find_personas))


def _item(group: Group, order: int, title: Any, icon: str, model: str, verb: str) -> Item:
    return Item(group, order, title, icon, f"admin:campaigns_{model}_changelist", f"campaigns.{verb}_{model}")


def find_studies(user: Any, text: str, most: int) -> Iterable[Found]:
    """Studies by title or market."""
    for study in Study.objects.visible_to(user).search(text)[:most]:
        yield Found(str(study), change_address(study), "query_stats", str(study.get_method_display()))


def find_personas(user: Any, text: str, most: int) -> Iterable[Found]:
    """Personas by name or role."""
    for persona in Persona.objects.visible_to(user).search(text)[:most]:
        yield Found(str(persona), change_address(persona), "face", persona.role)
