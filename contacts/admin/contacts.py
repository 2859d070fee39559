"""The contacts' list and the page of a contact."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import change_address, display
from config.common.admin.filters import ChoiceFilter, FieldFilter, OwnerFilter
from config.common.money import show_number
from contacts.admin.forms import AddContactForm, SubjectForm
from contacts.admin.parts import PART_INLINES, notes_of_change, parts_of
from contacts.admin.saving import save_with_parts
from contacts.admin.subjects import ArchiveFilter, CountryFilter, StageFilter, SubjectAdmin
from contacts.admin.typed import Typed
from contacts.lifecycle import figures
from contacts.models import Company, Contact, ContactEmail, ContactPhone, Employment
from contacts.people.contact import show_phone
from contacts.people.panels import Panel, PanelRow

_FEW = ("full_name", "company", "email", "phone", "owner")
_MORE = (
    ("role", "stage"),
    ("source", "source_detail"),
    ("preferred_name", "family_name"),
    ("country", "language"),
    ("time_zone", "external_id"),
)
_DETAILS = (
    ("full_name", "preferred_name"),
    ("family_name", "owner"),
    ("source", "source_detail"),
    ("country", "language"),
    ("time_zone", "external_id"),
)


class SourceFilter(FieldFilter):
    """How the contact came to us."""

    field = "source"


class NewLeadFilter(ChoiceFilter):
    """Who became a lead lately: the contacts behind the figures of the marketer's home."""

    title = gettext_lazy("became a lead")
    parameter_name = "lead"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the periods of the figures."""
        return [("week", _("This week")), ("month", _("This month")), ("year", _("In the last 12 months"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those who became leads in the chosen period."""
        periods = {"week": figures.this_week, "month": figures.this_month, "year": figures.last_year}
        if self.value() is None:
            return queryset
        user: Any = request.user
        period = periods[self.value() or ""](timezone.localdate())
        return queryset.filter(pk__in=figures.became_lead(user, period).values("pk"))


@admin.register(Contact)
class ContactAdmin(SubjectAdmin):
    """The people we know. How far they have come is changed by verbs, never by the form."""

    form = SubjectForm
    add_form = AddContactForm
    list_display = ("full_name", "company", "stage", "owner", "changed")
    list_filter = (StageFilter, OwnerFilter, NewLeadFilter, SourceFilter, CountryFilter, ArchiveFilter)
    search_help_text = gettext_lazy("Name, e-mail address or phone")
    autocomplete_fields = ("owner",)

    @display(description=gettext_lazy("Company"), ordering="company_name")
    def company(self, contact: Any) -> Any:
        """Return the primary company, if the user may see it."""
        if not contact.company_name:
            return "–"
        address = reverse("admin:contacts_company_change", args=[contact.company_pk])
        return format_html('<a class="td-quiet" href="{}">{}</a>', address, contact.company_name)

    def counted(self, number: int) -> str:
        """Return how many contacts."""
        return ngettext("%(number)s contact", "%(number)s contacts", number) % {"number": show_number(number)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read the company's name with each row of the list."""
        rows: QuerySet[Any] = super().get_queryset(request)
        user: Any = request.user
        if request.resolver_match and request.resolver_match.url_name != "contacts_contact_changelist":
            return rows
        jobs = Employment.objects.visible_to(user).filter(contact=OuterRef("pk")).order_by("-is_primary", "-id")
        named: QuerySet[Any] = rows.annotate(
            company_name=Subquery(jobs.values("company__name")[:1]), company_pk=Subquery(jobs.values("company")[:1])
        )
        return named

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Read the employments with the contact: the form, the panels and the buttons ask for them."""
        contact = super().get_object(request, object_id, from_field)
        if contact is not None:
            jobs = Employment.objects.visible_to(request.user).select_related("company")  # type: ignore[arg-type]
            prefetch_related_objects([contact], Prefetch("employments", queryset=jobs))
        return contact

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Edit the parts of a contact that exists; adding asks for one of each."""
        return list(PART_INLINES) if obj else []

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for five things; the rest has defaults and stands behind “More”."""
        if obj is None:
            return [(None, {"fields": _FEW}), (_("More"), {"fields": _MORE, "classes": ["collapse"]})]
        return [(None, {"fields": _DETAILS})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Take a name and a company from the address (the buttons of pages, the palette)."""
        user: Any = request.user
        initial: dict[str, Any] = {"full_name": request.GET.get("full_name", "").replace("\x00", "")[:200]}
        pk = request.GET.get("company", "")
        if pk.isascii() and pk.isdigit() and len(pk) < 19:
            company = Company.objects.live().visible_to(user).filter(pk=pk).first()
            initial["company"] = Typed(str(company), company.pk) if company else Typed()
        return initial

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Add now; a change is saved with its parts, as one step of history."""
        if not change:
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the parts, then the contact with what became of them."""
        if not change:
            return
        contact = form.instance
        before = parts_of(contact.pk) if any(formset.has_changed() for formset in formsets) else {}
        super().save_related(request, form, formsets, change)
        notes = notes_of_change(before, parts_of(contact.pk)) if before else []
        save_with_parts(contact, [name for name in form.changed_data if name != "version"], notes)

    def page_line(self, subject: Any, formsets: list[Any]) -> Any:
        """Return “Buyer, Acme” for each present employment."""
        jobs = [job for job in _rows(formsets, Employment) if job.is_present]
        return format_html_join(
            " · ",
            '{}<a class="td-link" href="{}">{}</a>',
            [(f"{job.role}, " if job.role else "", change_address(job.company), job.company) for job in jobs],
        )

    def own_panels(self, request: HttpRequest, subject: Any, formsets: list[Any]) -> list[Panel]:
        """Return how to reach the person, and where they work or worked."""
        emails = [
            PanelRow(email.address, f"mailto:{email.address}", value=_("primary") if email.is_primary else "")
            for email in _rows(formsets, ContactEmail)
        ]
        phones = [
            PanelRow(
                show_phone(phone.number),
                f"tel:{phone.number}",
                phone.get_kind_display(),
                _("primary") if phone.is_primary else "",
            )
            for phone in _rows(formsets, ContactPhone)
        ]
        jobs = [
            PanelRow(str(job.company), change_address(job.company), _period(job)) for job in _rows(formsets, Employment)
        ]
        return [
            Panel(_("Reach"), [*emails, *phones], 10, _("No address or number yet. Add one under Details.")),
            Panel(_("Companies"), jobs, 20, _("No company yet. Add one under Details.")),
        ]


def _rows(formsets: list[Any], model: Any) -> list[Any]:
    """Return the stored parts of one kind, as the form read them."""
    return [row for formset in formsets if formset.model is model for row in formset.get_queryset()]


def _period(job: Employment) -> SafeString | str:
    role = job.role or _("Role not known")
    if job.until:
        return _("%(role)s, until %(day)s") % {"role": role, "day": date_format(job.until, "SHORT_DATE_FORMAT")}
    since = date_format(job.since, "SHORT_DATE_FORMAT") if job.since else ""
    return _("%(role)s, since %(day)s") % {"role": role, "day": since} if since else role
