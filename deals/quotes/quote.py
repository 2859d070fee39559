"""Quotes: one offer on a deal, and who may see it."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.common.models import TimeStampedModel
from contacts.models import Contact
from contacts.staff.visibility import visible_through
from deals.documents.models import Seller
from deals.pipeline.models import Deal


class QuoteState(models.TextChoices):
    """Where a quote stands. Expired is no state: it follows from the day until which it is valid."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class QuoteQuerySet(models.QuerySet["Quote"]):
    """Questions about quotes."""

    def visible_to(self, user: Any) -> Self:
        """Those of deals that the user may see."""
        seen: Self = visible_through(self, user, "deal", Deal.objects)
        return seen

    def search(self, text: str) -> Self:
        """Quotes with the text in their number, or on a deal with it in its name or company."""
        deals = Deal.objects.search(text).order_by().values("pk")
        return self.filter(Q(number__icontains=text) | Q(deal__in=deals))


class Quote(TimeStampedModel):
    """An offer on a deal: one number, and revisions of which the last one sent counts."""

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("deal"))
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("seller"))
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="quotes", verbose_name=_("for")
    )
    number = models.CharField(_("number"), max_length=40, blank=True, default="", editable=False)
    year = models.PositiveSmallIntegerField(null=True, editable=False)
    sequence = models.PositiveIntegerField(null=True, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=QuoteState, default=QuoteState.DRAFT, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = QuoteQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        permissions: ClassVar = [("approve_quote", _("Can approve discounts of quotes"))]
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(state__in=QuoteState.values), name="deals_quote_state_known"),
            models.CheckConstraint(
                condition=Q(number="", year__isnull=True, sequence__isnull=True)
                | (~Q(number="") & Q(year__isnull=False, sequence__isnull=False)),
                name="deals_quote_number_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[QuoteState.DRAFT, QuoteState.WITHDRAWN]) | ~Q(number=""),
                name="deals_quote_sent_has_a_number",
            ),
            models.UniqueConstraint(
                fields=["seller", "year", "sequence"],
                condition=Q(sequence__isnull=False),
                name="deals_quote_number_once",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["-created_at", "-id"], name="deals_quote_newest"),
            models.Index(fields=["state", "-id"], name="deals_quote_by_state"),
        )

    def __str__(self) -> str:
        return self.number or str(_("Draft quote for %(deal)s") % {"deal": self.deal})


class QuotePartQuerySet(models.QuerySet[Any]):
    """Revisions, answers and history of quotes."""

    def visible_to(self, user: Any) -> Self:
        """Those of quotes that the user may see."""
        seen: Self = visible_through(self, user, "quote", Quote.objects)
        return seen
