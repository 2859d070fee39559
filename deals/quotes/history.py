"""The history of quotes, and the one way to write it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.common.models import ChangeModel
from contacts.models import User
from deals.quotes.quote import Quote, QuotePartQuerySet, QuoteState
from deals.quotes.revision import QuoteRevision


class QuoteChangeKind(models.TextChoices):
    """What was done to a quote."""

    DRAFTED = "drafted", _("Drafted")
    APPROVAL_ASKED = "approval_asked", _("Approval asked for")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Approval refused")
    SENT = "sent", _("Sent")
    REVISED = "revised", _("Revised")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXTENDED = "extended", _("Extended")
    DISCARDED = "discarded", _("Draft discarded")


class QuoteChange(ChangeModel):
    """A quote was drafted, approved, sent, revised, answered or withdrawn: when, by whom and why."""

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="changes", verbose_name=_("quote"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    kind = models.CharField(_("what"), max_length=14, choices=QuoteChangeKind)
    to_state = models.CharField(max_length=9, choices=QuoteState)
    reason = models.CharField(_("why"), max_length=1000, blank=True, default="")

    objects = QuotePartQuerySet.as_manager()

    class Meta(ChangeModel.Meta):
        verbose_name = _("change of a quote")
        verbose_name_plural = _("changes of quotes")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(kind__in=QuoteChangeKind.values), name="deals_quotechange_kind_known"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.quote_id}"


def record(
    quote: Quote, kind: QuoteChangeKind, *, revision: QuoteRevision, by: User | None, reason: str = ""
) -> QuoteChange:
    """Write down what was just done to a quote, and the state in which it left it."""
    return QuoteChange.objects.create(
        quote=quote,
        revision=revision.revision,
        kind=kind,
        to_state=quote.state,
        at=timezone.now(),
        by=by,
        reason=reason[:1000],
    )
