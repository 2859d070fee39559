"""Attribution models, their runs, and the shares."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.attribution.methods import Basis, Method
from campaigns.capture.models import Touch
from campaigns.execution.models import Campaign
from config.common.models import TimeStampedModel
from config.common.money import AmountField
from config.common.remembering import once
from contacts.staff.visibility import SharedQuerySet, visible_through
from deals.pipeline.models import Deal


class AttributionModelQuerySet(SharedQuerySet):
    """Questions about attribution models."""

    def in_use(self) -> Self:
        """Those that are run."""
        return self.filter(is_active=True)

    def due(self, now: datetime) -> Self:
        """Those that wait for a run."""
        return self.in_use().filter(due_at__lte=now)


class AttributionModel(TimeStampedModel):
    """A way to share the money of won deals over touches: method, window, and which money."""

    name = models.CharField(_("name"), max_length=120)
    method = models.CharField(_("method"), max_length=8, choices=Method)
    basis = models.CharField(_("shares what was"), max_length=8, choices=Basis, default=Basis.PAID)
    window_days = models.PositiveSmallIntegerField(
        _("window in days"), default=180, help_text=_("Touches so long before the deal was won count.")
    )
    half_life_days = models.DecimalField(
        _("half-life in days"), max_digits=6, decimal_places=2, default=Decimal(7), help_text=_("Of time decay.")
    )
    chain_order = models.PositiveSmallIntegerField(
        _("order of the chain"),
        default=1,
        help_text=_("Of Markov: how many touches back the chain remembers, 1 to 4."),
    )
    responses_only = models.BooleanField(
        _("only what people did"),
        default=True,
        help_text=_("Clicks, forms, visits and the like; not mails sent, opened or seen."),
    )
    include_colleagues = models.BooleanField(
        _("touches of other people of the company too"), default=False, help_text=_("They are marked as such.")
    )
    is_default = models.BooleanField(_("shown first"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    # The database is the schedule: something happened that a new run would show, and from then on it may be made.
    due_at = models.DateTimeField(_("to be run from"), null=True, blank=True, editable=False)

    objects = AttributionModelQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["due_at"])

    class Meta(TimeStampedModel.Meta):
        ordering = ("-is_default", "id")
        verbose_name = _("attribution model")
        verbose_name_plural = _("attribution models")
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(name=""), name="campaigns_attributionmodel_has_a_name"),
            models.CheckConstraint(
                condition=Q(method__in=Method.values), name="campaigns_attributionmodel_method_known"
            ),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="campaigns_attributionmodel_basis_known"),
            models.CheckConstraint(
                condition=Q(window_days__gte=1),
                name="campaigns_attributionmodel_window_above_zero",
                violation_error_message=_("The window must be at least one day."),
            ),
            models.CheckConstraint(
                condition=Q(half_life_days__gt=0),
                name="campaigns_attributionmodel_half_life_above_zero",
                violation_error_message=_("The half-life must be above zero."),
            ),
            models.CheckConstraint(
                condition=Q(chain_order__gte=1, chain_order__lte=4),
                name="campaigns_attributionmodel_order_1_to_4",
                violation_error_message=_("The order of the chain is 1 to 4."),
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="campaigns_attributionmodel_one_default",
                violation_error_message=_("Another model is shown first; take that from it first."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class AttributionRunQuerySet(models.QuerySet["AttributionRun"]):
    """Questions about runs."""

    def visible_to(self, user: Any) -> Self:
        """Models belong to the house, and so do the dates of their runs."""
        return self.all() if user.is_active else self.none()

    def current(self) -> Self:
        """The newest finished run of each model."""
        return self.filter(is_current=True)

    @once
    def in_use(self) -> "list[AttributionRun]":
        """The newest run of each model in use, with it; that of the model that is shown first stands first."""
        rows = self.current().filter(model__is_active=True).select_related("model")
        return list(rows.order_by("-model__is_default", "model"))

    def of_default(self) -> "AttributionRun | None":
        """Return the newest run of the model that is shown first; of another, if that has none yet."""
        return self.current().select_related("model").order_by("-model__is_default", "model").first()


class AttributionRun(models.Model):
    """One reckoning of a model: its version, the settings it was made with, and what it left out.

    Kept for ever if somebody asked for it; of those made by the house, the last of each day and month.
    """

    model = models.ForeignKey(
        AttributionModel, on_delete=models.CASCADE, related_name="runs", verbose_name=_("attribution model")
    )
    number = models.PositiveIntegerField(_("version"))
    made_with = models.JSONField(_("made with"), default=dict)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), default=0)
    deals = models.PositiveIntegerField(_("won deals"), default=0)
    # Won deals with no touch in the window, and those whose money has no rate into the company's currency.
    untouched = models.PositiveIntegerField(_("without a touch"), default=0)
    without_rate = models.PositiveIntegerField(_("without a rate"), default=0)
    shared_amount = AmountField(_("shared"), default=Decimal(0))
    unshared_amount = AmountField(_("not shared"), default=Decimal(0))
    is_current = models.BooleanField(_("current"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )

    objects = AttributionRunQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("run of an attribution model")
        verbose_name_plural = _("runs of attribution models")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["model", "number"], name="campaigns_attributionrun_version_once"),
            models.UniqueConstraint(
                fields=["model"], condition=Q(is_current=True), name="campaigns_attributionrun_one_current"
            ),
        )

    def __str__(self) -> str:
        return f"{self.model} v{self.number}"


class RunPartQuerySet(models.QuerySet[Any]):
    """What one run knows of deals."""

    def visible_to(self, user: Any) -> Self:
        """Those of deals that the user may see."""
        seen: Self = visible_through(self, user, "deal", Deal.objects)
        return seen

    def current(self) -> Self:
        """Those of the newest runs."""
        return self.filter(run__is_current=True)


class RunDealQuerySet(RunPartQuerySet):
    """Questions about deals of runs."""

    def untouched(self) -> Self:
        """Won deals without a touch in the window."""
        return self.filter(amount__isnull=False, is_touched=False)

    def without_rate(self) -> Self:
        """Won deals some of whose money has no rate into the company's currency."""
        return self.filter(amount__isnull=True)


class RunDeal(models.Model):
    """What one run knew of a won deal: its money in the company's currency, its window, and whether it had a touch."""

    run = models.ForeignKey(
        AttributionRun, on_delete=models.CASCADE, db_index=False, related_name="won_deals", verbose_name=_("run")
    )
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="+", verbose_name=_("deal"))
    # Null where a rate is missing: such a deal is shared by nobody's guess.
    amount = AmountField(_("amount"), null=True)
    # The touches of this span count; the second moment is the first that is too late.
    window_from = models.DateTimeField(_("window from"))
    window_until = models.DateTimeField(_("window until"))
    # When the first of its people became a lead, and an opportunity: W-shaped models ask.
    lead_at = models.DateTimeField(_("became a lead"), null=True, blank=True)
    opportunity_at = models.DateTimeField(_("became an opportunity"), null=True, blank=True)
    is_touched = models.BooleanField(_("has a touch in the window"), default=False)

    objects = RunDealQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("deal of a run")
        verbose_name_plural = _("deals of runs")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["run", "deal"], name="campaigns_rundeal_once"),
            models.CheckConstraint(
                condition=Q(window_until__gt=models.F("window_from")), name="campaigns_rundeal_window_has_days"
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id}: {self.deal_id}"


class ShareQuerySet(RunPartQuerySet):
    """Questions about shares."""

    def of_deal(self, deal: Deal) -> Self:
        """Those of a deal, oldest touch first."""
        return self.filter(deal=deal).order_by("touch__at", "touch")

    def of_touch(self, touch: Touch) -> Self:
        """Those of a touch."""
        return self.filter(touch=touch)

    def of_campaign(self, campaign: Campaign) -> Self:
        """Those of a campaign's touches."""
        return self.filter(touch__campaign=campaign)


class Share(models.Model):
    """So much of a won deal's money is owed to one touch, by one run. A deal's shares sum to its money exactly."""

    # Run and touch have their index below, each as the first column of one that serves more.
    run = models.ForeignKey(
        AttributionRun, on_delete=models.CASCADE, db_index=False, related_name="shares", verbose_name=_("run")
    )
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="shares", verbose_name=_("deal"))
    touch = models.ForeignKey(
        Touch, on_delete=models.PROTECT, db_index=False, related_name="shares", verbose_name=_("touch")
    )
    weight = models.DecimalField(_("weight"), max_digits=20, decimal_places=18)
    amount = AmountField(_("amount"))
    # The touch was of somebody else in the deal's company.
    via_company = models.BooleanField(_("of a colleague"), default=False)

    objects = ShareQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["run", "deal", "touch"], name="campaigns_share_once"),
            models.CheckConstraint(
                condition=Q(weight__gte=0, weight__lte=1), name="campaigns_share_weight_between_0_and_1"
            ),
        )
        indexes: ClassVar = (models.Index(fields=["touch", "run"], name="campaigns_share_of_touch"),)

    def __str__(self) -> str:
        return f"{self.deal_id} ← {self.touch_id}"
