"""What a run knew of each won deal, and the shares of its money."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.attribution.run import AttributionRun
from campaigns.capture.models import Touch
from campaigns.execution.models import Campaign
from config.common.money import AmountField
from contacts.staff.visibility import visible_through
from deals.pipeline.models import Deal


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
