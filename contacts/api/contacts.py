"""``contacts`` with their addresses, numbers and employer."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.common.api.fields import VisibleField
from config.common.api.filters import IdsFilter, WordsFilter
from config.common.api.serializers import RowSerializer, StrictFields
from contacts.api.lifecycle import SubjectVerbs
from contacts.api.subjects import SubjectFilters, SubjectSerializer
from contacts.lifecycle.adding import Job, add_contact
from contacts.models import Company, Contact, ContactEmail, ContactPhone, Employment
from contacts.people.contact import PhoneKind, Source
from contacts.people.editing import NewJob, PhoneInput, change_contact
from contacts.staff.models import Scope

MOST_PARTS = 20


class PhoneSerializer(StrictFields):
    """A number with what it is for."""

    number = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=PhoneKind.choices, required=False)


@extend_schema_field(
    {
        "type": "array",
        "maxItems": MOST_PARTS,
        "items": {
            "type": "object",
            "required": ["number"],
            "properties": {"number": {"type": "string"}, "kind": {"type": "string", "enum": PhoneKind.values}},
        },
        "description": "The first is the primary one. A text alone is read as a mobile number.",
    }
)
class PhonesField(serializers.ListField):
    """Numbers, given as texts or with their kind; shown with it."""

    child = PhoneSerializer()

    def to_internal_value(self, data: Any) -> Any:
        """Read texts as mobile numbers."""
        if isinstance(data, list):
            data = [item if isinstance(item, Mapping) else {"number": item} for item in data]
        return [PhoneInput(**given) for given in super().to_internal_value(data)]


class EmploymentSerializer(RowSerializer):
    """Where a contact works or worked."""

    company_name = serializers.CharField(source="company.name")

    class Meta:
        model = Employment
        fields = ("company", "company_name", "role", "is_primary", "since", "until")
        read_only_fields = fields


def _primary_job(row: Contact) -> Employment | None:
    """Return where a contact mainly works, from employments that were read already."""
    return next((job for job in row.employments.all() if job.is_primary), None)


class ContactRowSerializer(RowSerializer):
    """A contact in a list."""

    company_name = serializers.CharField(read_only=True, allow_null=True)
    email = serializers.CharField(read_only=True, allow_null=True)
    phone = serializers.CharField(read_only=True, allow_null=True)
    company = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Contact
        fields = (
            "id",
            "full_name",
            "email",
            "phone",
            "company",
            "company_name",
            "owner",
            "lifecycle_stage",
            "lifecycle_since",
            "country",
            "language",
            "source",
            "external_id",
            "archived_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class ContactSerializer(SubjectSerializer):
    """A person we know. Of e-mail addresses and numbers the first is the primary one."""

    emails = serializers.ListField(child=serializers.CharField(max_length=254), max_length=MOST_PARTS, required=False)
    phones = PhonesField(max_length=MOST_PARTS, required=False)
    company = VisibleField(queryset=Company.objects.all(), required=False, allow_null=True)
    role = serializers.CharField(max_length=120, required=False, allow_blank=True)
    company_name = serializers.CharField(read_only=True, allow_null=True)
    employments = EmploymentSerializer(many=True, read_only=True)

    class Meta:
        model = Contact
        fields = (
            "id",
            "full_name",
            "preferred_name",
            "family_name",
            "emails",
            "phones",
            "company",
            "company_name",
            "role",
            "employments",
            "language",
            "country",
            "time_zone",
            "source",
            "source_detail",
            "owner",
            *SubjectSerializer.SHARED,
        )
        read_only_fields = SubjectSerializer.READ_ONLY

    def read_emails(self, row: Contact) -> list[str]:
        """Return the addresses, the primary one first."""
        return [part.address for part in row.emails.all()]

    def read_phones(self, row: Contact) -> list[dict[str, str]]:
        """Return the numbers, the primary one first."""
        return [{"number": part.number, "kind": part.kind} for part in row.phones.all()]

    def read_company(self, row: Contact) -> int | None:
        """Return the id of the company that the contact mainly works for, if the caller may see it."""
        job = _primary_job(row)
        return job.company_id if job else None

    def read_company_name(self, row: Contact) -> str | None:
        """Return its name."""
        job = _primary_job(row)
        return job.company.name if job else None

    def read_role(self, row: Contact) -> str:
        """Return what the contact does there."""
        job = _primary_job(row)
        return job.role if job else ""

    def create(self, validated_data: dict[str, Any]) -> Contact:
        """Add a contact; without an owner it is the caller's, if the caller is a person."""
        fields = self.with_owner(validated_data)
        fields.setdefault("source", Source.API if self.caller.is_service else Source.SALES)
        company, role = fields.pop("company", None), fields.pop("role", "")
        _check_role(company, role)
        job = Job(company, role) if company is not None else None
        phones: list[PhoneInput] = fields.pop("phones", [])
        numbers = [phone.number for phone in phones]
        contact = add_contact(by=self.caller, phones=numbers, job=job, **self.first_stage(fields), **fields)
        if any(phone.kind != PhoneKind.MOBILE for phone in phones):
            change_contact(contact, {}, phones=phones)
        return contact

    def update(self, instance: Contact, validated_data: dict[str, Any]) -> Contact:
        """Change the given columns; addresses, numbers and the employer are replaced as a whole."""
        emails, phones = validated_data.pop("emails", None), validated_data.pop("phones", None)
        job = self._new_job(instance, validated_data)
        return change_contact(instance, validated_data, emails=emails, phones=phones, job=job)

    def _new_job(self, contact: Contact, validated: dict[str, Any]) -> NewJob | None:
        """Return the job if it differs from the one that the caller was shown."""
        if not {"company", "role"} & validated.keys():
            return None
        shown = Employment.objects.visible_to(self.caller).filter(contact=contact, is_primary=True).first()
        company = validated.pop("company", shown.company if shown else None)
        same = shown is not None and company == shown.company
        role = validated.pop("role", shown.role if shown is not None and same else "")
        if (company, role) == ((shown.company, shown.role) if shown else (None, "")):
            return None
        _check_role(company, role)
        return NewJob(company, role)


def _check_role(company: Company | None, role: str) -> None:
    if company is None and role:
        raise serializers.ValidationError({"company": [_("Say at which company this role is.")]})


class ContactFilters(SubjectFilters):
    """What contacts can be filtered by."""

    company = IdsFilter(method="by_company", label="company")
    source = WordsFilter(words=Source.values)
    country = WordsFilter()
    language = WordsFilter()
    email = WordsFilter(method="by_email", label="e-mail address")

    def by_company(self, rows: QuerySet[Any], name: str, value: list[int]) -> QuerySet[Any]:
        """Keep those who work there now, as far as the caller may know."""
        jobs = Employment.objects.visible_to(self.request.user).present().filter(company__in=value)
        return rows.filter(pk__in=jobs.values("contact"))

    def by_email(self, rows: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Keep those with one of these whole addresses, whatever their capitals."""
        folded = [address.strip().casefold() for address in value]
        return rows.filter(pk__in=ContactEmail.objects.filter(folded__in=folded).values("contact"))


class ContactViewSet(SubjectVerbs):
    """Contacts. Archived ones are left out of the list unless it is asked for them (``?archived=1``)."""

    queryset = Contact.objects.all()
    serializer_class = ContactSerializer
    list_serializer_class = ContactRowSerializer
    filterset_class = ContactFilters
    ordering_fields: ClassVar = {
        "full_name": "full_name",
        "family_name": "family_name",
        "lifecycle_since": "lifecycle_since",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def with_related(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add addresses, numbers and the employments that the caller may see."""
        if self.action == "list":
            return self._with_columns(rows)
        jobs = Employment.objects.visible_to(self.caller).select_related("company")
        primary = Prefetch("employments", jobs.filter(is_primary=True), to_attr="primary_jobs")
        return rows.prefetch_related(primary, "emails", "phones", Prefetch("employments", jobs))

    def _with_columns(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add what the list shows as columns of the same query: primary address, number and company, if it is seen."""
        jobs = _primary(Employment)
        if self.caller.scope != Scope.ALL:
            jobs = jobs.filter(company__in=Company.objects.visible_to(self.caller).values("pk"))
        # Subqueries rather than joins: the database asks them for the rows of the page alone.
        columns: QuerySet[Any] = rows.annotate(
            email=Subquery(_primary(ContactEmail).values("address")),
            phone=Subquery(_primary(ContactPhone).values("number")),
            company=Subquery(jobs.values("company")),
            company_name=Subquery(jobs.values("company__name")),
        )
        return columns


def _primary(model: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(contact=OuterRef("pk"), is_primary=True).order_by()
    return rows
