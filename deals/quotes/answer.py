"""What the customer did with a revision: opened it, accepted or declined it."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from config.common.models import AppendOnlyModel
from contacts.staff.visibility import visible_through
from deals.quotes.quote import Quote, QuotePartQuerySet
from deals.quotes.revision import QuoteRevision


class ReadingQuerySet(models.QuerySet["QuoteReading"]):
    """Questions about readings."""

    def visible_to(self, user: Any) -> Self:
        """Those of revisions that the user may see."""
        seen: Self = visible_through(self, user, "revision", QuoteRevision.objects)
        return seen


class QuoteReading(models.Model):
    """That the page of a revision was opened from outside: for the first time, last, and how often."""

    revision = models.OneToOneField(
        QuoteRevision, on_delete=models.PROTECT, related_name="reading", verbose_name=_("revision")
    )
    first_at = models.DateTimeField(_("first opened"))
    last_at = models.DateTimeField(_("last opened"))
    times = models.PositiveIntegerField(_("times opened"), default=1)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("reading of a quote")
        verbose_name_plural = _("readings of quotes")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(last_at__gte=F("first_at")), name="deals_quotereading_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.times}"


class QuoteAnswer(AppendOnlyModel):
    """What the customer said to exactly this revision: who, when, from where, and the hash of what they read."""

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="answers", verbose_name=_("quote"))
    revision = models.OneToOneField(
        QuoteRevision, on_delete=models.PROTECT, related_name="answer", verbose_name=_("revision")
    )
    accepted = models.BooleanField(_("accepted"))
    name = models.CharField(_("name"), max_length=200)
    reason = models.CharField(_("reason"), max_length=1000, blank=True, default="")
    at = models.DateTimeField(_("when"))
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True, default="")
    sha256 = models.CharField("SHA-256", max_length=64)
    # A colleague who wrote down what the customer said elsewhere; nobody if the customer answered on the page.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = QuotePartQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("answer to a quote")
        verbose_name_plural = _("answers to quotes")
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["quote"], condition=Q(accepted=True), name="deals_quoteanswer_accepted_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="deals_quoteanswer_has_a_name"),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.revision_id}"
