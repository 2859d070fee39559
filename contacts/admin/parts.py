"""The parts of a contact that are edited with it: e-mail addresses, phone numbers, employments; one primary of each."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.admin.base import Inline, change_address
from config.common.admin.widgets import TextInput
from config.common.history import part_change, reference
from contacts.models import Company, ContactEmail, ContactPhone, Employment
from contacts.people.contact import normalise_email, normalise_phone

LONGEST_NUMBER = 40


def email_is_taken(address: str, *, contact_id: int | None) -> bool:
    """Say whether another live contact has the address, whatever its capitals."""
    same = ContactEmail.objects.annotate(lowered=Lower("address")).filter(lowered=Lower(Value(address)), is_live=True)
    return (same if contact_id is None else same.exclude(contact_id=contact_id)).exists()


def email_taken_sentence() -> str:
    """Return what to do when an address is taken."""
    return _("Another contact has this e-mail address. Open that contact, or archive it first.")


class PartForm(forms.ModelForm[Any]):
    """One part. Which part is primary is decided for all of them together."""

    is_primary = forms.BooleanField(label=gettext_lazy("Primary"), required=False)

    def _get_validation_exclusions(self) -> set[str]:
        # While the primary is being switched, two rows claim to be it: the formset sorts that out.
        return {*super()._get_validation_exclusions(), "is_primary"}  # type: ignore[misc]


class EmailForm(PartForm):
    """An e-mail address."""

    def clean_address(self) -> str:
        """Keep the address in its normal form; refuse one that another live contact has."""
        address = normalise_email(self.cleaned_data["address"])
        contact = self.instance.contact
        self.instance.is_live = not contact.is_archived
        if self.instance.is_live and email_is_taken(address, contact_id=contact.pk):
            raise ValidationError(email_taken_sentence(), code="email_taken")
        return address


class PhoneForm(PartForm):
    """A phone number, written in any usual way."""

    number = forms.CharField(label=gettext_lazy("phone number"), max_length=LONGEST_NUMBER, widget=TextInput)

    def clean_number(self) -> str:
        """Keep the number in E.164; one without a plus is read as one of the contact's country."""
        return normalise_phone(self.cleaned_data["number"], self.instance.contact.country)


class CompanyLink(forms.Widget):
    """Shows the company of an employment that exists: going elsewhere is a new employment."""

    def __init__(self, company: Company) -> None:
        super().__init__()
        self.company = company

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return a link to the company."""
        return format_html('<a class="td-link" href="{}">{}</a>', change_address(self.company), self.company)


class EmploymentForm(PartForm):
    """Where a contact works or worked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "company" in self.fields:
            field: Any = self.fields["company"]
            field.disabled = True
            field.queryset = Company.objects.filter(pk=self.instance.company_id)
            field.widget = CompanyLink(self.instance.company)


class PartsFormSet(BaseInlineFormSet[Any, Any, Any]):
    """The parts of one kind. The primary one is switched in one save: all are released first, then one is chosen."""

    # The column that may not stand here twice.
    unique_within: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            # Parts ask their contact for its country and its archive: it is this one, also with what was just typed.
            for part in self.get_queryset():
                part.contact = self.instance

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.instance.contact = self.instance
        return form

    def clean(self) -> None:
        """Refuse the same value twice, and two primaries where it is not clear which is meant."""
        super().clean()
        seen: set[str] = set()
        for form in self._kept():
            value = str(form.cleaned_data.get(self.unique_within) or "").lower() if self.unique_within else ""
            if value and value in seen:
                form.add_error(self.unique_within, _("This stands here twice. Remove one."))
            seen.add(value)
        ticked = [form for form in self._kept() if form.cleaned_data.get("is_primary")]
        if len(ticked) > 1 and len(_newly(ticked)) != 1:
            raise ValidationError(_("Tick one as primary, and only one."), code="two_primaries")

    def save(self, commit: bool = True) -> Any:
        """Save the parts, then let the chosen one be primary; without a choice it is the first that may be."""
        chosen = self._chosen()
        model: Any = self.model
        rows = model._default_manager.filter(contact=self.instance)
        rows.update(is_primary=False)
        for form in self.forms:
            form.instance.is_primary = False
        saved = super().save(commit)
        if chosen is not None and chosen.instance.pk:
            rows.filter(pk=chosen.instance.pk).update(is_primary=True)
            chosen.instance.is_primary = True
        return saved

    def may_be_primary(self, form: Any) -> bool:
        """Say whether a part can become primary without anybody saying so."""
        return True

    def _chosen(self) -> Any:
        kept = self._kept()
        ticked = [form for form in kept if form.cleaned_data.get("is_primary")]
        if ticked:
            return (_newly(ticked) if len(ticked) > 1 else ticked)[0]
        return next((form for form in kept if self.may_be_primary(form)), None)

    def _kept(self) -> list[Any]:
        """Return the forms that stand for a part after saving: not empty, not to be removed."""
        gone = set(map(id, self.deleted_forms)) if self.can_delete else set()
        return [
            form
            for form in self.forms
            if id(form) not in gone and getattr(form, "cleaned_data", None) and (form.instance.pk or form.has_changed())
        ]


class EmailsFormSet(PartsFormSet):
    """The e-mail addresses of a contact."""

    unique_within = "address"

    def save(self, commit: bool = True) -> Any:
        """Let addresses be exchanged: those that change step out of the live ones until each is saved."""
        changing = [form.instance.pk for form in self.initial_forms if "address" in form.changed_data]
        ContactEmail.objects.filter(pk__in=changing).update(is_live=False)
        return super().save(commit)


class PhonesFormSet(PartsFormSet):
    """The phone numbers of a contact."""

    unique_within = "number"


class EmploymentsFormSet(PartsFormSet):
    """The employments of a contact."""

    def get_queryset(self) -> Any:
        """Take those that were read with the contact."""
        read: dict[str, Any] = getattr(self.instance, "_prefetched_objects_cache", {})
        return list(read["employments"]) if "employments" in read else super().get_queryset()

    def may_be_primary(self, form: Any) -> bool:
        """An employment that ended is nobody's present one."""
        return bool(form.instance.is_present)


def _newly(forms_: list[Any]) -> list[Any]:
    return [form for form in forms_ if "is_primary" in form.changed_data]


class _Parts(Inline):
    """Parts that everybody who may change the contact edits here."""

    formset = PartsFormSet
    # The row itself says what it is.
    hide_title = True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An archived contact is only read."""
        return not _is_archived(obj) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An archived contact is only read."""
        return not _is_archived(obj) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An archived contact is only read."""
        return not _is_archived(obj) and super().has_delete_permission(request, obj)


class EmailInline(_Parts):
    """The e-mail addresses on the contact's page."""

    model = ContactEmail
    form = EmailForm
    formset = EmailsFormSet
    fields = ("address", "is_primary")


class PhoneInline(_Parts):
    """The phone numbers on the contact's page."""

    model = ContactPhone
    form = PhoneForm
    formset = PhonesFormSet
    fields = ("number", "kind", "is_primary")


class EmploymentInline(_Parts):
    """Where the contact works, on its page: employers that the reader may see."""

    model = Employment
    form = EmploymentForm
    formset = EmploymentsFormSet
    fields = ("company", "role", "since", "until", "is_primary")
    autocomplete_fields = ("company",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read the companies with them."""
        return super().get_queryset(request).select_related("company")


PART_INLINES: Sequence[type[Inline]] = (EmailInline, PhoneInline, EmploymentInline)


def _is_archived(contact: Any) -> bool:
    return contact is not None and contact.is_archived


def parts_of(contact_id: int) -> dict[str, list[str]]:
    """Return a contact's parts as notes name them, the primary one first."""
    jobs = Employment.objects.filter(contact=contact_id).select_related("company")
    return {
        "emails": list(ContactEmail.objects.filter(contact=contact_id).values_list("address", flat=True)),
        "phones": list(ContactPhone.objects.filter(contact=contact_id).values_list("number", flat=True)),
        "employments": [
            " ".join([reference(job.company), job.role, f"–{job.until}" if job.until else ""]) for job in jobs
        ],
    }


def notes_of_change(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """Return a note for each kind of part that changed: only what went and what came."""
    notes = []
    for kind, old in before.items():
        new = after[kind]
        if old == new:
            continue
        gone, come = [part for part in old if part not in new], [part for part in new if part not in old]
        if not gone and not come:
            # The same parts in another order: another one is primary now.
            gone, come = old[:1], new[:1]
        notes.append(part_change(kind, ", ".join(gone), ", ".join(come)))
    return notes
