"""Fields of the companies for which a contact works at present."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.segments.asking import Asking
from campaigns.segments.choosing import choices_in, choices_of
from campaigns.segments.fields import Field, register_fields
from campaigns.segments.operators import FieldType
from config.common.search import fold
from contacts.models import Company, Contact, Employment, User
from contacts.people.countries import country_choices
from contacts.people.stages import LifecycleStage


def _jobs(asked: Asking) -> QuerySet[Employment]:
    present = Q(until__isnull=True) | Q(until__gt=asked.today)
    return Employment.objects.filter(present, contact=OuterRef("pk"))


def _companies(contact: Contact, asked: Asking) -> list[Company]:
    return [job.company for job in _jobs_of(contact, asked)]


def _jobs_of(contact: Contact, asked: Asking) -> list[Employment]:
    jobs = contact.employments.select_related("company")
    return [job for job in jobs if job.until is None or job.until > asked.today]


def _sees_companies(contact: Contact, reader: User) -> bool:
    """Say whether a reader may know all the companies of a contact: a part of them would explain nothing."""
    companies = set(contact.employments.values_list("company", flat=True))
    seen = Company.objects.visible_to(reader).filter(pk__in=companies).count()
    return reader.has_perm("contacts.view_company") and seen == len(companies)


_OF: dict[str, Any] = {"group": _("Company"), "through": _jobs, "shown_to": _sees_companies}
FIELDS = (
    Field(
        code="company.name", label=_("Company's name, domain or tax number"), type=FieldType.TEXT,
        column="company__folded", only=("contains", "not_contains"),
        values=lambda contact, asked: [
            fold(" ".join((each.name, each.legal_form, each.domain, each.tax_number)))
            for each in _companies(contact, asked)
        ],
        says=lambda contact, asked: [each.name for each in _companies(contact, asked)], **_OF,
    ),
    Field(
        code="company.industry", label=_("Industry"), type=FieldType.TEXT, column="company__folded_industry",
        values=lambda contact, asked: [fold(each.industry) for each in _companies(contact, asked)],
        says=lambda contact, asked: [each.industry for each in _companies(contact, asked)], **_OF,
    ),
    Field(
        code="company.role", label=_("Role at the company"), type=FieldType.TEXT, column="folded_role",
        values=lambda contact, asked: [fold(job.role) for job in _jobs_of(contact, asked)],
        says=lambda contact, asked: [job.role for job in _jobs_of(contact, asked)], **_OF,
    ),
    Field(
        code="company.country", label=_("Company's country"), type=FieldType.CHOICE, column="company__country",
        values=lambda contact, asked: [each.country for each in _companies(contact, asked)],
        **choices_in(country_choices), **_OF,
    ),
    Field(
        code="company.employees", label=_("Company's employees"), type=FieldType.NUMBER, column="company__employees",
        values=lambda contact, asked: [each.employees for each in _companies(contact, asked)], nullable=True, **_OF,
    ),
    Field(
        code="company.stage", label=_("Company's lifecycle stage"), type=FieldType.CHOICE, nullable=True,
        column="company__lifecycle_stage", only=("is", "is_not", "is_any_of", "is_none_of"),
        values=lambda contact, asked: [each.lifecycle_stage for each in _companies(contact, asked)],
        **choices_of(LifecycleStage), **_OF,
    ),
)  # fmt: skip


def register() -> None:
    """Offer them; called once when the app is ready."""
    register_fields(*FIELDS)
