"""Purposes and their texts, the append-only ledger of consent, and its present state."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.common.models import AppendOnlyModel, TimeStampedModel
from contacts.people.models import Contact
from contacts.staff.visibility import SharedQuerySet, visible_through


class ConsentPurpose(TimeStampedModel):
    """Something that a person may allow or forbid us: mail about offers, calls, joining their earlier visits."""

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("id",)
        verbose_name = _("purpose of consent")
        verbose_name_plural = _("purposes of consent")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["code"], name="contacts_consentpurpose_code_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="contacts_consentpurpose_has_a_name"),
        )

    def __str__(self) -> str:
        return gettext(self.name)


class ConsentText(AppendOnlyModel):
    """One version of the words by which we ask for a purpose, in one language: what people agreed to stays readable."""

    purpose = models.ForeignKey(
        ConsentPurpose, on_delete=models.PROTECT, related_name="texts", verbose_name=_("purpose")
    )
    language = models.CharField(_("language"), max_length=5, default="en")
    version = models.PositiveIntegerField(_("version"), editable=False)
    text = models.TextField(_("text"), max_length=2000)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        ordering = ("purpose_id", "language", "-version", "id")
        verbose_name = _("text of a consent")
        verbose_name_plural = _("texts of consents")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["purpose", "language", "version"], name="contacts_consenttext_version_once"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="contacts_consenttext_says_something"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} · {self.language} {self.version}"


class ConsentSource(models.TextChoices):
    """Where we heard it."""

    FORM = "form", _("Form")
    PERSON = "person", _("Told a colleague")
    IMPORT = "import", _("Import")
    API = "api", _("Integration")


class ConsentPartQuerySet(models.QuerySet[Any]):
    """What contacts allowed."""

    def visible_to(self, user: Any) -> Self:
        """That of contacts whom the user may see."""
        seen: Self = visible_through(self, user, "contact", Contact.objects)
        return seen


class ConsentChange(AppendOnlyModel):
    """A person allowed or forbade a purpose: when, where, by which text. The newest one counts."""

    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="consent_changes", verbose_name=_("contact")
    )
    purpose = models.ForeignKey(
        ConsentPurpose, on_delete=models.PROTECT, related_name="changes", verbose_name=_("purpose")
    )
    is_given = models.BooleanField(_("given"))
    at = models.DateTimeField(_("when"))
    source = models.CharField(_("source"), max_length=6, choices=ConsentSource)
    text = models.ForeignKey(
        ConsentText, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("text")
    )
    evidence = models.CharField(_("evidence"), max_length=300, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    objects = ConsentPartQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("change of consent")
        verbose_name_plural = _("changes of consent")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(source__in=ConsentSource.values), name="contacts_consentchange_source_known"
            ),
        )
        indexes: ClassVar = (models.Index(fields=["contact", "-id"], name="contacts_consentchange_newest"),)

    def __str__(self) -> str:
        return f"{self.purpose}: {_('given') if self.is_given else _('withdrawn')}"


class Consent(models.Model):
    """How one contact stands to one purpose now: projected from the newest change, in the same transaction."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents", verbose_name=_("contact"))
    purpose = models.ForeignKey(
        ConsentPurpose, on_delete=models.PROTECT, related_name="consents", verbose_name=_("purpose")
    )
    is_given = models.BooleanField(_("given"))
    since = models.DateTimeField(_("since"))
    change = models.ForeignKey(ConsentChange, on_delete=models.PROTECT, related_name="+", verbose_name=_("change"))

    objects = ConsentPartQuerySet.as_manager()

    class Meta:
        ordering = ("purpose_id", "id")
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["contact", "purpose"], name="contacts_consent_once_per_purpose"),
        )
        indexes: ClassVar = (
            models.Index(fields=["purpose", "contact"], name="contacts_consent_given", condition=Q(is_given=True)),
        )

    def __str__(self) -> str:
        return f"{self.purpose}: {_('given') if self.is_given else _('withdrawn')}"
