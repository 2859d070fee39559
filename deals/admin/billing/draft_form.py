"""The form of a draft invoice: five fields first, its lines, and everything else behind “More”."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.typed import Typed, TypedField, check_typed, company_for, contact_for
from contacts.models import User
from contacts.staff.models import Scope
from deals.admin.billing.forms import ActForm, RowField, day_field
from deals.admin.forms import owners_visible_to
from deals.admin.priced_lines import priced_lines
from deals.billing.drafting import change_draft, draft_invoice
from deals.documents.priced import LANGUAGES
from deals.models import Currency, Invoice, Seller
from deals.policy.models import SalesPolicy

_COLUMNS = (
    "reference", "delivered_on", "payment_days", "seller", "currency", "language", "discount", "prices_include_tax",
    "terms", "owner",
)  # fmt: skip

_LANGUAGES = [("", gettext_lazy("The customer's")), *(LANGUAGES or ())]


class CurrencySelect(forms.Select):
    """A select of currencies whose options say how many decimals each has."""

    currencies: dict[str, Currency] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the decimals."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if currency := self.currencies.get(str(value)):
            option["attrs"]["data-digits"] = currency.minor_units
        return option


class DraftForm(ActForm):
    """What a draft's author decides, with its lines. Without a row it makes a new draft."""

    key = "draft"
    FEW = ("company_name", "contact_name", "reference", "delivered_on", "payment_days")

    company_name = TypedField("company", label=gettext_lazy("Company"))
    contact_name = TypedField("contact", label=gettext_lazy("Contact"))
    reference = forms.CharField(label=gettext_lazy("Customer's reference"), required=False, max_length=120)
    delivered_on = day_field(gettext_lazy("Delivered"), required=False)
    payment_days = forms.IntegerField(label=gettext_lazy("Days until due"), min_value=0, max_value=3650)
    seller = RowField(label=gettext_lazy("Seller"))
    currency = RowField(label=gettext_lazy("Currency"), widget=CurrencySelect)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=_LANGUAGES,
    )
    discount = forms.DecimalField(
        label=gettext_lazy("Discount on everything, %"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )
    prices_include_tax = forms.BooleanField(label=gettext_lazy("Prices include tax"), required=False)
    owner = RowField(label=gettext_lazy("Owner"))
    terms = forms.CharField(
        label=gettext_lazy("Terms"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(self, row: Invoice | None, data: Any = None, *, reader: User, **kwargs: Any) -> None:
        self.reader = reader
        super().__init__(row, data, **kwargs)
        self.currency_of_lines = self._currency()
        present = list(row.lines.all()) if row else []
        self.lines = priced_lines(self.currency_of_lines, reader, lines=present, data=data)

    def prepare(self) -> None:
        """Offer what the reader may choose, and begin with what the draft says, or what is usual."""
        draft = self.row
        self.sellers = list(Seller.objects.filter(Q(is_active=True) | Q(pk=draft.seller_id if draft else None)))
        self._field("seller").offer(self.sellers)
        self._field("owner").offer(self._owners())
        currency = self._field("currency")
        currency.offer(Currency.objects.all())
        currency.widget.currencies = currency.rows
        for name, value in (_present(draft) if draft else self._usual()).items():
            self.initial.setdefault(name, value)

    def clean_company_name(self) -> Typed:
        """Refuse a name that means several companies."""
        return self._checked("company")

    def clean_contact_name(self) -> Typed:
        """Refuse a name that means several people."""
        return self._checked("contact")

    def clean(self) -> dict[str, Any] | None:
        """Ask who is billed, and refuse lines that are at fault."""
        cleaned = super().clean()
        given = self.cleaned_data
        names = [given.get("company_name"), given.get("contact_name")]
        if all(name is not None and not name.text for name in names):
            self.add_error("company_name", _("Choose the company or the contact that is billed."))
        if not self.lines.is_valid() and not self.errors:
            self.add_error(None, _("Nothing was saved. Correct what is marked in the lines."))
        return cleaned

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

    def save(self) -> Invoice:
        """Change the draft, or make it; a company or person who is new is added. Raises what drafting raises."""
        given, by = self.cleaned_data, self.reader
        company, contact = (self.row.company, self.row.contact) if self.row else (None, None)
        if self._is_typed("company"):
            company = company_for(given["company_name"], by=by, owner=given["owner"])
        if self._is_typed("contact"):
            contact = contact_for(given["contact_name"], by=by, owner=given["owner"], company=company)
        fields = {name: given[name] for name in _COLUMNS} | {"company": company, "contact": contact}
        fields["discount"] = given["discount"] or 0
        if self.row is None:
            return draft_invoice(by=by, lines=self.lines.given(), **fields)
        if not fields["language"]:
            del fields["language"]
        self._check_version(given["version"])
        return change_draft(self.row, by=by, lines=self.lines.given(), **fields)

    def _check_version(self, seen: str) -> None:
        locked = Invoice.objects.select_for_update(of=("self",)).get(pk=self.row.pk)
        if seen and seen != locked.version:
            raise ValidationError(
                _("Somebody changed this draft after you opened it. Nothing was saved: open it again and repeat.")
            )

    def _checked(self, kind: str) -> Typed:
        typed: Typed = self.cleaned_data[f"{kind}_name"]
        if self._is_typed(kind):
            check_typed(typed, self.reader, kind)
        return typed

    def _is_typed(self, kind: str) -> bool:
        """Say whether the customer is to be looked up: who can't see the present one leaves it as it is."""
        return self.row is None or f"{kind}_name" in self.changed_data

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def _owners(self) -> list[User]:
        """Return whom the reader may give the invoice to: those they see, or who has it now."""
        present: User = self.row.owner if self.row else self.reader
        if self.reader.scope == Scope.OWN:
            return [present]
        return list(owners_visible_to(self.reader).filter(Q(is_active=True) | Q(pk=present.pk)))

    def _usual(self) -> dict[str, Any]:
        policy = SalesPolicy.objects.current()
        seller = min(self.sellers, key=lambda each: (not each.is_default, each.pk), default=None)
        return {
            "payment_days": policy.payment_days,
            "prices_include_tax": policy.prices_include_tax,
            "owner": str(self.reader.pk),
            "seller": str(seller.pk) if seller else "",
            "currency": seller.currency_id if seller else "",
        }

    def _currency(self) -> Currency:
        """Return the currency in which prices are read: the one that was chosen, else the one the form begins with."""
        offered: dict[str, Currency] = self._field("currency").rows
        chosen = self.data.get("currency", "") if self.is_bound else ""
        present = offered.get(chosen) or offered.get(str(self.initial.get("currency")))
        return present or next(each for each in offered.values() if each.is_company_currency)


def _present(draft: Invoice) -> dict[str, Any]:
    return {
        **{name: getattr(draft, name) for name in _COLUMNS},
        "seller": str(draft.seller_id),
        "currency": draft.currency_id,
        "owner": str(draft.owner_id),
        "discount": f"{draft.discount.normalize():f}" if draft.discount else "",
        "company_name": Typed(str(draft.company), draft.company_id) if draft.company else Typed(),
        "contact_name": Typed(str(draft.contact), draft.contact_id) if draft.contact else Typed(),
        "version": draft.version,
    }
