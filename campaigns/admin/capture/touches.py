"""Touches, to read; and what the contact's timeline tells of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.attribution.touch import WithMoney
from campaigns.admin.capture.filters import CampaignFilter, ChannelFilter
from campaigns.capture.showing import answered
from campaigns.capture.touch import TouchKind
from campaigns.models import Touch
from config.common.admin.base import ReadOnlyAdmin, change_address, display
from config.common.admin.filters import FieldFilter
from config.common.admin.records import addresses
from config.common.admin.showing import short_moment
from config.common.money import show_number
from contacts.models import Contact, User
from contacts.people.timeline import TimelineEntry

VIEW = "campaigns.view_touch"
_ICONS = {
    TouchKind.SENT: "outgoing_mail",
    TouchKind.VIEW: "visibility",
    TouchKind.OPENED: "drafts",
    TouchKind.CLICK: "ads_click",
    TouchKind.FORM: "assignment_turned_in",
    TouchKind.VISIT: "language",
    TouchKind.CALL: "call",
    TouchKind.ATTENDED: "event_available",
    TouchKind.REPLY: "reply",
    TouchKind.PRINT: "qr_code_2",
}


class KindFilter(FieldFilter):
    """What happened."""

    field = "kind"


class SourceFilter(FieldFilter):
    """How we know."""

    field = "source"


@admin.register(Touch)
class TouchAdmin(WithMoney, ReadOnlyAdmin):
    """Every dated contact between a campaign and a person."""

    list_display = ("when", "person", "kind", "campaign", "channel", "source", "detail")
    list_filter = (CampaignFilter, ChannelFilter, KindFilter, SourceFilter)
    list_select_related = ("contact", "visitor", "visitor__contact", "campaign", "channel")
    linked_lookups = ("contact", "link")
    search_fields = ()
    list_before_template = "campaigns/capture/touches_top.html"
    fields: ClassVar = (
        "person", ("kind", "source"), ("at", "recorded_at"), ("campaign", "channel"), "detail", "link", "submission",
        "joined_at", "external_id", "recorded_by",
    )  # fmt: skip

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Say how many there are."""
        number = rows.count()
        return ngettext("%(number)s touch.", "%(number)s touches.", number) % {"number": show_number(number)}

    @display(description=_("When"), ordering="at")
    def when(self, touch: Touch) -> Any:
        """Return the moment in short."""
        return short_moment(touch.at)

    @display(description=_("Who"))
    def person(self, touch: Touch) -> Any:
        """Return the contact, linked, or the visitor whom we don't know."""
        if touch.contact is None:
            return gettext("Visitor %(number)s") % {"number": touch.visitor_id or "–"}
        return format_html('<a class="td-link" href="{}">{}</a>', change_address(touch.contact), touch.contact)


def touches_of(contact: Contact, reader: User, before: datetime, limit: int) -> Iterator[TimelineEntry]:
    """What campaigns had to do with a contact: on which channel, and what the person said."""
    if not reader.has_perm(VIEW):
        return
    rows = Touch.objects.visible_to(reader).filter(contact=contact.pk, at__lt=before)
    told = rows.select_related("campaign", "channel", "submission__form", "recorded_by").order_by("-at", "-pk")
    may_read = reader.has_perm("campaigns.view_submission")
    shown = list(told.prefetch_related("submission__form__fields")[:limit])
    pages = addresses((("campaigns.campaign", touch.campaign_id) for touch in shown), reader)
    for touch in shown:
        labels = {"what": touch.get_kind_display(), "campaign": touch.campaign.name, "channel": touch.channel}
        said = answered(touch.submission) if touch.submission and may_read else ()
        body = "\n".join([touch.detail, *(f"{label}: {answer}" for label, answer in said)]).strip()
        yield TimelineEntry(
            at=touch.at,
            kind="campaign",
            title=gettext("%(what)s: campaign “%(campaign)s”, %(channel)s") % labels,
            body=body,
            actor=str(touch.recorded_by or ""),
            link=pages.get(("campaigns.campaign", touch.campaign_id), ""),
            icon=_ICONS.get(TouchKind(touch.kind), "campaign"),
        )
