"""Marketing plans with their history and goals."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from campaigns.segments.models import Segment
from config.common.models import ChangeModel, TimeStampedModel
from config.common.search import FoldedField, fold
from contacts.staff.visibility import SharedQuerySet


class PlanState(models.TextChoices):
    """How a plan stands."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    RUNNING = "running", _("Running")
    CLOSED = "closed", _("Closed")
    REPLACED = "replaced", _("Replaced by a newer version")


class PlanQuerySet(SharedQuerySet):
    """Questions about plans."""

    def search(self, text: str) -> Self:
        """Plans with the text in name or market."""
        return self.filter(folded__contains=fold(text))

    def running(self) -> Self:
        """Those that are under way."""
        return self.filter(state=PlanState.RUNNING)


class MarketingPlan(TimeStampedModel):
    """What marketing means to do in a market over a period: one version of it."""

    name = models.CharField(_("name"), max_length=160)
    market = models.CharField(_("market"), max_length=200, blank=True, default="")
    summary = models.TextField(_("summary"), max_length=10_000, blank=True, default="")
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="marketing_plans", verbose_name=_("owner")
    )
    state = models.CharField(_("state"), max_length=8, choices=PlanState, default=PlanState.DRAFT, editable=False)
    version_number = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    # The version this one was made from, to take its place once it is approved.
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="revisions",
        verbose_name=_("revises"),
    )
    # The plan of an earlier period from which items were copied.
    learned_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="successors",
        verbose_name=_("follows"),
    )
    mql_segment = models.ForeignKey(
        Segment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="qualifying_plans",
        verbose_name=_("who is a marketing qualified lead"),
        help_text=_("While the plan runs, whoever enters this segment becomes an MQL."),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)
    lesson = models.TextField(_("what we learned"), max_length=10_000, blank=True, default="", editable=False)
    folded = FoldedField(of=("name", "market"))

    objects = PlanQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["folded"])

    class Meta(TimeStampedModel.Meta):
        ordering = ("-starts_on", "-id")
        verbose_name = _("marketing plan")
        verbose_name_plural = _("marketing plans")
        permissions = (("approve_marketingplan", _("Can approve marketing plans")),)
        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(name=""), name="campaigns_marketingplan_has_a_name"),
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="campaigns_marketingplan_state_known"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="campaigns_marketingplan_ends_after_it_starts",
                violation_error_message=_("The plan can't end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(state=PlanState.DRAFT)
                | Q(state__in=(PlanState.CLOSED, PlanState.REPLACED))
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="campaigns_marketingplan_says_who_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.CLOSED) | ~Q(lesson=""),
                name="campaigns_marketingplan_closed_with_what_was_learned",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(replaces__isnull=False, state="draft"),
                name="campaigns_marketingplan_one_draft_revision",
            ),
        )

    def __str__(self) -> str:
        return self.name if self.version_number == 1 else f"{self.name} v{self.version_number}"

    @property
    def is_draft(self) -> bool:
        """Whether what it says may still change."""
        return self.state == PlanState.DRAFT


class PlanPartQuerySet(models.QuerySet[Any]):
    """Parts of plans."""

    def visible_to(self, user: Any) -> Self:
        """Plans belong to the house: whoever may read them reads all."""
        return self.all() if user.is_active else self.none()


class PlanChange(ChangeModel):
    """A plan went from one state to another: when, by whom and why."""

    plan = models.ForeignKey(
        MarketingPlan, on_delete=models.CASCADE, related_name="changes", verbose_name=_("marketing plan")
    )
    from_state = models.CharField(_("from"), max_length=8, choices=PlanState, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=8, choices=PlanState)

    objects = PlanPartQuerySet.as_manager()

    class Meta(ChangeModel.Meta):
        verbose_name = _("change of a plan")
        verbose_name_plural = _("changes of plans")

    def __str__(self) -> str:
        return f"{self.from_state or '–'} → {self.to_state}"


class Measure(models.TextChoices):
    """What a goal counts: from the records, or by hand."""

    TOUCHES = "touches", _("Touches")
    RESPONSES = "responses", _("Responses")
    LEADS = "leads", _("Leads")
    MQLS = "mqls", _("Marketing qualified leads")
    SQLS = "sqls", _("Sales qualified leads")
    OPPORTUNITIES = "opportunities", _("Opportunities")
    CUSTOMERS = "customers", _("Customers")
    REVENUE_WON = "won", _("Revenue won")
    REVENUE_INVOICED = "invoiced", _("Revenue invoiced")
    REVENUE_PAID = "paid", _("Revenue paid")
    BY_HAND = "hand", _("Something counted by hand")


OF_MONEY = (Measure.REVENUE_WON, Measure.REVENUE_INVOICED, Measure.REVENUE_PAID)


class Goal(TimeStampedModel):
    """A measure, a target and a day by which it is to be reached."""

    measure = models.CharField(_("measure"), max_length=13, choices=Measure)
    title = models.CharField(_("what"), max_length=160, blank=True, default="")
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=3)
    starts_on = models.DateField(_("counted from"))
    due_on = models.DateField(_("by"))
    # Of what is counted by hand only.
    counted = models.DecimalField(_("counted by hand"), max_digits=18, decimal_places=3, null=True, blank=True)
    counted_on = models.DateField(_("counted on"), null=True, blank=True)

    class Meta(TimeStampedModel.Meta):
        abstract = True
        ordering = ("due_on", "id")

    def __str__(self) -> str:
        return self.title or self.get_measure_display()


class PlanGoal(Goal):
    """A goal of a plan."""

    plan = models.ForeignKey(
        MarketingPlan, on_delete=models.CASCADE, related_name="goals", verbose_name=_("marketing plan")
    )

    objects = PlanPartQuerySet.as_manager()

    class Meta(Goal.Meta):
        verbose_name = _("goal of a plan")
        verbose_name_plural = _("goals of plans")
        constraints: ClassVar = (
            models.CheckConstraint(
                condition=Q(target__gt=0),
                name="campaigns_plangoal_target_above_zero",
                violation_error_message=_("The target must be above zero."),
            ),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="campaigns_plangoal_measure_known"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("starts_on")),
                name="campaigns_plangoal_due_after_start",
                violation_error_message=_("The goal can't be due before the day from which it counts."),
            ),
        )
