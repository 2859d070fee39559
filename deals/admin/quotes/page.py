"""What stands on the page of a quote: what to do next, the draft or what was sent, answers, revisions, history."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.money import show_money
from deals.admin.priced_lines import priced_lines
from deals.admin.quotes.forms import DraftForm
from deals.admin.quotes.showing import address_of_invoice, badge_of, day_text, next_action, total_text
from deals.documents.parties import address_of
from deals.models import Deal, Invoice, Quote, QuoteAnswer, QuoteChange, QuoteLine, QuoteRevision, QuoteTax
from deals.quotes.discounting import explain
from deals.quotes.linking import link_for
from deals.quotes.quote import QuoteState
from deals.quotes.standing import Standing, standing, standing_of_quote, standing_of_row, with_current

DAYS_MORE = 14


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision in the list beside the page."""

    revision: QuoteRevision
    stands: Standing
    badge: str
    total: str
    pdf: str
    compare: str


def quote_with_parts(quotes: Any) -> Any:
    """Return the quotes with everything that their pages show, one query a kind of part."""
    revisions = QuoteRevision.objects.select_related("currency", "sent_by", "approved_by").order_by("-revision")
    return quotes.select_related("deal__company", "deal__owner", "seller", "contact").prefetch_related(
        Prefetch("revisions", queryset=revisions),
        Prefetch("revisions__lines", queryset=QuoteLine.objects.select_related("product")),
        Prefetch("revisions__taxes", queryset=QuoteTax.objects.all()),
        Prefetch("changes", queryset=QuoteChange.objects.select_related("by")),
        Prefetch("answers", queryset=QuoteAnswer.objects.select_related("recorded_by")),
    )


def quote_page(request: HttpRequest, quote: Quote, *, posted: Any = None) -> dict[str, Any]:
    """Return the context of the page, for the rights of its reader."""
    user: Any = request.user
    revisions = list(quote.revisions.all())
    for each in revisions:
        each.quote = quote
    draft = next((each for each in revisions if each.sent_at is None), None)
    sent = next((each for each in revisions if each.sent_at is not None), None)
    is_over = quote.state in (QuoteState.ACCEPTED, QuoteState.WITHDRAWN)
    may_change = user.has_perm("deals.change_quote") and not is_over
    shown = draft if draft is not None and not is_over else sent or draft
    stands = standing_of_quote(quote)
    invoice = Invoice.objects.visible_to(user).invoices().filter(quote=quote).exclude(state="discarded").first()
    edits = draft is not None and may_change
    context: dict[str, Any] = {
        "quote": quote,
        "shown": shown,
        "draft": draft if not is_over else None,
        "sent": sent,
        "stands": stands,
        "badge": badge_of(stands),
        "may_change": may_change,
        "may_invoice": user.has_perm("deals.add_invoice"),
        "may_approve": user.has_perm("deals.approve_quote"),
        "next": next_action(quote, stands, draft, user=user, invoice=invoice),
        "invoice": invoice,
        "invoice_address": address_of_invoice(invoice) if invoice else "",
        "explained": explain(draft, by=user) if draft and not is_over else "",
        "rows": [_row(quote, each, revisions) for each in revisions],
        "link": link_for(sent) if sent and user.has_perm("deals.change_quote") else "",
        "address": (sent.sent_to if sent else "") or address_of(quote.contact),
        "later": (timezone.localdate() + timedelta(days=DAYS_MORE)).isoformat(),
        "changes": quote.changes.all(),
        "answers": quote.answers.all(),
        **_sums(shown),
    }
    if edits and draft is not None:
        context["form"] = DraftForm(draft, user, posted)
        context["lines"] = priced_lines(draft.currency, user, lines=list(draft.lines.all()), data=posted)
        context["currency"] = draft.currency
    return context


def _row(quote: Quote, revision: QuoteRevision, revisions: list[QuoteRevision]) -> RevisionRow:
    older = next((each for each in revisions if each.revision < revision.revision), None)
    stands = standing(revision)
    pdf = reverse("admin:deals_quote_pdf", args=[quote.pk, revision.revision])
    compare = reverse("admin:deals_quote_compare", args=[quote.pk, older.revision, revision.revision]) if older else ""
    return RevisionRow(revision, stands, badge_of(stands), total_text(revision), pdf, compare)


def _sums(revision: QuoteRevision | None) -> dict[str, Any]:
    if revision is None:
        return {}
    digits, currency = revision.currency.minor_units, revision.currency_id

    def text(amount: Any) -> str:
        return show_money(amount, currency, digits)

    return {
        "total_text": text(revision.total),
        "valid_text": day_text(revision.valid_until),
        "line_rows": [(line, text(line.unit_price), text(line.amount)) for line in revision.lines.all()],
        "sums": [
            (_("Sum of the lines"), text(revision.subtotal)),
            *([(_("Discount"), f"− {text(revision.discount_amount)}")] if revision.discount_amount else []),
            (_("Net"), text(revision.net)),
            *(
                (f"{tax.name or tax.get_category_display()} {tax.rate.normalize():f} %", text(tax.amount))
                for tax in revision.taxes.all()
            ),
            (_("Total"), text(revision.total)),
        ],
    }


def quotes_of(deal: Deal, user: Any) -> list[Any]:
    """Return a deal's quotes with what each comes to, the newest first, in one query."""
    if not user.has_perm("deals.view_quote"):
        return []
    rows = with_current(Quote.objects.filter(deal=deal.pk)).select_related("deal", "seller")
    return list(rows.order_by("-created_at", "-id"))


def shown_quotes(quotes: list[Any]) -> list[tuple[Any, str, str, str]]:
    """Return the quotes of a deal with total, standing and its badge, as its page shows them."""
    shown = []
    for quote in quotes:
        stands = standing_of_row(quote)
        total = show_money(quote.total, quote.currency_code, quote.currency_digits) if quote.total is not None else "–"
        shown.append((quote, total, str(stands.label), badge_of(stands)))
    return shown
