"""Tracked links, and the closed vocabulary of their utm parameters."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign, ContentItem
from config.common.models import TimeStampedModel
from config.common.search import FoldedField, fold
from contacts.staff.visibility import SharedQuerySet


class UtmParameter(models.TextChoices):
    """The parameters whose values come from the vocabulary. The campaign's is its code."""

    SOURCE = "source", "utm_source"
    MEDIUM = "medium", "utm_medium"


class UtmTerm(TimeStampedModel):
    """A value that a utm parameter may have; other spellings of it are its aliases."""

    parameter = models.CharField(_("parameter"), max_length=6, choices=UtmParameter)
    value = models.SlugField(_("value"), max_length=40)
    # Touches that arrive with this medium, and no link of ours, are of this channel.
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="utm_terms", verbose_name=_("channel")
    )

    objects = SharedQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("parameter", "value")
        verbose_name = _("utm value")
        verbose_name_plural = _("utm values")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(parameter__in=UtmParameter.values), name="campaigns_utmterm_parameter_known"
            ),
            models.UniqueConstraint(fields=["parameter", "value"], name="campaigns_utmterm_once"),
        )

    def __str__(self) -> str:
        return self.value


class UtmAlias(TimeStampedModel):
    """Another spelling of a utm value ("fb", "Facebook.com"), read without regard to case."""

    term = models.ForeignKey(UtmTerm, on_delete=models.CASCADE, related_name="aliases", verbose_name=_("value"))
    parameter = models.CharField(_("parameter"), max_length=6, choices=UtmParameter, editable=False)
    alias = models.CharField(_("other spelling"), max_length=80)

    objects = SharedQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("parameter", "alias", "id")
        verbose_name = _("other spelling of a utm value")
        verbose_name_plural = _("other spellings of utm values")
        constraints: ClassVar = (models.UniqueConstraint("parameter", Lower("alias"), name="campaigns_utmalias_once"),)

    def __str__(self) -> str:
        return self.alias

    def save(self, *args: object, **kwargs: object) -> None:
        """Follow the value's parameter."""
        self.parameter = self.term.parameter
        super().save(*args, **kwargs)  # type: ignore[arg-type]


# What a link says out there stays as it was when it was made.
FIXED = ("code", "destination", "campaign", "channel", "content", "source", "medium", "is_print_code")
_FIXED_REFUSAL = "A link leads where it led when it was made; make another one."


class LinkQuerySet(SharedQuerySet):
    """Questions about links."""

    def update(self, **changes: Any) -> int:
        """Refuse to change what is fixed."""
        if {name.removesuffix("_id") for name in changes} & set(FIXED):
            raise TypeError(_FIXED_REFUSAL)
        return super().update(**changes)

    def search(self, text: str) -> Self:
        """Links with the text in their name, code or destination."""
        return self.filter(Q(folded__contains=fold(text)) | Q(code=text))


class TrackedLink(TimeStampedModel):
    """An address of ours (``/t/<code>``) that counts who comes and leads to a destination that never changes."""

    code = models.CharField(_("code"), max_length=20, editable=False)
    name = models.CharField(_("name"), max_length=160)
    destination = models.CharField(_("leads to"), max_length=2000, validators=[URLValidator(schemes=["http", "https"])])
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="links", verbose_name=_("campaign"))
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="links", verbose_name=_("channel"))
    content = models.ForeignKey(
        ContentItem, on_delete=models.PROTECT, null=True, blank=True, related_name="links", verbose_name=_("content")
    )
    source = models.ForeignKey(
        UtmTerm, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="utm_source"
    )
    medium = models.ForeignKey(
        UtmTerm, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="utm_medium"
    )
    # A link on paper (a QR code) counts as print, not as a click.
    is_print_code = models.BooleanField(_("printed code"), default=False)
    is_active = models.BooleanField(_("counts"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    folded = FoldedField(of=("name", "code", "destination"))

    objects = LinkQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("tracked link")
        verbose_name_plural = _("tracked links")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["code"], name="campaigns_trackedlink_code_unique"),
            models.CheckConstraint(condition=~Q(code=""), name="campaigns_trackedlink_has_a_code"),
            models.CheckConstraint(condition=~Q(name=""), name="campaigns_trackedlink_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to change what is fixed."""
        if not self._state.adding and not kwargs.get("update_fields"):
            raise TypeError("Name the columns to save.")
        if not self._state.adding and {name.removesuffix("_id") for name in kwargs["update_fields"]} & set(FIXED):
            raise TypeError(_FIXED_REFUSAL)
        super().save(*args, **kwargs)
