"""The ways to a new draft: free, from a deal, from an accepted quote, and the list of quotes that wait for one."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from config.common.admin.base import change_address, sentence_of, visible_or_404
from config.common.admin.pages import show_page
from config.common.errors import DomainError
from config.common.money import show_number
from contacts.admin.typed import Typed
from contacts.models import Company, Contact, User
from deals.admin.billing.answering import Done, attempt, go_on
from deals.admin.billing.draft_form import DraftForm
from deals.admin.billing.page import MEDIA
from deals.admin.billing.showing import money, page_or_nothing
from deals.admin.reading import as_id, next_of, reader_of
from deals.billing.billable import unbilled_quotes
from deals.billing.drafting import invoice_from_deal, invoice_from_quote
from deals.models import Currency, Deal, Invoice, Quote
from deals.quotes.standing import with_standing

ADD = "deals.add_invoice"
ROWS_A_PAGE = 50


def add_page(request: HttpRequest) -> HttpResponse:
    """Show the form of a free invoice, filled in with what the address names, and draft it when it is sent."""
    user = reader_of(request)
    if not user.has_perm(ADD):
        raise PermissionDenied
    today = timezone.localdate()
    if request.method == "POST":
        form = DraftForm(None, request.POST, reader=user, today=today)
        done = attempt(form, lambda: _drafted(form))
        if done is not None:
            return go_on(request, done, done.page)
    else:
        form = DraftForm(None, reader=user, today=today, initial=_asked(request, user))
    context = {
        "draft": form,
        "currency": form.currency_of_lines,
        "has_seller": bool(form.sellers),
        "media": MEDIA,
        "opts": Invoice._meta,
    }
    response = show_page(request, admin.site, "deals/billing/add.html", _("New invoice"), **context)
    response.status_code = 409 if form.is_bound else 200
    return response


@require_POST
def from_deal(request: HttpRequest, deal_id: int) -> HttpResponse:
    """Draft the invoice of a deal: of its accepted quote if that has none, else with its lines; then go there.

    A draft of the deal that nobody issued yet is opened instead of making another one.
    """
    user = reader_of(request)
    if not user.has_perm(ADD):
        raise PermissionDenied
    deal: Deal = visible_or_404(Deal.objects.select_related("company", "currency", "owner"), user, deal_id)
    waiting = Invoice.objects.invoices().filter(deal=deal.pk, state="draft").first()
    if waiting is not None:
        messages.info(request, _("This deal has a draft already. Here it is."))
        return HttpResponseRedirect(change_address(waiting))
    quote = unbilled_quotes(user).filter(deal=deal.pk).first()
    if quote is not None:
        return _draft(request, lambda: invoice_from_quote(quote, by=user), deal)
    return _draft(request, lambda: invoice_from_deal(deal, by=user), deal)


@require_safe
def unbilled_page(request: HttpRequest) -> HttpResponse:
    """Show the accepted quotes that have no invoice, each with the button that drafts one."""
    user = reader_of(request)
    if not user.has_perm("deals.view_quote"):
        raise PermissionDenied
    quotes = with_standing(unbilled_quotes(user)).select_related("deal__company", "deal__owner", "contact")
    page = Paginator(quotes.order_by("pk"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    currencies = Currency.objects.in_bulk()
    number = page.paginator.count
    heading = ngettext(
        "%(number)s accepted quote is not billed yet", "%(number)s accepted quotes are not billed yet", number
    )
    context = {
        "heading": heading % {"number": show_number(number)},
        "page": page,
        "rows": [_unbilled(quote, currencies) for quote in page],
        "may_draft": user.has_perm(ADD),
        "media": MEDIA,
        "opts": Invoice._meta,
    }
    return show_page(request, admin.site, "deals/billing/unbilled.html", _("Quotes to bill"), **context)


@dataclass(frozen=True, slots=True)
class Unbilled:
    """An accepted quote that waits for its invoice, as the list shows it."""

    quote: Quote
    customer: str
    line: str
    total: str
    link: str


def _unbilled(quote: Any, currencies: dict[str, Currency]) -> Unbilled:
    deal = quote.deal
    link = page_or_nothing("admin:deals_quote_change", quote.pk) or change_address(deal)
    line = f"{deal} · {deal.owner}"
    return Unbilled(
        quote, str(deal.company or quote.contact or ""), line, money(quote.total, currencies[quote.currency_code]), link
    )


def _drafted(form: DraftForm) -> Done:
    invoice = form.save()
    return Done(_("The draft is made. Look at it, then issue it."), page=change_address(invoice))


def _draft(request: HttpRequest, make: Any, deal: Deal) -> HttpResponse:
    try:
        with transaction.atomic():
            invoice = make()
    except (DomainError, ValidationError) as refusal:
        messages.error(request, sentence_of(refusal))
        return HttpResponseRedirect(next_of(request) or change_address(deal))
    return HttpResponseRedirect(change_address(invoice))


def _asked(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the address fills in: a company, a contact, or a name that the palette was given."""
    initial: dict[str, Any] = {}
    models: dict[str, Any] = {"company": Company, "contact": Contact}
    for kind, model in models.items():
        asked = as_id(request.GET.get(kind, ""))
        row = model.objects.live().visible_to(user).filter(pk=asked).first() if asked else None
        if row is not None:
            initial[f"{kind}_name"] = Typed(str(row), row.pk)
    name = request.GET.get("name", "").replace("\x00", "").strip()[:200]
    if name:
        initial.setdefault("company_name", Typed(name))
    return initial
