"""Public forms with their fields and consents, and what was posted through them."""

import re
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign
from config.common.models import TimeStampedModel
from config.common.search import FoldedField, fold
from contacts.consent.models import ConsentPurpose
from contacts.staff.visibility import SharedQuerySet

# Scheme, host and perhaps a port: nothing that could end a header's directive.
_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", re.IGNORECASE)


class FormQuerySet(SharedQuerySet):
    """Questions about forms."""

    def search(self, text: str) -> Self:
        """Forms with the text in name or title."""
        return self.filter(folded__contains=fold(text))


class WebForm(TimeStampedModel):
    """A form that strangers fill in, on a page of ours (``/f/<slug>/``) or embedded in a page of theirs."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=60, help_text=_("The last part of the form's address."))
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="forms", verbose_name=_("campaign"))
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="forms", verbose_name=_("channel"))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    title = models.CharField(_("title"), max_length=160)
    intro = models.TextField(_("introduction"), max_length=2000, blank=True, default="")
    button = models.CharField(_("button"), max_length=60, blank=True, default="")
    thanks = models.TextField(_("thanks"), max_length=2000, blank=True, default="")
    double_opt_in = models.BooleanField(
        _("ask to confirm by e-mail"),
        default=True,
        help_text=_("Nothing is recorded about a person until they follow the link in the mail."),
    )
    # Pages that may embed it: "https://example.com", one a line. Empty means none.
    embedding_sites = models.TextField(_("sites that may embed it"), max_length=2000, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="web_forms",
        verbose_name=_("owner of new leads"),
    )
    is_active = models.BooleanField(_("open"), default=True)
    # Posts by programs: answered like any other, but nothing is kept of them.
    turned_away = models.PositiveIntegerField(_("posts by programs"), default=0, editable=False)
    folded = FoldedField(of=("name", "title"))

    objects = FormQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded", "turned_away"])

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["slug"],
                name="campaigns_webform_slug_unique",
                violation_error_message=_("Another form has this address."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="campaigns_webform_has_a_name"),
            models.CheckConstraint(condition=~Q(title=""), name="campaigns_webform_has_a_title"),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Keep the sites that may embed it as origins, one a line."""
        self.embedding_sites = "\n".join(line.strip().rstrip("/") for line in self.embedding_sites.split())
        for site in self.sites:
            if not _ORIGIN.fullmatch(site):
                sentence = _("Write each site like https://www.example.com, without a path. “%(site)s” is none.")
                raise ValidationError({"embedding_sites": ValidationError(sentence, params={"site": site})})

    @property
    def sites(self) -> list[str]:
        """The origins of the pages that may embed it."""
        return self.embedding_sites.split()


class FormPartQuerySet(models.QuerySet[Any]):
    """Parts of forms."""

    def visible_to(self, user: Any) -> Self:
        """Forms belong to the house: whoever may read them reads all."""
        return self.all() if user.is_active else self.none()


class AskFor(models.TextChoices):
    """What a field of a form asks for."""

    NAME = "name", _("Name")
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Phone number")
    COMPANY = "company", _("Company")
    JOB = "job", _("Role in the company")
    COUNTRY = "country", _("Country")
    MESSAGE = "message", _("Message")
    CHOICE = "choice", _("One of several answers")


class FormField(TimeStampedModel):
    """A field of a form. The e-mail address is always asked for."""

    form = models.ForeignKey(WebForm, on_delete=models.CASCADE, related_name="fields", verbose_name=_("form"))
    asks_for = models.CharField(_("asks for"), max_length=7, choices=AskFor)
    label = models.CharField(_("label"), max_length=160, blank=True, default="")
    # Of a choice: one answer a line.
    choices = models.TextField(_("answers"), max_length=2000, blank=True, default="")
    is_required = models.BooleanField(_("required"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = FormPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("position", "id")
        verbose_name = _("field of a form")
        verbose_name_plural = _("fields of forms")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(asks_for__in=AskFor.values), name="campaigns_formfield_kind_known"),
            models.CheckConstraint(
                condition=~Q(asks_for=AskFor.CHOICE) | (~Q(choices="") & ~Q(label="")),
                name="campaigns_formfield_choice_has_answers",
                violation_error_message=_("Write the question and its answers, one a line."),
            ),
            models.UniqueConstraint(
                fields=["form", "asks_for"],
                condition=~Q(asks_for="choice"),
                name="campaigns_formfield_asked_once",
                violation_error_message=_("The form asks for this already."),
            ),
        )

    def __str__(self) -> str:
        return self.label or str(self.get_asks_for_display())


class FormConsent(TimeStampedModel):
    """A consent that a form asks for, by the text in force; a required one must be given to post the form."""

    form = models.ForeignKey(WebForm, on_delete=models.CASCADE, related_name="consents", verbose_name=_("form"))
    purpose = models.ForeignKey(ConsentPurpose, on_delete=models.PROTECT, related_name="+", verbose_name=_("purpose"))
    is_required = models.BooleanField(_("required"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = FormPartQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("position", "id")
        verbose_name = _("consent that a form asks for")
        verbose_name_plural = _("consents that forms ask for")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["form", "purpose"],
                name="campaigns_formconsent_asked_once",
                violation_error_message=_("The form asks for this consent already."),
            ),
        )

    def __str__(self) -> str:
        return str(self.purpose)
