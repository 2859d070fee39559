"""The form with which one records money that came in, for whatever it pays."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.typed import Typed, TypedField, find_company, find_contact
from contacts.models import User
from deals.admin.billing.forms import MONEY, ActForm, RowField, day_field, shown_amount
from deals.billing.paying import receive
from deals.billing.payment import PaymentMethod
from deals.models import Currency, Invoice, Payment, Seller


class ReceiveForm(ActForm):
    """Who paid how much; it pays their oldest open invoices unless one says otherwise."""

    key = "receive"
    FEW = ("company_name", "amount", "received_on", "method", "reference")

    company_name = TypedField("company", label=gettext_lazy("Company"))
    amount = forms.DecimalField(label=gettext_lazy("Amount"), **MONEY)
    received_on = day_field(gettext_lazy("Received"))
    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=PaymentMethod.choices)
    reference = forms.CharField(label=gettext_lazy("Reference"), required=False, max_length=120)
    contact_name = TypedField("contact", label=gettext_lazy("Person, where no company pays"))
    currency = RowField(label=gettext_lazy("Currency"))
    seller = RowField(label=gettext_lazy("Paid to"))
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)
    oldest = forms.BooleanField(
        label=gettext_lazy("Let it pay the oldest open invoices of the customer"), required=False, initial=True
    )

    def __init__(self, row: None, data: Any = None, *, reader: User, **kwargs: Any) -> None:
        self.reader = reader
        super().__init__(row, data, **kwargs)

    def prepare(self) -> None:
        """Begin with what the named customer owes first, else with our usual seller; today."""
        self.fields["amount"].widget.attrs["step"] = "any"
        self.initial.setdefault("received_on", self.today)
        self.sellers = list(Seller.objects.all())
        self._field("seller").offer(self.sellers)
        self._field("currency").offer(Currency.objects.all())
        owed, active = self._owed_first(), [each for each in self.sellers if each.is_active]
        seller = owed.seller if owed else min(active, key=lambda each: (not each.is_default, each.pk), default=None)
        if owed is not None:
            self.initial.setdefault("amount", shown_amount(owed.open_amount, owed.currency))
            self.initial.setdefault("currency", owed.currency_id)
        if seller is not None:
            self.initial.setdefault("seller", str(seller.pk))
            self.initial.setdefault("currency", seller.currency_id)

    def clean_company_name(self) -> Typed:
        """Refuse a company that isn't known: whoever pays was billed."""
        return self._known(self.cleaned_data["company_name"], find_company)

    def clean_contact_name(self) -> Typed:
        """Refuse a person who isn't known."""
        return self._known(self.cleaned_data["contact_name"], find_contact)

    @property
    def few(self) -> list[Any]:
        """The fields that are asked for first."""
        return [self[name] for name in self.FEW]

    @property
    def more(self) -> list[Any]:
        """The others, which have usual values."""
        return [field for field in self.visible_fields() if field.name not in self.FEW]

    @property
    def more_is_wrong(self) -> bool:
        """Whether a field behind “More” is at fault, so that it must be shown."""
        return any(field.errors for field in self.more)

    def save(self) -> Payment:
        """Record the payment. Raises what receiving raises."""
        given = self.cleaned_data
        company = find_company(given["company_name"], self.reader)
        names = ("seller", "currency", "amount", "received_on", "method", "reference", "note")
        return receive(
            by=self.reader,
            company=company,
            # A person pays on their own account: beside a company they only name who sent the money.
            contact=find_contact(given["contact_name"], self.reader),
            allocate="oldest" if given["oldest"] else (),
            **{name: given[name] for name in names},
        )

    def refuse(self, refusal: ValidationError) -> None:
        """Say at the box in which one types what is wrong with who paid."""
        if hasattr(refusal, "error_dict"):
            for name in ("company", "contact"):
                if name in refusal.error_dict:
                    refusal.error_dict[f"{name}_name"] = refusal.error_dict.pop(name)
        super().refuse(refusal)

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def _known(self, typed: Typed, find: Any) -> Typed:
        if typed.text and find(typed, self.reader) is None:
            raise ValidationError(_("Nobody that you can see is called “%(name)s”."), params={"name": typed})
        return typed

    def _owed_first(self) -> Any:
        """Return the open invoice that is due first of the company that the form begins with."""
        typed = self.initial.get("company_name")
        if typed is None or typed.pk is None:
            return None
        owed = Invoice.objects.visible_to(self.reader).owed().filter(company=typed.pk)
        return owed.select_related("seller", "currency").order_by("due_on", "pk").first()
