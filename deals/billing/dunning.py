"""Reminders to customers who are late: levels, letters, and which invoices each letter was about."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.common.models import AppendOnlyModel, TimeStampedModel
from config.common.money import AmountField
from contacts.models import Company, Contact
from contacts.staff.models import Scope
from deals.billing.invoice import Invoice
from deals.documents.models import Seller


class Tone(models.TextChoices):
    """How a letter is worded."""

    FRIENDLY = "friendly", _("Friendly")
    FIRM = "firm", _("Firm")
    LAST = "last", _("Last reminder")


class DunningLevelQuerySet(models.QuerySet["DunningLevel"]):
    """Questions about levels."""

    def visible_to(self, user: Any) -> Self:
        """Set-up is no secret."""
        return self.all() if user.is_active else self.none()


class DunningLevel(TimeStampedModel):
    """So many days after an invoice was due, its customer gets a letter in such a tone."""

    level = models.PositiveSmallIntegerField(_("level"), unique=True, validators=[MinValueValidator(1)])
    days_overdue = models.PositiveSmallIntegerField(
        _("days overdue"), validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    tone = models.CharField(_("tone"), max_length=8, choices=Tone, default=Tone.FRIENDLY)
    is_active = models.BooleanField(_("active"), default=True)

    objects = DunningLevelQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("level",)
        verbose_name = _("reminder level")
        verbose_name_plural = _("reminder levels")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(level__gte=1, days_overdue__gte=1), name="deals_dunninglevel_above_zero"
            ),
            models.CheckConstraint(condition=Q(tone__in=Tone.values), name="deals_dunninglevel_tone_known"),
        )

    def __str__(self) -> str:
        return str(_("Level %(level)s") % {"level": self.level})


class DunningQuerySet(models.QuerySet[Any]):
    """Questions about letters."""

    def visible_to(self, user: Any) -> Self:
        """All for who sees all; else letters about invoices that the user may see."""
        if user.is_active and user.scope == Scope.ALL:
            return self.all()
        invoices = Invoice.objects.visible_to(user).values("pk")
        about = DunningItem._base_manager.filter(invoice__in=invoices).values("letter")
        return self.filter(pk__in=about)


class DunningLetter(AppendOnlyModel):
    """One letter to one customer about everything that is overdue, at the highest level that any of it reached."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="+", verbose_name=_("seller"))
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, related_name="dunning_letters", verbose_name=_("company")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="dunning_letters", verbose_name=_("contact")
    )
    level = models.PositiveSmallIntegerField(_("level"))
    language = models.CharField(_("language"), max_length=5)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    # The key of the queued e-mail.
    message_key = models.CharField(max_length=120, unique=True)

    objects = DunningQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("reminder letter")
        verbose_name_plural = _("reminder letters")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(contact__isnull=False), name="deals_dunningletter_has_a_customer"
            ),
        )

    def __str__(self) -> str:
        return f"{self.company or self.contact} ({self.level})"


class DunningItemQuerySet(models.QuerySet["DunningItem"]):
    """Questions about what letters were about."""

    def visible_to(self, user: Any) -> Self:
        """Those about invoices that the user may see."""
        return self.filter(invoice__in=Invoice.objects.visible_to(user).values("pk"))


class DunningItem(AppendOnlyModel):
    """An invoice that a letter was about, and what was open then. Once per level."""

    letter = models.ForeignKey(DunningLetter, on_delete=models.PROTECT, related_name="items", verbose_name=_("letter"))
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="dunning_items", verbose_name=_("invoice")
    )
    level = models.PositiveSmallIntegerField(_("level"))
    open_amount = AmountField(_("open"))

    objects = DunningItemQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("invoice in a reminder letter")
        verbose_name_plural = _("invoices in reminder letters")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["invoice", "level"], name="deals_dunningitem_once_per_level"),
        )

    def __str__(self) -> str:
        return f"{self.invoice} ({self.level})"
