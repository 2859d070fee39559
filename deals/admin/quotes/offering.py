"""What quotes add elsewhere: an entry in the sidebar, lines of timelines, what the palette finds."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.common.admin.navigation import Group, Item, register_item
from config.common.admin.palette import Finder, Found, register_finder
from contacts.models import User
from contacts.people.timeline import TimelineEntry
from deals.admin.happenings import Happening, part
from deals.agenda.lists import expiring_quotes
from deals.models import Quote, QuoteChange, QuoteRevision
from deals.quotes.history import QuoteChangeKind

VIEW, QUOTE = "deals.view_quote", "quote"
_ICONS = {
    QuoteChangeKind.SENT: "send",
    QuoteChangeKind.EXTENDED: "send",
    QuoteChangeKind.ACCEPTED: "task_alt",
    QuoteChangeKind.DECLINED: "thumb_down",
}


def register() -> None:
    """Register everything; called by ``ready``."""
    address = "admin:deals_quote_changelist"
    register_item(Item(Group.BILL, 10, _("Quotes"), "request_quote", address, VIEW, needing=needs_me))
    register_finder(Finder(VIEW, find_quotes))


def needs_me(user: User) -> list[QuerySet[Any]]:
    """Return what waits for the user: approvals, for who gives them; else one's own quotes that expire this week."""
    if user.has_perm("deals.approve_quote"):
        return [QuoteRevision.objects.visible_to(user).waiting_for_approval()]
    return [expiring_quotes(user, timezone.now())]


def quote_happenings(condition: Q, reader: User) -> Iterator[QuerySet[Any]]:
    """What was done to the quotes that a condition on their changes finds."""
    if reader.has_perm(VIEW):
        changes = QuoteChange.objects.visible_to(reader).filter(condition)
        yield part(
            QUOTE, changes, kind="kind", at="at", row="quote_id", name="quote__number", after="quote__deal__name",
            who="by__name", why="reason",
        )  # fmt: skip


def tell_quote(what: Happening) -> TimelineEntry:
    """Tell what was done to a quote."""
    kind = QuoteChangeKind(what.kind)
    quote = what.name or gettext("Draft quote for %(deal)s") % {"deal": what.after}
    title = gettext("%(quote)s: %(what)s") % {"quote": quote, "what": str(kind.label).lower()}
    link = reverse("admin:deals_quote_change", args=[what.row])
    return TimelineEntry(what.at, "quote", title, what.why, what.who, link, _ICONS.get(kind, "request_quote"))


def find_quotes(user: Any, text: str, most: int) -> Iterable[Found]:
    """Quotes by number, deal or company, the newest first."""
    rows = Quote.objects.visible_to(user).search(text).select_related("deal__company")
    for quote in rows.order_by("-created_at", "-id")[:most]:
        about = " · ".join(str(each) for each in (quote.deal.company, quote.deal, quote.get_state_display()) if each)
        yield Found(str(quote), reverse("admin:deals_quote_change", args=[quote.pk]), "request_quote", about)
