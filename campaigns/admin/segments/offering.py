"""What segments add elsewhere: the sidebar, the palette, a panel on contacts, a link on their list, a home's button."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.segments.listing import link_from_contacts
from campaigns.models import Segment, SegmentMember
from campaigns.segments.seeing import with_numbers
from config.common.admin.base import change_address
from config.common.admin.list_links import register_list_link
from config.common.admin.navigation import Group, Item, register_item
from config.common.admin.palette import Finder, Found, register_finder
from config.common.admin.showing import short_day
from config.common.money import show_number
from contacts.models import Contact, User
from contacts.people.panels import Panel, PanelRow, register_panel

VIEW = "campaigns.view_segment"
LIST = "admin:campaigns_segment_changelist"
MOST_SHOWN = 12


def register() -> None:
    """Register everything; called by ``ready``."""
    register_item(Item(Group.MARKET, 30, _("Segments"), "groups", LIST, VIEW))
    register_finder(Finder(VIEW, find_segments))
    register_panel("contacts.contact", segments_panel)
    register_list_link("contacts.contact", link_from_contacts)


def find_segments(user: Any, text: str, most: int) -> Iterator[Found]:
    """Segments by name, with their size."""
    rows = with_numbers(Segment.objects.visible_to(user).in_use().search(text), user)
    for segment in rows.order_by("name", "pk")[:most]:
        size = ngettext("%(number)s contact", "%(number)s contacts", segment.seen_size)
        words = size % {"number": show_number(segment.seen_size)}
        yield Found(segment.name, change_address(segment), "groups", words)


def segments_panel(contact: Contact, reader: User) -> Panel | None:
    """Return the segments that a person is in, since when, and where it says why."""
    if not reader.has_perm(VIEW):
        return None
    rows = SegmentMember.objects.visible_to(reader).filter(contact=contact, left_at__isnull=True)
    inside = rows.filter(segment__archived_at__isnull=True).select_related("segment").order_by("-entered_at", "-pk")
    shown = [_row(member, contact) for member in inside[:MOST_SHOWN]]
    return Panel(gettext("Segments"), shown, 40, gettext("In no segment yet."))


def _row(member: SegmentMember, contact: Contact) -> PanelRow:
    why = reverse("admin:campaigns_segment_why", args=[member.segment_id])
    since = gettext("since %(day)s – why?") % {"day": short_day(member.entered_at)}
    return PanelRow(member.segment.name, f"{why}?{urlencode({'contact': contact.pk})}", since)
