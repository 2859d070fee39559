"""Making and changing forms: the form itself, the fields it shows, the consents it asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.capture.form import FormConsent, FormField, WebForm
from campaigns.capture.refusing import CaptureRefused
from config.common.saving import save_changed
from contacts.consent.models import ConsentPurpose


@dataclass(frozen=True, slots=True)
class FieldInput:
    """A field to be shown; ``id`` of the one that is there, so that its answers stay its own."""

    asks_for: str
    label: str = ""
    choices: str = ""
    is_required: bool = False
    id: int | None = None


@dataclass(frozen=True, slots=True)
class ConsentInput:
    """A consent to be asked for."""

    purpose: ConsentPurpose
    is_required: bool = False


@transaction.atomic
def make_form(
    given: Mapping[str, Any], *, fields: Sequence[FieldInput] = (), consents: Sequence[ConsentInput] = ()
) -> WebForm:
    """Make a form with its fields and consents. Raises ValidationError with what is at fault."""
    form = WebForm(**given)
    form.full_clean()
    form.save()
    set_fields(form, fields)
    set_consents(form, consents)
    return form


@transaction.atomic
def change_form(
    form: WebForm,
    changes: Mapping[str, Any],
    *,
    fields: Sequence[FieldInput] | None = None,
    consents: Sequence[ConsentInput] | None = None,
) -> WebForm:
    """Change columns of a form and replace what is given of its fields and consents."""
    row: WebForm = WebForm.objects.select_for_update(of=("self",)).get(pk=form.pk)
    for name, value in changes.items():
        setattr(row, name, value)
    row.full_clean()
    save_changed(row, changes)
    if fields is not None:
        set_fields(row, fields)
    if consents is not None:
        set_consents(row, consents)
    return row


def open_form(form: WebForm) -> WebForm:
    """Take posts again."""
    return change_form(form, {"is_active": True})


def close_form(form: WebForm) -> WebForm:
    """Take no more posts; the page says so."""
    return change_form(form, {"is_active": False})


def set_fields(form: WebForm, fields: Sequence[FieldInput]) -> None:
    """Make exactly these the form's fields, in this order."""
    present = {field.pk: field for field in form.fields.all()}
    unknown = [given.id for given in fields if given.id is not None and given.id not in present]
    if unknown:
        raise CaptureRefused(_("The form has no such field. Leave “id” out for a new one."), code="form_field_unknown")
    kept = {given.id for given in fields}
    form.fields.filter(pk__in=[pk for pk in present if pk not in kept]).delete()
    for place, given in enumerate(fields):
        row = present[given.id] if given.id is not None else FormField(form=form)
        row.asks_for, row.label, row.choices = given.asks_for, given.label, given.choices
        row.is_required, row.position = given.is_required, place
        row.full_clean()
        row.save()


def set_consents(form: WebForm, consents: Sequence[ConsentInput]) -> None:
    """Make exactly these the consents that the form asks for, in this order."""
    present = {consent.purpose_id: consent for consent in form.consents.all()}
    if len({given.purpose.pk for given in consents}) < len(consents):
        raise CaptureRefused(_("A form asks for each consent once."), code="form_consent_twice")
    form.consents.exclude(purpose__in=[given.purpose.pk for given in consents]).delete()
    for place, given in enumerate(consents):
        row = present.get(given.purpose.pk) or FormConsent(form=form, purpose=given.purpose)
        row.is_required, row.position = given.is_required, place
        row.full_clean()
        row.save()
