"""Revisions of quotes with their lines and taxes."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.staff.visibility import visible_through
from deals.documents.models import PricedDocument, PricedLine, TaxSummary
from deals.quotes.quote import Quote, QuotePartQuerySet, QuoteState


class ApprovalState(models.TextChoices):
    """Whether a revision's discount needs a manager, and what the manager said."""

    NOT_NEEDED = "not_needed", _("Not needed")
    NEEDED = "needed", _("Needed")
    ASKED = "asked", _("Asked for")
    GIVEN = "given", _("Given")
    REFUSED = "refused", _("Refused")


class RevisionQuerySet(QuotePartQuerySet):
    """Questions about revisions."""

    def sent(self) -> Self:
        """Those that the customer got."""
        return self.filter(sent_at__isnull=False)

    def waiting_for_approval(self) -> Self:
        """Drafts whose discount somebody asked a manager to approve."""
        living = ~Q(quote__state__in=[QuoteState.ACCEPTED, QuoteState.WITHDRAWN])
        return self.filter(living, sent_at__isnull=True, approval=ApprovalState.ASKED)


class QuoteRevision(PricedDocument):
    """One version of a quote. Once sent it never changes: what the customer read and accepted is exactly this."""

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="revisions", verbose_name=_("quote"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    introduction = models.TextField(_("introduction"), max_length=4000, blank=True, default="")
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    approval = models.CharField(
        _("approval"), max_length=10, choices=ApprovalState, default=ApprovalState.NOT_NEEDED, editable=False
    )
    # What the discounts come to, over the list prices of the whole revision, in per cent.
    discount_from_list = models.DecimalField(max_digits=5, decimal_places=2, default=0, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    # The discount that was approved: up to it, changes need nobody's word again.
    approved_discount = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True, editable=False)
    approval_note = models.CharField(max_length=500, blank=True, default="", editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    sent_to = models.EmailField(_("sent to"), blank=True, default="", editable=False)
    issued_on = models.DateField(_("dated"), null=True, blank=True, editable=False)

    objects = RevisionQuerySet.as_manager()

    class Meta(PricedDocument.Meta):
        ordering = ("quote", "-revision")
        verbose_name = _("revision of a quote")
        verbose_name_plural = _("revisions of quotes")
        constraints: ClassVar = (
            *PricedDocument.Meta.constraints,
            models.UniqueConstraint(fields=["quote", "revision"], name="deals_quoterevision_number_once"),
            models.UniqueConstraint(
                fields=["quote"], condition=Q(sent_at__isnull=True), name="deals_quoterevision_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(valid_until__isnull=False, issued_on__isnull=False),
                name="deals_quoterevision_sent_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(approval__in=[ApprovalState.NOT_NEEDED, ApprovalState.GIVEN]),
                name="deals_quoterevision_sent_is_approved",
            ),
            models.CheckConstraint(
                condition=Q(approval__in=ApprovalState.values), name="deals_quoterevision_approval_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.quote} / {self.revision}"

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.sent_at is None


class RevisionPartQuerySet(models.QuerySet[Any]):
    """Lines and taxes of revisions."""

    def visible_to(self, user: Any) -> Self:
        """Those of revisions that the user may see."""
        seen: Self = visible_through(self, user, "document", QuoteRevision.objects)
        return seen


class QuoteLine(PricedLine):
    """A line of a revision."""

    document = models.ForeignKey(
        QuoteRevision, on_delete=models.CASCADE, related_name="lines", verbose_name=_("revision")
    )

    objects = RevisionPartQuerySet.as_manager()

    class Meta(PricedLine.Meta):
        verbose_name = _("line of a quote")
        verbose_name_plural = _("lines of quotes")


class QuoteTax(TaxSummary):
    """A tax of a revision."""

    document = models.ForeignKey(
        QuoteRevision, on_delete=models.CASCADE, related_name="taxes", verbose_name=_("revision")
    )

    objects = RevisionPartQuerySet.as_manager()

    class Meta(TaxSummary.Meta):
        verbose_name = _("tax of a quote")
        verbose_name_plural = _("taxes of quotes")
