"""The forms of a deal: five fields to open one, its details to change one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.admin.versions import VersionedForm
from config.common.admin.widgets import Select, TextInput
from config.common.money import round_to
from contacts.admin.typed import Typed, TypedField, check_typed, company_for, contact_for
from contacts.models import User
from contacts.staff.models import Scope
from deals.models import Currency, Deal
from deals.pipeline.attention import today
from deals.pipeline.deal import Outcome
from deals.pipeline.editing import change_deal
from deals.pipeline.moving import open_deal

USUAL_DAYS_TO_CLOSE = 30


def possible_owners(reader: User, deal: Deal | None = None) -> list[User]:
    """Return whom the reader may give a deal to: people they see, and whoever has it now."""
    if deal is not None and reader.scope == Scope.OWN:
        return [deal.owner]
    return list(owners_visible_to(reader).filter(Q(is_active=True) | Q(pk=deal.owner_id if deal else None)))


def owners_visible_to(reader: User) -> Any:
    """Return the people whom the reader sees; integrations own nothing that is sold."""
    return User.objects.visible_to(reader).filter(is_service=False)


class _DealForm(VersionedForm):
    """What both forms share: a company by typing, an amount with the decimals of its currency."""

    company_name = TypedField("company", label=gettext_lazy("Company"))

    def clean_company_name(self) -> Typed:
        """Refuse a name that means several companies."""
        typed: Typed = self.cleaned_data["company_name"]
        check_typed(typed, self.reader, "company")
        return typed

    def clean(self) -> dict[str, Any] | None:
        """Refuse decimals that the currency doesn't have."""
        cleaned = super().clean()
        amount = self.cleaned_data.get("amount")
        currency = self.cleaned_data.get("currency") or self.usual_currency()
        if isinstance(amount, Decimal) and currency and amount != round_to(amount, currency.minor_units):
            fault = _("%(currency)s is written with %(digits)s decimals.")
            self.add_error("amount", fault % {"currency": currency.code, "digits": currency.minor_units})
        return cleaned

    def usual_currency(self) -> Currency:
        """Return the currency of a deal for which none is given."""
        return self.instance.currency if self.instance.pk else Currency.objects.of_company()


class OpenDealForm(_DealForm):
    """Opens a deal: a name is enough; owner, stage, currency and closing day are there already."""

    contact_name = TypedField("contact", label=gettext_lazy("Contact"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autofocus"] = True
        for name in ("amount", "owner", "stage", "currency"):
            if name in self.fields:
                self.fields[name].required = False
        self._start("owner", self.reader.pk)
        self._start("expected_close", today() + timedelta(days=USUAL_DAYS_TO_CLOSE))
        self._start("currency", Currency.objects.of_company().pk)
        if "amount" in self.fields:
            self.fields["amount"].initial = None

    def clean_contact_name(self) -> Typed:
        """Refuse a name that means several people."""
        typed: Typed = self.cleaned_data["contact_name"]
        check_typed(typed, self.reader, "contact")
        return typed

    def clean_amount(self) -> Decimal:
        """Read no amount as zero."""
        return self.cleaned_data.get("amount") or Decimal(0)

    def _get_validation_exclusions(self) -> set[str]:
        # Defaults for what was left empty are found when the deal is opened, which validates the whole row.
        return super()._get_validation_exclusions() | {"owner", "pipeline", "stage", "currency"}  # type: ignore[misc, no-any-return]

    def open(self, *, by: User) -> Deal:
        """Open the deal, with its company and contact, made if they are new."""
        given = self.cleaned_data
        owner = given.get("owner") or by
        company = company_for(given["company_name"], by=by, owner=owner)
        contact = contact_for(given["contact_name"], by=by, owner=owner, company=company)
        return open_deal(
            name=given["name"],
            owner=owner,
            by=by,
            company=company,
            contacts=[contact] if contact else [],
            amount=given["amount"],
            expected_close=given.get("expected_close"),
            currency=given.get("currency"),
            stage=given.get("stage"),
            own_probability=given.get("own_probability"),
        )

    def _start(self, name: str, value: Any) -> None:
        if name in self.fields:
            self.initial.setdefault(name, value)


class ChangeDealForm(_DealForm):
    """The details of a deal. The amount and its currency can't be written while lines decide them."""

    # One reading of the people serves the choices and the check of what was chosen.
    owner = forms.TypedChoiceField(label=gettext_lazy("Owner"), widget=Select)
    # Typed, since it hardly ever changes; a page that is only read needs no list of them.
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, widget=TextInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deal: Deal = self.instance
        self.initial["company_name"] = Typed(str(deal.company), deal.company_id) if deal.company else Typed()
        self.initial["amount"] = round_to(deal.amount, deal.currency.minor_units)
        self.initial["currency"], self.initial["owner"] = deal.currency_id, str(deal.owner_id)
        self.people = {str(person.pk): person for person in possible_owners(self.reader, deal)}
        owner: Any = self.fields["owner"]
        owner.choices = [(pk, str(person)) for pk, person in self.people.items()]
        owner.coerce = self.people.__getitem__
        if "amount" in self.fields and deal.lines.all():
            self.fields["amount"].disabled = self.fields["currency"].disabled = True
            self.fields["amount"].help_text = _("The sum of the lines. Change the lines, or remove them first.")
        if "own_probability" in self.fields:
            self.fields["own_probability"].help_text = _("Empty: the stage's.")
            if deal.outcome != Outcome.OPEN:
                self.fields["own_probability"].disabled = True

    def clean_currency(self) -> Currency:
        """Find the currency by its letters."""
        code = str(self.cleaned_data["currency"]).strip().upper()
        currency = Currency.objects.filter(pk=code).first()
        if currency is None:
            raise ValidationError(_("There is no currency “%(code)s”. Write three letters like IDR.") % {"code": code})
        return currency

    def save_changes(self, *, by: User) -> None:
        """Save what was changed, and nothing else."""
        changes = {
            name: self.cleaned_data[name] for name in self.changed_data if name not in ("version", "company_name")
        }
        if "company_name" in self.changed_data:
            changes["company"] = company_for(self.cleaned_data["company_name"], by=by, owner=self.instance.owner)
        if changes:
            change_deal(self.instance, changes, by=by)
