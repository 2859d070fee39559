"""The leads that wait for sales, and the page on which a rep accepts one."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.qualification.accepting import WAITING, accept_lead, may_accept, refusal_of, waiting_leads
from config.common.admin.base import change_address, visible_or_404
from config.common.admin.pages import register_page, show_page
from config.common.errors import DomainError
from config.common.money import show_number
from contacts.models import Contact, LifecycleChange, User
from contacts.people.panels import PageButton

ROWS = 50


@require_safe
def waiting_page(request: HttpRequest) -> HttpResponse:
    """Show who waits to be accepted, the longest waiting first, and why each is a marketing qualified lead."""
    user: Any = request.user
    if not user.has_perm("contacts.view_contact"):
        raise PermissionDenied
    page = Paginator(waiting_leads(user).select_related("owner"), ROWS).get_page(request.GET.get("p"))
    number = page.paginator.count
    sentence = ngettext("%(number)s lead waits to be accepted.", "%(number)s leads wait to be accepted.", number)
    rows = [(lead, change_address(lead), reverse("admin:campaigns_lead_accept", args=[lead.pk])) for lead in page]
    context: dict[str, Any] = {"heading": sentence % {"number": show_number(number)}, "rows": rows, "page": page}
    context["may_accept"] = may_accept(user)
    return show_page(request, admin.site, "campaigns/capture/leads.html", _("Leads waiting"), **context)


@require_http_methods(["GET", "HEAD", "POST"])
def accept_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then accept the lead and go to it."""
    user: Any = request.user
    if not user.has_perm("contacts.view_contact"):
        raise PermissionDenied
    contact: Contact = visible_or_404(Contact.objects.all(), user, pk)
    refusal = refusal_of(contact, user)
    if request.method == "POST" and refusal is None:
        try:
            accept_lead(contact, by=user)
            messages.success(request, _("%(name)s is a sales qualified lead now.") % {"name": contact})
            return HttpResponseRedirect(change_address(contact))
        except DomainError as late:
            refusal = late  # type: ignore[assignment]
    newest = LifecycleChange.objects.of(contact).order_by("-id").first()
    context = {
        "contact": contact,
        "contact_address": change_address(contact),
        "reason": newest.cause if newest else "",
        "becomes_owner": contact.owner_id is None,
        "refusal": refusal.sentence if refusal else "",
    }
    title = _("Accept %(name)s") % {"name": contact}
    response = show_page(request, admin.site, "campaigns/capture/accept.html", title, **context)
    response.status_code = 409 if refusal and request.method == "POST" else 200
    return response


def accept_button(contact: Contact, reader: User) -> PageButton | None:
    """Return the button on the page of a contact who waits."""
    if contact.lifecycle_stage not in WAITING or contact.is_archived or not may_accept(reader):
        return None
    return PageButton(
        _("Accept lead"), reverse("admin:campaigns_lead_accept", args=[contact.pk]), "handshake", order=30
    )


register_page("campaigns/leads/", "campaigns_leads", waiting_page)
register_page("campaigns/leads/<int:pk>/accept/", "campaigns_lead_accept", accept_page)
