"""The bell: how many unread notifications there are, and the page that lists them."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from config.common.admin.bar import Sign, register_sign
from config.common.admin.base import visible_or_404
from config.common.admin.navigation import Group, Item, badges, register_item
from config.common.admin.pages import register_page, show_page
from config.common.admin.records import addresses
from config.common.admin.showing import short_moment
from config.common.money import show_number
from contacts.messages.reading import mark_all_read, mark_read, unread, unread_first
from contacts.models import Notification

VIEW, CHANGE = "contacts.view_notification", "contacts.change_notification"
LIST = "admin:contacts_notification_changelist"
A_PAGE = 30


def register() -> None:
    """Put the bell into the top bar and the page into the sidebar; called by ``ready``."""
    register_sign(Sign("notifications", LIST, VIEW, my_unread, _words))
    title = gettext_lazy("Notifications")
    register_item(Item(Group.TODAY, 30, title, "notifications", LIST, VIEW, needing=lambda user: [unread(user)]))


def my_unread(request: Any) -> int:
    """Return how many notifications one has not opened, as the sidebar counts them."""
    return badges(request).get(LIST, 0)


def _words(number: int) -> str:
    if not number:
        return _("Notifications: nothing unread")
    return ngettext("%(number)s unread notification", "%(number)s unread notifications", number) % {
        "number": show_number(number)
    }


@require_safe
def notifications_page(request: HttpRequest) -> HttpResponse:
    """List one's notifications, the unread ones first."""
    user = _allowed(request, VIEW)
    page = Paginator(unread_first(user), A_PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    links = addresses([(row.about_type, row.about_id) for row in shown if row.about_id is not None], user)
    context = {
        "heading": _heading(my_unread(request), page.paginator.count),
        "page": page,
        "lines": [
            {"row": row, "link": (row.about_type, row.about_id) in links, "when": short_moment(row.at)} for row in shown
        ],
        "unread": my_unread(request),
        "may_change": user.has_perm(CHANGE),
    }
    return show_page(request, admin.site, "contacts/messages/notifications.html", _("Notifications"), **context)


@require_safe
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the record that a notification is about, and take the notification as read."""
    user = _allowed(request, VIEW)
    row: Notification = visible_or_404(Notification.objects, user, pk)
    if request.method == "GET" and user.has_perm(CHANGE):
        mark_read(row, now=timezone.now())
    reference = (row.about_type, row.about_id or 0)
    link = addresses([reference], user).get(reference) if row.about_type else None
    if link is None and row.about_type:
        messages.info(request, _("“%(title)s” is about a record that you can't see any more.") % {"title": row})
    return HttpResponseRedirect(link or reverse(LIST))


@require_POST
def read_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one notification as read."""
    user = _allowed(request, CHANGE)
    mark_read(visible_or_404(Notification.objects, user, pk), now=timezone.now())
    return HttpResponseRedirect(reverse(LIST))


@require_POST
def read_notifications(request: HttpRequest) -> HttpResponse:
    """Take everything as read."""
    number = mark_all_read(_allowed(request, CHANGE), now=timezone.now())
    sentence = ngettext("%(number)s notification is read now.", "%(number)s notifications are read now.", number)
    messages.success(request, sentence % {"number": show_number(number)})
    return HttpResponseRedirect(reverse(LIST))


def _heading(unread: int, total: int) -> str:
    if not total:
        return _("Nothing yet. What needs you, such as a reminder that is due, shows here.")
    if not unread:
        return _("You have read everything.")
    sentence = ngettext("%(unread)s unread of %(total)s.", "%(unread)s unread of %(total)s.", unread)
    return sentence % {"unread": show_number(unread), "total": show_number(total)}


def _allowed(request: HttpRequest, permission: str) -> Any:
    user: Any = request.user
    if not user.has_perm(permission):
        raise PermissionDenied
    return user


register_page("contacts/notification/", "contacts_notification_changelist", notifications_page)
register_page("contacts/notification/read/", "contacts_notification_read_all", read_notifications)
register_page("contacts/notification/<int:pk>/change/", "contacts_notification_change", open_notification)
register_page("contacts/notification/<int:pk>/read/", "contacts_notification_read", read_notification)
