"""What stands on the page of a payment: what it paid, what is left of it, and what can be done with that."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Value, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.admin.base import change_address
from config.common.admin.pages import show_page
from contacts.models import User
from contacts.people.panels import panels
from contacts.staff.models import Scope
from deals.admin.billing.acts import Act
from deals.admin.billing.forms import (
    ActForm,
    AllocateForm,
    RefundForm,
    TakeBackForm,
    VoidForm,
    homeless,
    shown_amount,
)
from deals.admin.billing.next_action import NextAction
from deals.admin.billing.page import MEDIA, Fact
from deals.admin.billing.showing import customer_name, day_text, due_words, money, payment_list
from deals.admin.reading import reader_of
from deals.billing.allocating import customer_of
from deals.models import Allocation, Invoice, Payment, Refund

REFUND, VOID, OLDEST = "refund", "void", "allocate-oldest"


@dataclass(frozen=True, slots=True)
class Payable:
    """An open invoice of the customer, and the form that lets the payment pay it."""

    invoice: Any
    open: str
    due: str
    is_late: bool
    form: AllocateForm | None


@dataclass(frozen=True, slots=True)
class Share:
    """What the payment pays of an invoice, and the form that takes it back."""

    allocation: Allocation
    name: str
    link: str
    amount: str
    form: TakeBackForm | None


def payment_rows(user: User) -> QuerySet[Any]:
    """Return payments as their pages show them, with what is left of them."""
    rows = Payment.objects.with_balance()
    return rows.select_related("seller", "company", "contact", "currency", "recorded_by", "voided_by")


def seen_shares(user: User) -> QuerySet[Any]:
    """Return what payments pay, and whether the reader sees the invoice: one may pay those of several owners."""
    seen: Any = Value(True)
    if user.scope != Scope.ALL:
        seen = Exists(Invoice.objects.visible_to(user).filter(pk=OuterRef("invoice")))
    return Allocation.objects.annotate(sees_invoice=seen).select_related("invoice").order_by("pk")


def share_name(allocation: Any) -> str:
    """Return the number of the invoice that is paid, for those who see it."""
    return str(allocation.invoice.number) if allocation.sees_invoice else _("an invoice you can't see")


def show_payment(request: HttpRequest, payment: Any, refused: ActForm | None = None) -> HttpResponse:
    """Show the page of a payment; with a form that was refused, open where one was."""
    user, today = reader_of(request), timezone.localdate()
    shares = seen_shares(user).select_related("by", "taken_back_by")
    refunds = Refund.objects.select_related("by")
    prefetch_related_objects([payment], Prefetch("allocations", queryset=shares), Prefetch("refunds", queryset=refunds))
    payable = _payable(payment, user, today, refused)
    acts = _acts(payment, user, today, refused, bool(payable))
    needs, shares_shown = _needs(payment, bool(payable)), _shares(payment, user, today, refused)
    shown: list[Any] = [act.form for act in acts]
    shown += [each.form for each in payable] + [share.form for share in shares_shown]
    key = OLDEST if payable else REFUND
    next_act = next((act for act in acts if act.key == key and needs.act), None)
    context = {
        "payment": payment,
        "customer": customer_name(payment),
        "needs": needs,
        "next_act": next_act,
        "acts": [act for act in acts if act is not next_act],
        "figures": _figures(payment),
        "facts": _facts(payment, user),
        "shares": shares_shown,
        "refusals": homeless(refused, shown),
        "refunds": [(row, money(row.amount, payment.currency)) for row in payment.refunds.all()],
        "payable": payable,
        "panels": panels(payment, user),
        "media": MEDIA,
        "opts": Payment._meta,
        "original": payment,
    }
    response = show_page(request, admin.site, "deals/billing/payment.html", str(payment), **context)
    response.status_code = 409 if refused is not None else 200
    return response


def _needs(payment: Any, has_payable: bool) -> NextAction:
    if payment.voided_at is not None:
        labels = {"day": day_text(timezone.localdate(payment.voided_at)), "why": payment.void_reason}
        return NextAction("", _("Voided on %(day)s: %(why)s") % labels)
    if payment.credit <= 0:
        return NextAction("", _("All of it is accounted for. There is nothing more to do."), "good")
    labels = {"credit": money(payment.credit, payment.currency)}
    if has_payable:
        return NextAction(OLDEST, _("%(credit)s pays nothing yet, and invoices of this customer are open.") % labels)
    return NextAction(REFUND, _("%(credit)s is the customer's credit: no invoice of theirs is open.") % labels)


def _acts(payment: Any, user: User, today: date, refused: ActForm | None, has_payable: bool) -> list[Act]:
    if payment.voided_at is not None:
        return []
    acts = []
    if payment.credit > 0 and has_payable and user.has_perm("deals.add_allocation"):
        form = ActForm(payment, today=today)
        note = _("It pays the open invoices of this customer, those due first first, as far as it goes.")
        acts.append(Act(OLDEST, _("Allocate"), "low_priority", _address(OLDEST, payment), form, note, _("Allocate")))
    if payment.credit > 0 and user.has_perm("deals.add_refund"):
        form = RefundForm(payment, today=today)
        note = _("Writes down what was paid back. The money itself is moved at the bank.")
        acts.append(Act(REFUND, _("Pay back"), "undo", _address(REFUND, payment), form, note, _("Save refund")))
    if user.has_perm("deals.change_payment") and not payment.refunds.all():
        form = VoidForm(payment, today=today)
        note = _("The payment never was: what it paid is open again. The row stays.")
        acts.append(Act(VOID, _("Void"), "block", _address(VOID, payment), form, note, _("Void")))
    return [act.reopened(refused) for act in acts]


def _payable(payment: Any, user: User, today: date, refused: ActForm | None) -> list[Payable]:
    """Return the invoices that the rest of the payment can pay, those due first first."""
    if payment.voided_at is not None or payment.credit <= 0:
        return []
    same = Q(seller=payment.seller_id, currency=payment.currency_id)
    owed = Invoice.objects.visible_to(user).owed().filter(same, customer_of(payment)).order_by("due_on", "pk")
    may_allocate = user.has_perm("deals.add_allocation")
    return [
        Payable(
            invoice,
            money(invoice.open_amount, payment.currency),
            due_words(invoice.due_on, today),
            invoice.due_on < today,
            _allocate_form(payment, invoice, today, refused) if may_allocate else None,
        )
        for invoice in owed
    ]


def _allocate_form(payment: Any, invoice: Any, today: date, refused: ActForm | None) -> AllocateForm:
    if isinstance(refused, AllocateForm) and refused.data.get("invoice") == str(invoice.pk):
        return refused
    fits = shown_amount(min(payment.credit, invoice.open_amount), payment.currency)
    initial = {"invoice": invoice.pk, "amount": fits}
    return AllocateForm(payment, today=today, mark=invoice.pk, initial=initial)


def _shares(payment: Any, user: User, today: date, refused: ActForm | None) -> list[Share]:
    may_take_back = user.has_perm("deals.change_allocation")
    shown = []
    for allocation in payment.allocations.all():
        form = None
        if may_take_back and allocation.taken_back_at is None:
            initial = {"allocation": allocation.pk}
            form = TakeBackForm(payment, today=today, mark=allocation.pk, initial=initial)
            if isinstance(refused, TakeBackForm) and refused.data.get("allocation") == str(allocation.pk):
                form = refused
        link = change_address(allocation.invoice) if allocation.sees_invoice else ""
        amount = money(allocation.amount, payment.currency)
        shown.append(Share(allocation, share_name(allocation), link, amount, form))
    return shown


def _figures(payment: Any) -> list[tuple[str, str]]:
    return [
        (_("Amount"), money(payment.amount, payment.currency)),
        (_("Allocated"), money(payment.allocated, payment.currency)),
        (_("Paid back"), money(payment.refunded, payment.currency)),
        (_("Credit left"), money(payment.credit, payment.currency)),
    ]


def _facts(payment: Any, user: User) -> list[Fact]:
    payer = payment.company or payment.contact
    seen = type(payer).objects.visible_to(user).filter(pk=payer.pk).exists()
    found = [
        Fact(_("Customer"), str(payer), change_address(payer) if seen else ""),
        Fact(_("Contact"), str(payment.contact or "") if payment.company_id else ""),
        Fact(_("Received"), day_text(payment.received_on)),
        Fact(_("Method"), payment.get_method_display()),
        Fact(_("Reference"), payment.reference),
        Fact(_("Paid to"), str(payment.seller)),
        Fact(_("Note"), payment.note),
        Fact(_("External id"), payment.external_id),
        Fact(_("Recorded by"), str(payment.recorded_by)),
    ]
    if payment.company_id:
        others = payment_list(company=payment.company_id)
        found.append(Fact(_("All payments"), _("of this customer"), others))
    return [fact for fact in found if fact.value]


def _address(name: str, payment: Payment) -> str:
    return reverse(f"admin:deals_payment_{name.replace('-', '_')}", args=[payment.pk])
