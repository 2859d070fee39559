"""Budget lines, commitments and costs."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.channels.models import Channel
from campaigns.execution.models import Campaign
from campaigns.plans.models import MarketingPlan
from config.common.models import TimeStampedModel
from config.common.money import AmountField, not_negative, show_money
from config.common.search import FoldedField, fold
from contacts.staff.visibility import SharedQuerySet
from deals.catalogue.models import Currency


class BudgetLine(TimeStampedModel):
    """So much of the company's currency is planned for a channel in a month, of a plan or one of its campaigns."""

    plan = models.ForeignKey(
        MarketingPlan,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="budget_lines",
        verbose_name=_("marketing plan"),
    )
    campaign = models.ForeignKey(
        Campaign,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="budget_lines",
        verbose_name=_("campaign"),
    )
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="budget_lines", verbose_name=_("channel")
    )
    # The first day of the month.
    month = models.DateField(_("month"))
    amount = AmountField(_("planned"), validators=[not_negative()])
    # Who changes it, for the history.
    _history_user: Any

    objects = SharedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(TimeStampedModel.Meta):
        ordering = ("month", "id")
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(plan__isnull=False) | Q(campaign__isnull=False),
                name="campaigns_budgetline_of_plan_or_campaign",
                violation_error_message=_("Choose the plan or the campaign whose budget this is."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="campaigns_budgetline_amount_not_negative"),
            models.CheckConstraint(condition=Q(month__day=1), name="campaigns_budgetline_month_by_its_first_day"),
            models.UniqueConstraint(
                fields=["plan", "channel", "month"],
                condition=Q(campaign__isnull=True),
                name="campaigns_budgetline_once_a_month",
                violation_error_message=_("This plan has a line for this channel and month already."),
            ),
            models.UniqueConstraint(
                fields=["campaign", "channel", "month"],
                condition=Q(campaign__isnull=False),
                name="campaigns_budgetline_once_a_month_of_campaign",
                violation_error_message=_("This campaign has a line for this channel and month already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.month:%Y-%m}"


class SpendingQuerySet(SharedQuerySet):
    """Questions about commitments and costs."""

    def search(self, text: str) -> Self:
        """Those with the text in supplier, note or number of the document."""
        return self.filter(folded__contains=fold(text))


class Spending(TimeStampedModel):
    """Money for a channel, of a campaign or a plan, in the currency it is paid in."""

    plan = models.ForeignKey(
        MarketingPlan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("marketing plan"),
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name=_("campaign")
    )
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("channel"))
    day = models.DateField(_("date"))
    amount = AmountField(_("amount"), validators=[not_negative()])
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+", verbose_name=_("currency"))
    supplier = models.CharField(_("supplier"), max_length=160, blank=True, default="")
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    # Who changes it, for the history.
    _history_user: Any

    class Meta(TimeStampedModel.Meta):
        abstract = True
        ordering = ("-day", "-id")

    def __str__(self) -> str:
        return f"{self.day} {self.supplier or self.note or self.channel_id}"

    @property
    def shown_amount(self) -> str:
        """The amount in its currency, as the reader writes it."""
        return show_money(self.amount, self.currency_id, self.currency.minor_units)


class Commitment(Spending):
    """Money that was ordered and not yet spent. It counts as committed until it is closed; costs use it up."""

    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    folded = FoldedField(of=("supplier", "note"))

    objects = SpendingQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded"])

    class Meta(Spending.Meta):
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(plan__isnull=False) | Q(campaign__isnull=False),
                name="campaigns_commitment_of_plan_or_campaign",
                violation_error_message=_("Choose the plan or the campaign that pays."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="campaigns_commitment_amount_above_zero",
                violation_error_message=_("The amount must be above zero."),
            ),
        )
        indexes: ClassVar = (models.Index(fields=["campaign", "day"], name="campaigns_commitment_by_day"),)


class CostState(models.TextChoices):
    """Whether a cost counts."""

    COUNTED = "counted", _("Counts")
    WAITING = "waiting", _("Waits for approval")
    REFUSED = "refused", _("Refused")
    TAKEN_BACK = "void", _("Taken back")


class CostQuerySet(SpendingQuerySet):
    """Questions about costs."""

    def counted(self) -> Self:
        """Those that count."""
        return self.filter(state=CostState.COUNTED)

    def waiting(self) -> Self:
        """Those that wait for approval."""
        return self.filter(state=CostState.WAITING)


class Cost(Spending):
    """Money that was spent: on a day, on a channel, for a campaign or plan, by which document."""

    state = models.CharField(_("state"), max_length=7, choices=CostState, default=CostState.COUNTED, editable=False)
    commitment = models.ForeignKey(
        Commitment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="costs",
        verbose_name=_("uses up the commitment"),
    )
    document_number = models.CharField(_("number of the document"), max_length=80, blank=True, default="")
    external_id = models.CharField(_("external id"), max_length=120, blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    decision = models.CharField(_("reason"), max_length=300, blank=True, default="", editable=False)
    folded = FoldedField(of=("supplier", "note", "document_number"))

    objects = CostQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded"])

    class Meta(Spending.Meta):
        verbose_name = _("cost")
        verbose_name_plural = _("costs")
        permissions = (("approve_cost", _("Can approve costs above the budget")),)
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(plan__isnull=False) | Q(campaign__isnull=False),
                name="campaigns_cost_of_plan_or_campaign",
                violation_error_message=_("Choose the plan or the campaign that pays."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="campaigns_cost_amount_above_zero",
                violation_error_message=_("The amount must be above zero."),
            ),
            models.CheckConstraint(condition=Q(state__in=CostState.values), name="campaigns_cost_state_known"),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="campaigns_cost_external_id_unique",
                violation_error_message=_("Another cost has this external id."),
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["campaign", "day"], name="campaigns_cost_of_campaign"),
            models.Index(fields=["plan", "day"], name="campaigns_cost_of_plan"),
        )
