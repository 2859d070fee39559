"""Companies."""

from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from config.common.money import AmountField
from config.common.search import FoldedField, fold
from contacts.people.base import LIFECYCLE_COLUMNS, Subject, SubjectQuerySet
from contacts.people.countries import check_country

LONGEST_CHAIN = 20


class CompanyQuerySet(SubjectQuerySet):
    """Questions about companies."""

    def search(self, text: str) -> Self:
        """Companies whose name, domain or tax number contains the text, without regard to case and accents."""
        return self.filter(folded__contains=fold(text))


class Company(Subject):
    """An organisation: customer, prospect, partner or supplier, perhaps part of a larger one."""

    name = models.CharField(_("name"), max_length=200)
    legal_form = models.CharField(
        _("legal form"), max_length=40, blank=True, default="", help_text=_("PT, JSC, GmbH …")
    )
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True, default="")
    domain = models.CharField(
        _("domain"),
        max_length=253,
        blank=True,
        default="",
        validators=[
            RegexValidator(
                r"^([a-z0-9-]+\.)+[a-z0-9-]{2,}$", _("Write a domain like example.com, without https:// or a path.")
            )
        ],
    )
    industry = models.CharField(_("industry"), max_length=80, blank=True, default="", db_index=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    founded = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)
    annual_revenue = AmountField(_("annual revenue"), null=True, blank=True, validators=[MinValueValidator(0)])
    annual_revenue_currency = models.CharField(_("currency of the revenue"), max_length=3, blank=True, default="")
    street = models.CharField(_("street"), max_length=200, blank=True, default="")
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    region = models.CharField(_("province or state"), max_length=100, blank=True, default="")
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        default="",
        validators=[check_country],
        help_text=_("Two letters: ID, VN …"),
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent company"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subsidiaries",
    )
    folded = FoldedField(of=("name", "legal_form", "domain", "tax_number"))
    folded_industry = FoldedField(of=("industry",))

    objects = CompanyQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded", "folded_industry", *LIFECYCLE_COLUMNS])

    class Meta(Subject.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(parent=F("id")), name="contacts_company_not_its_own_parent"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="contacts_company_external_id_unique"
            ),
            models.CheckConstraint(
                condition=Q(annual_revenue__isnull=True) | ~Q(annual_revenue_currency=""),
                name="contacts_company_revenue_has_currency",
                violation_error_message=_("Say which currency the annual revenue is in."),
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["-created_at", "-id"], name="contacts_company_newest"),
            models.Index(fields=["owner", "-created_at", "-id"], name="contacts_company_by_owner"),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a chain of parents that comes back to this company."""
        ancestor, steps = self.parent, 0
        while ancestor is not None and steps < LONGEST_CHAIN:
            if ancestor.pk == self.pk:
                raise ValidationError({"parent": _("A company can't be its own parent, not even through others.")})
            ancestor, steps = ancestor.parent, steps + 1
