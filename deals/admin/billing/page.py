"""What stands on the page of an invoice or credit note: what it needs, its figures, lines, payments and history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Value, prefetch_related_objects
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from config.common.admin.base import change_address
from config.common.admin.pages import show_page
from contacts.models import Company, Contact, Message, User
from contacts.people.panels import panels
from contacts.staff.models import Scope
from deals.admin.billing.acts import acts_for
from deals.admin.billing.draft_form import DraftForm
from deals.admin.billing.forms import ActForm, TakeBackForm, homeless
from deals.admin.billing.next_action import next_action
from deals.admin.billing.showing import TONES, customer_name, day_text, due_words, money, page_or_nothing
from deals.admin.billing.telling import change_entries
from deals.admin.reading import reader_of
from deals.billing import mailing
from deals.billing.kinds import InvoiceKind, InvoiceStatus
from deals.models import Allocation, Deal, Invoice, InvoiceChange, Quote

MEDIA = Media(
    css={"all": ["deals/deals.css", "deals/billing.css"]},
    js=["contacts/typing.js", "deals/priced.js", "deals/billing.js"],
)
_SEEN: dict[str, Any] = {"company": Company, "contact": Contact, "deal": Deal, "quote": Quote}


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value; a link where there is a page behind it that the reader may open."""

    label: str
    value: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Paid:
    """What a payment pays of an invoice, and the form that takes it back."""

    allocation: Allocation
    amount: str
    form: TakeBackForm | None


def invoice_rows(user: User) -> QuerySet[Any]:
    """Return invoices as their pages show them: with their balance, with whom they name, and who of these is seen."""
    sight: dict[str, Any] = {
        f"sees_{name}": Value(True)
        if user.scope == Scope.ALL
        else Exists(model.objects.visible_to(user).filter(pk=OuterRef(name)))
        for name, model in _SEEN.items()
    }
    rows: Any = Invoice.objects.with_status(timezone.localdate()).annotate(**sight)
    told: QuerySet[Any] = rows.select_related(
        "seller", "owner", "company", "contact", "deal", "currency", "quote__deal", "credits", "issued_by", "created_by"
    )
    return told


def show_invoice(request: HttpRequest, invoice: Any, refused: ActForm | None = None) -> HttpResponse:
    """Show the page of an invoice; with a form that was refused, open where one was."""
    user, today = reader_of(request), timezone.localdate()
    _read_parts(invoice)
    mail = _last_mail(invoice)
    acts = acts_for(invoice, user, today, refused)
    needs = next_action(invoice, today, {act.key for act in acts}, mail)
    editing, payments = _draft_form(invoice, user, today, refused), _payments(invoice, user, today, refused)
    shown = [editing, *(act.form for act in acts), *(paid.form for paid in payments)]
    context = {
        "invoice": invoice,
        "is_credit_note": invoice.kind == InvoiceKind.CREDIT_NOTE,
        "customer": buyer_link(invoice),
        "status": InvoiceStatus(invoice.status).label,
        "status_tone": TONES.get(InvoiceStatus(invoice.status), ""),
        "needs": needs,
        "next_act": next((act for act in acts if act.key == needs.act), None),
        "acts": [act for act in acts if act.key != needs.act],
        "figures": _figures(invoice, today),
        "facts": _facts(invoice, mail, user),
        "lines": [(line, money(line.amount, invoice.currency)) for line in invoice.lines.all()],
        "sums": _sums(invoice),
        "payments": payments,
        "refusals": homeless(refused, shown),
        "credit_notes": [(note, money(note.total, invoice.currency)) for note in _parts(invoice, "credit_notes")],
        "entries": change_entries(invoice.changes.all()),
        "draft": editing,
        "currency": editing.currency_of_lines if editing else invoice.currency,
        "panels": panels(invoice, user),
        "media": MEDIA,
        "opts": Invoice._meta,
        "original": invoice,
    }
    response = show_page(request, admin.site, "deals/billing/invoice.html", str(invoice), **context)
    response.status_code = 409 if refused is not None else 200
    return response


def buyer_link(invoice: Any) -> SafeString | str:
    """Return who is billed, as printed once it is issued, with a link to their page if the reader sees it."""
    name = invoice.buyer_copy.get("name") or customer_name(invoice)
    payer = "company" if invoice.company_id else "contact"
    if not getattr(invoice, f"sees_{payer}"):
        return str(name)
    return format_html('<a class="td-link" href="{}">{}</a>', change_address(getattr(invoice, payer)), name)


def _read_parts(invoice: Any) -> None:
    """Read everything that the page shows of its rows, one query a kind of part; a draft has no money."""
    changes = Prefetch("changes", queryset=InvoiceChange.objects.select_related("by"))
    paid = Allocation.objects.select_related("payment", "by", "taken_back_by").order_by("pk")
    parts: list[Any] = ["lines", "taxes", changes]
    if invoice.is_issued:
        notes = Invoice.objects.issued().order_by("pk")
        parts += [
            "contact__emails",
            Prefetch("allocations", queryset=paid),
            Prefetch("credit_notes", queryset=notes),
        ]
    prefetch_related_objects([invoice], *parts)


def _parts(invoice: Any, name: str) -> Sequence[Any]:
    return list(getattr(invoice, name).all()) if invoice.is_issued else []


def _last_mail(invoice: Any) -> Message | None:
    if not invoice.is_issued:
        return None
    about = Message.objects.about(invoice).filter(kind=mailing.KIND)
    mail: Message | None = about.defer("text", "html").order_by("-pk").first()
    return mail


def _draft_form(invoice: Any, user: User, today: date, refused: ActForm | None) -> DraftForm | None:
    if isinstance(refused, DraftForm):
        return refused
    if invoice.is_draft and user.has_perm("deals.change_invoice"):
        return DraftForm(invoice, reader=user, today=today)
    return None


def _figures(invoice: Any, today: date) -> list[tuple[str, str, str]]:
    """Return the figures in the heading: label, value, a word beside it."""
    total = (_("Total"), money(invoice.total, invoice.currency), "")
    if invoice.is_draft:
        return [total, (_("Due"), _("%(days)s days after issue") % {"days": invoice.payment_days}, "")]
    if invoice.kind == InvoiceKind.CREDIT_NOTE or not invoice.is_issued:
        return [total, (_("Dated"), day_text(invoice.issued_on), "")]
    is_open = invoice.open_amount > 0
    return [
        total,
        (_("Open"), money(invoice.open_amount, invoice.currency), ""),
        (_("Due"), day_text(invoice.due_on), due_words(invoice.due_on, today) if is_open else ""),
    ]


def _facts(invoice: Any, mail: Message | None, reader: User) -> list[Fact]:
    """Return what is known of it, without what is empty."""
    letter = page_or_nothing("admin:contacts_message_change", mail.pk) if mail else ""
    sent = f"{mail.to_address}, {mail.get_state_display().lower()}" if mail else ""
    found = [
        Fact(_("Corrects"), str(invoice.credits or ""), change_address(invoice.credits) if invoice.credits else ""),
        Fact(_("Reason"), invoice.reason),
        _record(_("Contact"), invoice, "contact") if invoice.company_id else Fact("", ""),
        _record(_("Deal"), invoice, "deal"),
        _record(_("Quote"), invoice, "quote"),
        Fact(_("Seller"), str(invoice.seller)),
        Fact(_("Owner"), str(invoice.owner)),
        Fact(_("Customer's reference"), invoice.reference),
        Fact(_("Dated"), day_text(invoice.issued_on) if invoice.is_issued else ""),
        Fact(_("Delivered"), day_text(invoice.delivered_on) if invoice.delivered_on else ""),
        Fact(_("Issued by"), str(invoice.issued_by or "")),
        Fact(_("Sent to"), sent, letter if reader.has_perm("contacts.view_message") else ""),
        Fact(_("Language"), invoice.get_language_display()),
    ]
    return [fact for fact in found if fact.value]


def _record(label: str, invoice: Any, name: str) -> Fact:
    row = getattr(invoice, name)
    if row is None:
        return Fact("", "")
    link = page_or_nothing(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", row.pk)
    return Fact(label, str(row), link if getattr(invoice, f"sees_{name}") else "")


def _sums(invoice: Any) -> list[tuple[str, str, bool]]:
    """Return the rows under the lines: label, amount, whether it is the total."""
    currency = invoice.currency
    taxes = [(_tax_label(tax), money(tax.amount, currency), False) for tax in invoice.taxes.all()]
    total = (_("Total"), money(invoice.total, currency), True)
    rows = [(_("Subtotal"), money(invoice.subtotal, currency), False)]
    if invoice.discount_amount:
        label = _("Discount %(percent)s %%") % {"percent": f"{invoice.discount.normalize():f}"}
        rows.append((label, money(-invoice.discount_amount, currency), False))
    if invoice.prices_include_tax:
        return [*rows, total, (_("Of which net"), money(invoice.net, currency), False), *taxes]
    if invoice.discount_amount and taxes:
        rows.append((_("Net"), money(invoice.net, currency), False))
    return [*rows, *taxes, total]


def _tax_label(tax: Any) -> str:
    name = tax.name or tax.get_category_display()
    if not tax.rate:
        return str(name)
    label = f"{name} {tax.rate.normalize():f} %"
    if tax.base_numerator != tax.base_denominator:
        label += " " + _("on %(share)s of the price") % {"share": f"{tax.base_numerator}/{tax.base_denominator}"}
    return label


def _payments(invoice: Any, user: User, today: date, refused: ActForm | None) -> list[Paid]:
    may_take_back = user.has_perm("deals.change_allocation")
    shown = []
    for allocation in _parts(invoice, "allocations"):
        form = None
        if may_take_back and allocation.taken_back_at is None:
            form = TakeBackForm(invoice, today=today, mark=allocation.pk, initial={"allocation": allocation.pk})
            if isinstance(refused, TakeBackForm) and refused.data.get("allocation") == str(allocation.pk):
                form = refused
        shown.append(Paid(allocation, money(allocation.amount, invoice.currency), form))
    return shown
