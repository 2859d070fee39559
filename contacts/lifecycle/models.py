"""The ledger of lifecycle changes. The stage that contacts and companies show is projected from it by triggers."""

from typing import Any, ClassVar, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.common.models import AppendOnlyModel
from contacts.people.models import Company, Contact
from contacts.people.stages import LifecycleStage
from contacts.staff.models import Scope, User


class CauseKind(models.TextChoices):
    """What moved the subject."""

    ADDED = "added", _("Added")
    PERSON = "person", _("Person")
    DEAL = "deal", _("Deal")
    RULE = "rule", _("Rule")
    IMPORT = "import", _("Import")


class LifecycleChangeQuerySet(models.QuerySet["LifecycleChange"]):
    """Questions to the ledger; it can't be changed through here either."""

    def visible_to(self, user: User) -> Self:
        """Changes of contacts and companies that the user may see."""
        if user.is_active and user.scope == Scope.ALL:
            return self.all()
        contacts, companies = Contact.objects.visible_to(user), Company.objects.visible_to(user)
        return self.filter(Q(contact__in=contacts.values("pk")) | Q(company__in=companies.values("pk")))

    def of(self, subject: Contact | Company) -> Self:
        """The subject's changes, oldest first."""
        field = "contact" if isinstance(subject, Contact) else "company"
        return self.filter(**{field: subject.pk}).order_by("id")

    def update(self, **changes: Any) -> NoReturn:
        """Refuse: the ledger is append-only."""
        raise TypeError(LifecycleChange.ledger_refusal)

    def delete(self) -> NoReturn:
        """Refuse: the ledger is append-only."""
        raise TypeError(LifecycleChange.ledger_refusal)


class LifecycleChange(AppendOnlyModel):
    """One contact or company went from one stage to another: when, by whom, and why.

    Inserting a row sets the subject's stage (database trigger); nothing else can.
    """

    contact = models.ForeignKey(
        Contact,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="lifecycle_changes",
        verbose_name=_("contact"),
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="lifecycle_changes",
        verbose_name=_("company"),
    )
    from_stage = models.CharField(_("from"), max_length=12, choices=LifecycleStage, blank=True, default="")
    to_stage = models.CharField(_("to"), max_length=12, choices=LifecycleStage)
    # The highest stage ever reached, this change included.
    highest = models.CharField(_("highest"), max_length=12, choices=LifecycleStage)
    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    cause_kind = models.CharField(_("kind of cause"), max_length=8, choices=CauseKind)
    cause = models.CharField(_("why"), max_length=500)
    # The record that caused it, as label and id ("deals.deal", 7): upper apps are known by name only.
    cause_type = models.CharField(max_length=80, blank=True, default="")
    cause_id = models.BigIntegerField(null=True, blank=True)

    objects = LifecycleChangeQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("lifecycle change")
        verbose_name_plural = _("lifecycle changes")
        permissions = (("step_back_lifecycle", _("Can move contacts and companies backwards in the lifecycle")),)
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(contact__isnull=False, company__isnull=True)
                | Q(contact__isnull=True, company__isnull=False),
                name="contacts_lifecyclechange_about_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(to_stage__in=LifecycleStage.values), name="contacts_lifecyclechange_stage_known"
            ),
            models.CheckConstraint(
                condition=~Q(from_stage=models.F("to_stage")), name="contacts_lifecyclechange_is_a_change"
            ),
            models.CheckConstraint(condition=~Q(cause=""), name="contacts_lifecyclechange_says_why"),
        )
        indexes: ClassVar = (
            models.Index(fields=["contact", "-id"], name="contacts_lifecycle_of_contact"),
            models.Index(fields=["company", "-id"], name="contacts_lifecycle_of_company"),
        )

    def __str__(self) -> str:
        return f"{self.from_stage or '–'} → {self.to_stage}"

    @property
    def subject(self) -> Contact | Company:
        """The contact or company that moved."""
        subject = self.contact or self.company
        assert subject is not None  # noqa: S101  the constraint says so
        return subject
