"""Who works where."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.common.models import TimeStampedModel
from config.common.search import FoldedField
from contacts.people.companies import Company
from contacts.people.contact import Contact
from contacts.staff.models import Scope, User


class EmploymentQuerySet(models.QuerySet["Employment"]):
    """Questions about employments."""

    def visible_to(self, user: User) -> Self:
        """Those whose contact and company the user may both see."""
        if user.is_active and user.scope == Scope.ALL:
            return self.all()
        contacts, companies = Contact.objects.visible_to(user), Company.objects.visible_to(user)
        return self.filter(contact__in=contacts.values("pk"), company__in=companies.values("pk"))

    def present(self) -> Self:
        """Those that have not ended."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=timezone.localdate()))


class Employment(TimeStampedModel):
    """A contact works, or worked, for a company in a role."""

    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="employments", verbose_name=_("contact")
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="employments", verbose_name=_("company")
    )
    role = models.CharField(_("role"), max_length=120, blank=True, default="")
    is_primary = models.BooleanField(_("primary"), default=False)
    since = models.DateField(_("from"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    folded_role = FoldedField(of=("role",))

    objects = EmploymentQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-is_primary", "-id")
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(is_primary=True),
                name="contacts_employment_one_primary",
                violation_error_message=_("A contact has one primary employment."),
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="contacts_employment_ends_after_it_begins",
                violation_error_message=_("The employment can't end before it begins."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contact} · {self.company}"

    @property
    def is_present(self) -> bool:
        """Whether the person still works there."""
        return self.until is None or self.until > timezone.localdate()


def present_job(contact: Contact) -> Employment | None:
    """Return the primary employment, if it has not ended; costs nothing where the employments were prefetched."""
    return next((job for job in contact.employments.all() if job.is_primary and job.is_present), None)


def primary_company_name(user: Any) -> models.Subquery:
    """Return a column for contact lists: the name of the primary company, if the user may see it."""
    rows = Employment.objects.visible_to(user).filter(contact=models.OuterRef("pk")).order_by("-is_primary", "-id")
    return models.Subquery(rows.values("company__name")[:1])
