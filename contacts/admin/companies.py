"""The companies' list and the page of a company."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import change_address, display
from config.common.admin.filters import ChoiceFilter, OwnerFilter
from config.common.money import show_number
from contacts.admin.forms import AddCompanyForm, SubjectForm
from contacts.admin.subjects import ArchiveFilter, CountryFilter, StageFilter, SubjectAdmin
from contacts.models import Company, Employment
from contacts.people.countries import country_name
from contacts.people.panels import PageButton, Panel, PanelRow

MOST_IN_PANEL = 8
MOST_INDUSTRIES = 200
_FEW = ("name", "industry", "country", "domain", "owner")
_MORE = (
    ("legal_form", "tax_number"),
    ("stage", "parent"),
    ("employees", "founded"),
    ("annual_revenue", "annual_revenue_currency"),
    ("street", "postal_code"),
    ("city", "region"),
    "external_id",
)
_DETAILS = (
    ("name", "legal_form"),
    ("owner", "parent"),
    ("industry", "domain"),
    ("tax_number", "external_id"),
    ("employees", "founded"),
    ("annual_revenue", "annual_revenue_currency"),
    ("street", "postal_code"),
    ("city", "region"),
    "country",
)


class IndustryFilter(ChoiceFilter):
    """The industries that visible companies are in."""

    title = gettext_lazy("industry")
    parameter_name = "industry"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the industries there are."""
        rows = Company.objects.visible_to(request.user).exclude(industry="").order_by("industry")  # type: ignore[arg-type]
        return [(name, name) for name in rows.values_list("industry", flat=True).distinct()[:MOST_INDUSTRIES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the companies of the chosen industry."""
        return queryset.filter(industry=self.value()) if self.value() else queryset


@admin.register(Company)
class CompanyAdmin(SubjectAdmin):
    """The organisations we know. How far they have come is changed by verbs, never by the form."""

    form = SubjectForm
    add_form = AddCompanyForm
    list_display = ("name", "industry", "place", "stage", "owner", "changed")
    list_filter = (StageFilter, OwnerFilter, IndustryFilter, CountryFilter, ArchiveFilter)
    list_select_related: ClassVar = ("owner",)
    search_help_text = gettext_lazy("Name, domain or tax number")
    autocomplete_fields = ("owner", "parent")

    @display(description=gettext_lazy("Place"), ordering="country")
    def place(self, company: Company) -> str:
        """Return city and country."""
        return ", ".join(
            part for part in (company.city, country_name(company.country) if company.country else "") if part
        )

    def counted(self, number: int) -> str:
        """Return how many companies."""
        return ngettext("%(number)s company", "%(number)s companies", number) % {"number": show_number(number)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read the parent with a company's page."""
        return super().get_queryset(request).select_related("owner", "parent")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for five things; the rest has defaults and stands behind “More”."""
        if obj is None:
            return [(None, {"fields": _FEW}), (_("More"), {"fields": _MORE, "classes": ["collapse"]})]
        return [(None, {"fields": _DETAILS})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Take a name from the address (the palette)."""
        return {"name": request.GET.get("name", "").replace("\x00", "")[:200]}

    def page_line(self, subject: Any, formsets: list[Any]) -> SafeString | str:
        """Return industry and place."""
        return " · ".join(part for part in (subject.industry, self.place(subject)) if part)

    def own_panels(self, request: HttpRequest, subject: Any, formsets: list[Any]) -> list[Panel]:
        """Return who works there, and the companies around it."""
        found = [self._people(request, subject), self._family(request, subject)]
        return [panel for panel in found if panel is not None]

    def _people(self, request: HttpRequest, company: Company) -> Panel:
        user: Any = request.user
        jobs = Employment.objects.visible_to(user).present().filter(company=company, contact__archived_at__isnull=True)
        read = list(jobs.select_related("contact").order_by("contact__full_name", "id")[: MOST_IN_PANEL + 1])
        rows = [PanelRow(str(job.contact), change_address(job.contact), job.role) for job in read[:MOST_IN_PANEL]]
        add = reverse("admin:contacts_contact_add") + "?" + urlencode({"company": company.pk})
        return Panel(
            _("People"),
            rows,
            10,
            _("Nobody yet."),
            more=reverse("admin:contacts_contact_changelist") + "?" + urlencode({"company": company.pk})
            if len(read) > MOST_IN_PANEL
            else "",
            more_title=_("All people"),
            button=PageButton(_("Contact"), add)
            if user.has_perm("contacts.add_contact") and not company.is_archived
            else None,
        )

    def _family(self, request: HttpRequest, company: Company) -> Panel | None:
        user: Any = request.user
        family = Company.objects.visible_to(user).filter(parent=company) | Company.objects.visible_to(user).filter(
            pk=company.parent_id
        )
        rows = [
            PanelRow(
                each.name,
                change_address(each),
                _("parent company") if each.pk == company.parent_id else _("subsidiary"),
            )
            for each in family.order_by("name", "pk")[:MOST_IN_PANEL]
        ]
        return Panel(_("Group"), rows, 30) if rows else None
