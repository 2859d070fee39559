"""The history of a deal: one row for each change of stage or outcome."""

from datetime import timedelta
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.common.models import ChangeModel
from deals.pipeline.deal import Deal, DealPartQuerySet, Outcome
from deals.pipeline.pipelines import Stage


class ChangeKind(models.TextChoices):
    """What was done to the deal."""

    OPENED = "opened", _("Opened")
    MOVED = "moved", _("Moved")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    REOPENED = "reopened", _("Reopened")


class StageChangeQuerySet(DealPartQuerySet):
    """Questions to the history; it can't be changed through here either."""

    def update(self, **changes: Any) -> NoReturn:
        """Refuse: history is append-only."""
        raise TypeError(StageChange.ledger_refusal)

    def delete(self) -> NoReturn:
        """Refuse: history is append-only."""
        raise TypeError(StageChange.ledger_refusal)


class StageChange(ChangeModel):
    """A deal was opened, moved, won, lost or reopened: when, by whom, why, and how long it had been where it was."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="stage_changes", verbose_name=_("deal"))
    kind = models.CharField(_("what"), max_length=8, choices=ChangeKind)
    from_stage = models.ForeignKey(
        Stage, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from")
    )
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))
    from_outcome = models.CharField(max_length=4, choices=Outcome, blank=True, default="")
    to_outcome = models.CharField(max_length=4, choices=Outcome)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    # How long the deal had been in the stage it left.
    time_in_stage = models.DurationField(_("time in the stage before"), default=timedelta(0))

    objects = StageChangeQuerySet.as_manager()

    class Meta(ChangeModel.Meta):
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="deals_stagechange_kind_known"),
            models.CheckConstraint(condition=Q(to_outcome__in=Outcome.values), name="deals_stagechange_outcome_known"),
        )
        indexes: ClassVar = (models.Index(fields=["deal", "-id"], name="deals_stagechange_of_deal"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.to_stage}"
