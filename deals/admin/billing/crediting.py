"""The page on which an issued invoice is credited: all that is left of it, or so much of its lines."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.admin.base import change_address, visible_or_404
from config.common.admin.pages import show_page
from deals.admin.billing.answering import Done, attempt, go_on
from deals.admin.billing.forms import ActForm, day_field, reason_field
from deals.admin.billing.page import MEDIA, invoice_rows
from deals.admin.billing.showing import customer_name, money
from deals.admin.reading import reader_of
from deals.billing.crediting import credit
from deals.billing.kinds import InvoiceKind
from deals.billing.remaining import Remaining, RemainingLine, remaining
from deals.models import Invoice

WHOLE, BY_LINE = "whole", "lines"


class CreditForm(ActForm):
    """All that is left, or a quantity of each line; and why."""

    key = "credit"

    what = forms.ChoiceField(
        choices=[(WHOLE, gettext_lazy("Everything that is left")), (BY_LINE, gettext_lazy("So many of these lines"))],
        widget=forms.RadioSelect,
        initial=WHOLE,
    )
    reason = reason_field(gettext_lazy("What is corrected, and why? The customer reads this."))
    on = day_field(gettext_lazy("Dated"), required=False, help_text=gettext_lazy("Empty: today."))

    def __init__(self, row: Invoice, data: Any = None, *, left: Remaining, **kwargs: Any) -> None:
        self.left = left
        super().__init__(row, data, **kwargs)

    def prepare(self) -> None:
        """Ask a quantity of each line of which something is left."""
        for pk, each in self.left.lines.items():
            if each.is_gone or each.by_amount:
                continue
            field = forms.DecimalField(
                label=each.line.description, required=False, min_value=0, max_digits=12, decimal_places=3
            )
            field.widget.attrs |= {
                "class": "td-input td-number",
                "step": "any",
                "max": f"{each.quantity.normalize():f}",
                "aria-label": _("How many of “%(line)s”") % {"line": each.line.description},
            }
            self.fields[_name(pk)] = field

    def clean(self) -> dict[str, Any] | None:
        """Ask for a quantity where lines are chosen."""
        cleaned = super().clean()
        if self.cleaned_data.get("what") == BY_LINE and not self.errors and not self.wishes():
            raise ValidationError(_("Say how many of which line are credited."))
        return cleaned

    def wishes(self) -> dict[int, Decimal] | None:
        """Return the quantities by line; nothing for all that is left."""
        if self.cleaned_data["what"] == WHOLE:
            return None
        return {pk: given for pk in self.left.lines if (given := self.cleaned_data.get(_name(pk)))}


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A line as the page shows it: what is left of it, and the box in which one says how many."""

    line: RemainingLine
    quantity: str
    amount: str
    field: Any


def credit_page(request: HttpRequest, object_id: int) -> HttpResponse:
    """Show what is left of an invoice, and issue the credit note when the form is sent; then show the note."""
    user = reader_of(request)
    invoice = visible_or_404(invoice_rows(user), user, object_id)
    if not user.has_perm("deals.credit_invoice"):
        raise PermissionDenied
    if not invoice.is_issued or invoice.kind != InvoiceKind.INVOICE:
        return _page(request, invoice, None)
    data = request.POST if request.method == "POST" else None
    form = CreditForm(invoice, data, left=remaining(invoice), today=timezone.localdate())
    done = attempt(form, lambda: _credited(request, invoice, form)) if data is not None else None
    return _page(request, invoice, form) if done is None else go_on(request, done, done.page)


def _credited(request: HttpRequest, invoice: Invoice, form: CreditForm) -> Done:
    given = form.cleaned_data
    note = credit(invoice, by=reader_of(request), reason=given["reason"], lines=form.wishes(), on=given["on"])
    labels = {"number": note.number, "total": money(note.total, invoice.currency), "invoice": invoice.number}
    return Done(_("%(number)s is issued: %(total)s taken off %(invoice)s.") % labels, page=change_address(note))


def _page(request: HttpRequest, invoice: Any, form: CreditForm | None) -> HttpResponse:
    title = _("Credit %(number)s") % {"number": invoice}
    context = {
        "invoice": invoice,
        "customer": customer_name(invoice),
        "form": form,
        "rows": _rows(invoice, form) if form else [],
        "left": money(form.left.total, invoice.currency) if form else "",
        "paid": money(invoice.paid, invoice.currency) if invoice.paid else "",
        "media": MEDIA,
        "opts": Invoice._meta,
        "original": invoice,
    }
    response = show_page(request, admin.site, "deals/billing/credit.html", title, **context)
    response.status_code = 409 if form is None or form.is_bound else 200
    return response


def _rows(invoice: Any, form: CreditForm) -> list[CreditRow]:
    return [
        CreditRow(
            each,
            f"{each.quantity.normalize():f} {each.line.unit}".strip(),
            money(each.amount, invoice.currency),
            form[_name(pk)] if _name(pk) in form.fields else None,
        )
        for pk, each in form.left.lines.items()
        if not each.is_gone
    ]


def _name(line: int) -> str:
    return f"quantity-{line}"
