"""The fields of a public form, as Django's forms have them: built from what the form asks for."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.capture.asking import AskedConsent, asked_consents, asked_fields, usual_label
from campaigns.capture.form import AskFor, FormField
from campaigns.models import WebForm
from contacts.models import ConsentText
from contacts.people.contact import normalise_email, normalise_phone
from contacts.people.countries import country_choices

# Looks like something to fill in, and no person sees it.
TRAP = "website"
_COMPLETE = {
    AskFor.NAME: "name",
    AskFor.EMAIL: "email",
    AskFor.PHONE: "tel",
    AskFor.COMPANY: "organization",
    AskFor.JOB: "organization-title",
    AskFor.COUNTRY: "country",
}
_LONGEST = {AskFor.NAME: 200, AskFor.PHONE: 40, AskFor.COMPANY: 200, AskFor.JOB: 120, AskFor.MESSAGE: 4000}


class PublicForm(forms.Form):
    """What a stranger fills in."""

    def __init__(self, asked: WebForm, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})
        self.asked = asked_fields(asked)
        self.asked_consents = asked_consents(asked)
        self.email_name = "email"
        for field in self.asked:
            name = _name(field)
            self.fields[name] = _input(field)
            if field.asks_for == AskFor.EMAIL:
                self.email_name = name
        if self.email_name not in self.fields:
            # The address is always asked for: after the name, if that comes first.
            email = FormField(asks_for=AskFor.EMAIL, is_required=True)
            self.fields["email"] = _input(email)
            first = [name for name in self.fields if self.asked and name == _name(self.asked[0])][:1]
            self.order_fields([*(first if self.asked and self.asked[0].asks_for == AskFor.NAME else []), "email"])
        for consent in self.asked_consents:
            self.fields[_consent_name(consent)] = forms.BooleanField(
                label=consent.text.text, required=consent.consent.is_required
            )
        for name, each in self.fields.items():
            each.widget.attrs["aria-describedby"] = f"id_{name}_error"
            each.widget.attrs["aria-invalid"] = "true" if name in self.errors and self.is_bound else "false"

    def clean(self) -> dict[str, Any]:
        """Write the phone number internationally, read as one of the country that was told."""
        given: dict[str, Any] = super().clean() or {}
        by_kind = {field.asks_for: _name(field) for field in self.asked}
        phone = by_kind.get(AskFor.PHONE, "")
        if given.get(phone):
            try:
                given[phone] = normalise_phone(given[phone], given.get(by_kind.get(AskFor.COUNTRY, ""), ""))
            except ValidationError as fault:
                self.add_error(phone, fault)
        return given

    @property
    def email(self) -> str:
        """The address, as it is kept."""
        return str(self.cleaned_data[self.email_name])

    @property
    def answers(self) -> dict[str, str]:
        """The answers by the field's id as text, without the address."""
        told = {str(field.pk): str(self.cleaned_data.get(_name(field)) or "") for field in self.asked}
        return {key: answer for key, answer in told.items() if answer and f"field-{key}" != self.email_name}

    @property
    def agreed(self) -> list[ConsentText]:
        """The words that were agreed to."""
        return [consent.text for consent in self.asked_consents if self.cleaned_data.get(_consent_name(consent))]


def _name(field: FormField) -> str:
    return f"field-{field.pk}"


def _consent_name(consent: AskedConsent) -> str:
    return f"consent-{consent.text.pk}"


def _input(field: FormField) -> forms.Field:
    """Return the input of a field, under its own words or the usual ones."""
    kind = AskFor(field.asks_for)
    label, required = field.label or usual_label(kind), field.is_required
    attrs = {"autocomplete": _COMPLETE[kind]} if kind in _COMPLETE else {}
    if kind == AskFor.EMAIL:
        return _EmailField(label=label, max_length=254, widget=forms.EmailInput(attrs))
    if kind == AskFor.COUNTRY:
        return forms.ChoiceField(label=label, required=required, choices=_countries, widget=forms.Select(attrs))
    if kind == AskFor.CHOICE:
        answers = [(line.strip(), line.strip()) for line in field.choices.splitlines() if line.strip()]
        return forms.ChoiceField(label=label, required=required, choices=[("", _("Please choose")), *answers])
    if kind == AskFor.MESSAGE:
        widget: forms.Widget = forms.Textarea({"rows": 4})
        return forms.CharField(label=label, required=required, max_length=_LONGEST[kind], widget=widget)
    text = forms.TextInput({**attrs, "inputmode": "tel"} if kind == AskFor.PHONE else attrs)
    return forms.CharField(label=label, required=required, max_length=_LONGEST[kind], widget=text)


class _EmailField(forms.EmailField):
    """An address as the house keeps it."""

    def clean(self, value: Any) -> str:
        """Refuse what can't be one."""
        text: str = super().clean(value)
        return normalise_email(text)


def _countries() -> list[tuple[str, Any]]:
    return [("", _("Please choose")), *country_choices()]
