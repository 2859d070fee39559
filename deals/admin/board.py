"""The board: columns of open deals, moved by dragging, by the keyboard or, without JavaScript, by a small form."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from deals.activities.next_steps import next_steps
from deals.admin.activities.showing import short_day
from deals.admin.showing import age_text, amount_text, initials
from deals.models import Activity, Deal, LossReason, Pipeline, Stage
from deals.pipeline.attention import Age, age_of, is_overdue
from deals.pipeline.board import ALL, MINE, TEAM, cards_by_stage, columns_of, filters_of, reaches
from deals.pipeline.deal import DealQuerySet
from deals.pipeline.filtering import DealFilters, as_query, is_stalled, matching
from deals.reports.figures import OpenPipeline, open_pipeline_by_stage, open_pipeline_of

REACHES: dict[str, str | Promise] = {MINE: gettext_lazy("Mine"), TEAM: gettext_lazy("Team"), ALL: gettext_lazy("All")}
REACH_LINES: dict[str, str | Promise] = {
    MINE: gettext_lazy("You see your own deals."),
    TEAM: gettext_lazy("You see the deals of your teams."),
    ALL: gettext_lazy("You see everybody's deals."),
}


@dataclass(frozen=True, slots=True)
class Card:
    """A deal on the board."""

    deal: Deal
    age: Age
    overdue: bool
    step: Activity | None = None
    # The moment at which the board is read: what is due before is late.
    now: datetime = field(default_factory=timezone.now)

    @property
    def age_text(self) -> str:
        """“9 of 7 days”."""
        return age_text(self.age)

    @property
    def amount(self) -> str:
        """The amount with its currency."""
        return amount_text(self.deal)

    @property
    def initials(self) -> str:
        """The owner in two letters."""
        return initials(self.deal.owner)

    @property
    def step_day(self) -> str:
        """When the next step is: “Tue 24 Nov”."""
        return short_day(self.step.due_on, timezone.localdate(self.now)) if self.step and self.step.due_on else ""

    @property
    def step_is_late(self) -> bool:
        """Whether the day of the next step has passed."""
        return self.step is not None and self.step.due_at is not None and self.step.due_at < self.now

    @property
    def needs_somebody(self) -> bool:
        """Whether the card gets a red edge: nothing is planned, something is late, or it stands still."""
        return self.step is None or self.step_is_late or self.overdue or self.age.stalled


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with its totals and its most urgent deals."""

    stage: Stage
    figures: OpenPipeline | None
    cards: list[Card]
    list_link: str
    # Where its cards go next: what the form without JavaScript offers first.
    next_stage: int | None

    @property
    def count(self) -> int:
        """How many open deals are in the stage."""
        return self.figures.count if self.figures else 0

    @property
    def more(self) -> int:
        """How many of them have no card here."""
        return self.count - len(self.cards)


@require_GET
def board_page(request: HttpRequest, model_admin: ModelAdmin[Any]) -> HttpResponse:
    """Show the board of ``?pipeline=`` for ``?whose=``."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    site = model_admin.admin_site.each_context(request)
    context = {
        **site,
        **board_context(request),
        "title": _("Pipeline"),
        "opts": model_admin.opts,
        "media": model_admin.media,
    }
    return TemplateResponse(request, "deals/board.html", context)


def board_context(request: HttpRequest) -> dict[str, Any]:
    """Return what the board shows; its parameters are in the address, or in the form that moved a card."""
    user: Any = request.user
    pipelines = list(Pipeline.objects.visible_to(user).usable())
    pipeline = _chosen(pipelines, request)
    allowed = reaches(user)
    whose = _parameter(request, "whose")
    whose = whose if whose in allowed else _usual_reach(user, allowed)
    filters = filters_of(user, whose)
    here: DealFilters = {**filters, "pipeline": (pipeline.pk,), "outcome": ("open",)}
    deals: DealQuerySet = Deal.objects.visible_to(user).filter(matching(here))
    return {
        "heading": open_pipeline_of(deals).sentence(),
        "reach_line": REACH_LINES[whose],
        "stalled_elsewhere": _stalled_elsewhere(user, filters, pipeline, pipelines, whose),
        "columns": _columns(deals, pipeline, here),
        "pipeline": pipeline,
        "pipelines": pipelines,
        "whose": whose,
        "reaches": [(reach, REACHES[reach]) for reach in allowed],
        "reasons": list(LossReason.objects.usable()),
        "board_address": address_of(pipeline, whose),
        "list_address": f"{reverse('admin:deals_deal_changelist')}?{as_query(here)}",
        "may_move": user.has_perm("deals.change_deal"),
        "may_add": user.has_perm("deals.add_deal"),
    }


def _stalled_elsewhere(
    user: Any, filters: DealFilters, pipeline: Pipeline, pipelines: list[Pipeline], whose: str
) -> list[dict[str, Any]]:
    """Return the other pipelines with stalled deals, so that this board and the sidebar's number add up."""
    if len(pipelines) < 2:
        return []
    stalled = (
        Deal.objects.visible_to(user).filter(matching(filters), is_stalled()).exclude(pipeline=pipeline).order_by()
    )
    numbers = dict(stalled.values_list("pipeline").annotate(number=Count("pk")))
    return [
        {"pipeline": other, "number": numbers[other.pk], "link": address_of(other, whose)}
        for other in pipelines
        if other.pk in numbers
    ]


def address_of(pipeline: Pipeline, whose: str) -> str:
    """Return the address of a board."""
    return f"{reverse('admin:deals_deal_board')}?{urlencode({'pipeline': pipeline.pk, 'whose': whose})}"


def _columns(deals: DealQuerySet, pipeline: Pipeline, filters: DealFilters) -> list[Column]:
    figures, cards, address = (
        open_pipeline_by_stage(deals),
        cards_by_stage(deals),
        reverse("admin:deals_deal_changelist"),
    )
    stages, now = columns_of(pipeline), timezone.now()
    steps = next_steps(deal for several in cards.values() for deal in several)
    after = dict(zip((stage.pk for stage in stages), (stage.pk for stage in stages[1:]), strict=False))
    return [
        Column(
            stage=stage,
            figures=figures.get(stage.pk),
            cards=[
                Card(deal, age_of(deal), is_overdue(deal), steps.get(deal.pk), now) for deal in cards.get(stage.pk, [])
            ],
            list_link=f"{address}?{as_query({**filters, 'stage': (stage.pk,)})}",
            next_stage=after.get(stage.pk),
        )
        for stage in stages
    ]


def _chosen(pipelines: list[Pipeline], request: HttpRequest) -> Pipeline:
    wanted = _parameter(request, "pipeline")
    if not wanted:
        chosen: Pipeline | None = next((pipeline for pipeline in pipelines if pipeline.is_default), None)
        chosen = chosen or next(iter(pipelines), None)
    else:
        chosen = next((pipeline for pipeline in pipelines if str(pipeline.pk) == wanted), None)
    if chosen is None:
        raise Http404(_("There is no such pipeline."))
    return chosen


def _usual_reach(user: Any, allowed: list[str]) -> str:
    return MINE if user.role and user.role.home == "rep" else allowed[-1]


def _parameter(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "") or request.GET.get(name, "")
