"""The forms of contacts and companies: a few fields to add one, its details to change it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.admin.versions import VersionedForm
from config.common.admin.widgets import Select, TextInput
from contacts.admin.parts import LONGEST_NUMBER, email_is_taken, email_taken_sentence
from contacts.admin.typed import Typed, TypedField, check_typed, company_for
from contacts.lifecycle.adding import Job, add_company, add_contact
from contacts.lifecycle.models import LifecycleChange
from contacts.lifecycle.telling import title
from contacts.models import Company, Contact, User
from contacts.people.contact import normalise_email, normalise_phone
from contacts.people.countries import country_choices, language_choices, time_zone_choices
from contacts.people.stages import LifecycleStage


class SubjectForm(VersionedForm):
    """What the forms of contacts and companies share."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("country", country_choices),
            ("language", language_choices),
            ("time_zone", time_zone_choices),
        ):
            if name in self.fields:
                self.fields[name].widget.choices = [("", _("Not known")), *choices()]
                self.fields[name].help_text = ""

    def further_changes(self, since: datetime) -> Sequence[str]:
        """Tell of the lifecycle, which has a ledger of its own."""
        changes = LifecycleChange.objects.of(self.instance).filter(recorded_at__gt=since).select_related("by")[:5]
        return [
            _("%(who)s moved it: %(change)s, at %(at)s.")
            % {
                "who": change.by or _("A rule"),
                "change": title(change),
                "at": date_format(timezone.localtime(change.recorded_at), "SHORT_DATETIME_FORMAT"),
            }
            for change in changes
        ]


class _AddForm(SubjectForm):
    """Adds a subject; it enters its lifecycle as a Lead unless somebody says otherwise."""

    stage = forms.ChoiceField(
        label=gettext_lazy("Lifecycle stage"),
        choices=LifecycleStage,
        initial=LifecycleStage.LEAD,
        required=False,
        widget=Select,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "owner" in self.fields:
            self.initial.setdefault("owner", self.reader.pk)

    def clean_stage(self) -> str:
        """Begin as a Lead where nothing was chosen."""
        return self.cleaned_data["stage"] or LifecycleStage.LEAD

    def columns(self, *others: str) -> dict[str, Any]:
        """Return the given columns, without the fields that stand for something else."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"version", "stage", *others}}


class AddContactForm(_AddForm):
    """Adds a contact: a name is enough; a company that is typed and unknown is made."""

    company = TypedField("company", label=gettext_lazy("Company"), help_text=gettext_lazy("Made if it is new."))
    role = forms.CharField(label=gettext_lazy("Role there"), max_length=120, required=False, widget=TextInput)
    email = forms.CharField(label=gettext_lazy("E-mail address"), max_length=254, required=False, widget=TextInput)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=LONGEST_NUMBER, required=False, widget=TextInput)

    def clean_company(self) -> Typed:
        """Refuse a name that means several companies."""
        typed: Typed = self.cleaned_data["company"]
        check_typed(typed, self.reader, "company")
        return typed

    def clean_email(self) -> str:
        """Refuse what is no address, or another contact's."""
        given = self.cleaned_data["email"]
        if not given:
            return ""
        address = normalise_email(given)
        if email_is_taken(address, contact_id=None):
            raise ValidationError(email_taken_sentence(), code="email_taken")
        return address

    def clean(self) -> dict[str, Any] | None:
        """Read a number without a plus as one of the contact's country."""
        cleaned = super().clean()
        if self.cleaned_data.get("phone"):
            try:
                self.cleaned_data["phone"] = normalise_phone(
                    self.cleaned_data["phone"], self.cleaned_data.get("country") or ""
                )
            except ValidationError as error:
                self.add_error("phone", error)
        return cleaned

    def add(self, *, by: User) -> Contact:
        """Add the contact with its company."""
        given = self.cleaned_data
        company = company_for(given["company"], by=by, owner=given.get("owner"))
        return add_contact(
            by=by,
            emails=[given["email"]] if given["email"] else [],
            phones=[given["phone"]] if given["phone"] else [],
            job=Job(company, given.get("role", "")) if company else None,
            stage=given["stage"],
            **self.columns("company", "role", "email", "phone"),
        )


class AddCompanyForm(_AddForm):
    """Adds a company: a name is enough."""

    def add(self, *, by: User) -> Company:
        """Add the company."""
        return add_company(by=by, stage=self.cleaned_data["stage"], **self.columns())
