"""The small forms with which one issues, sends, corrects and pays: each field begins with what is usual."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from config.common.money import round_to
from deals.admin.reading import LONGEST_TEXT
from deals.billing.payment import PaymentMethod
from deals.models import Currency

MONEY: dict[str, Any] = {"max_digits": 18, "decimal_places": 3}


class ActForm(forms.Form):
    """The form of one act on a row. ``key`` is the act's name, ``mark`` tells several forms of one act apart."""

    key = "act"

    def __init__(self, row: Any, data: Any = None, *, today: date, mark: object = "", **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"{self.key}{mark}-%s", **kwargs)
        self.row, self.today = row, today
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect):
                field.widget.attrs["class"] = "td-input"
        self.prepare()

    def prepare(self) -> None:
        """Fill in what is usual for the row."""

    def refuse(self, refusal: ValidationError) -> None:
        """Say at each field what was refused of it, and the rest above the form."""
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal)
            return
        for name, errors in refusal.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)


def homeless(refused: ActForm | None, shown: Iterable[Any]) -> list[str]:
    """Return what a refused form says where the page doesn't show it any more: its act isn't offered now."""
    if refused is None or any(form is refused for form in shown):
        return []
    return [str(sentence) for sentences in refused.errors.values() for sentence in sentences]


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """Return a field for a day, chosen with the browser's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def reason_field(label: Any) -> forms.CharField:
    """Return a field for the reason of an act."""
    return forms.CharField(label=label, max_length=LONGEST_TEXT)


class RowField(forms.ChoiceField):
    """A choice among few rows, read once: the rows stand by their ids in ``rows``."""

    def __init__(self, *, label: Any, widget: Any = None) -> None:
        super().__init__(label=label, widget=widget)
        self.rows: dict[str, Any] = {}

    def offer(self, rows: Iterable[Any]) -> None:
        """Offer these rows."""
        self.rows = {str(row.pk): row for row in rows}
        self.choices = [(pk, str(row)) for pk, row in self.rows.items()]

    def clean(self, value: Any) -> Any:
        """Return the row that was chosen. Each form has a copy of the field, and reads the rows of its own."""
        chosen = super().clean(value)
        return self.rows.get(str(chosen))


def shown_amount(amount: Decimal, currency: Currency) -> str:
    """Return an amount as an input holds it."""
    return f"{round_to(amount, currency.minor_units):f}"


class IssueForm(ActForm):
    """Makes a draft a fact. The day is today where the seller is, unless another one is chosen."""

    key = "issue"

    on = day_field(_("Dated"), required=False, help_text=_("Empty: today. Never before the last one issued."))


class SendForm(ActForm):
    """Mails a document to its customer."""

    key = "send"

    to = forms.EmailField(label=_("To"), max_length=254)

    def prepare(self) -> None:
        """Begin with the contact's primary address."""
        contact = self.row.contact
        emails = sorted(contact.emails.all(), key=lambda each: (not each.is_primary, each.pk)) if contact else []
        self.initial.setdefault("to", emails[0].address if emails else "")


class PayForm(ActForm):
    """Records what came in for one invoice."""

    key = "pay"

    amount = forms.DecimalField(label=_("Amount"), **MONEY)
    received_on = day_field(_("Received"))
    method = forms.ChoiceField(label=_("Method"), choices=PaymentMethod.choices)
    reference = forms.CharField(label=_("Reference"), required=False, max_length=120)

    def prepare(self) -> None:
        """Begin with all that is open, today."""
        invoice: Any = self.row
        self.fields["amount"].widget.attrs["step"] = "any"
        self.initial.setdefault("amount", shown_amount(invoice.open_amount, invoice.currency))
        self.initial.setdefault("received_on", self.today)


class DiscardForm(ActForm):
    """Puts a draft away."""

    key = "discard"

    reason = reason_field(_("Why is it discarded?"))


class TakeBackForm(ActForm):
    """Takes back what a payment pays of an invoice."""

    key = "take-back"

    allocation = forms.IntegerField(min_value=1, max_value=10**15, widget=forms.HiddenInput)
    reason = reason_field(_("Why is it taken back?"))


class AllocateForm(ActForm):
    """Lets a payment pay an invoice, by so much."""

    key = "allocate"

    invoice = forms.IntegerField(min_value=1, max_value=10**15, widget=forms.HiddenInput)
    amount = forms.DecimalField(label=_("Amount"), **MONEY)

    def prepare(self) -> None:
        """Let any decimals be typed; the currency says which fit."""
        self.fields["amount"].widget.attrs["step"] = "any"


class RefundForm(ActForm):
    """Writes down what was paid back."""

    key = "refund"

    amount = forms.DecimalField(label=_("Amount"), **MONEY)
    on = day_field(_("Paid back"))
    reason = reason_field(_("Why is it paid back?"))
    reference = forms.CharField(label=_("Reference"), required=False, max_length=120)

    def prepare(self) -> None:
        """Begin with all that is left, today."""
        payment: Any = self.row
        self.fields["amount"].widget.attrs["step"] = "any"
        self.initial.setdefault("amount", shown_amount(payment.credit, payment.currency))
        self.initial.setdefault("on", self.today)


class VoidForm(ActForm):
    """Says that a payment never was."""

    key = "void"

    reason = reason_field(_("Why did it never come?"))
