"""The board: the open deals of a pipeline, stage by stage, the most urgent of each stage as cards."""

from collections import defaultdict

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from contacts.models import User
from contacts.staff.models import Scope
from deals.pipeline.deal import Deal, DealQuerySet
from deals.pipeline.filtering import DealFilters
from deals.pipeline.pipelines import Pipeline, Stage

MOST_CARDS = 20
MINE, TEAM, ALL = "mine", "team", "all"
# What is due first stands on top; of two that are due together, the larger.
URGENCY = (F("expected_close").asc(nulls_last=True), F("amount").desc(), F("id").asc())


def reaches(user: User) -> list[str]:
    """Return whose deals the user may choose to look at, narrowest first."""
    if user.scope == Scope.OWN:
        return [MINE]
    if user.scope == Scope.TEAM:
        return [MINE, TEAM]
    return [MINE, TEAM, ALL] if user.team_ids else [MINE, ALL]


def filters_of(user: User, whose: str) -> DealFilters:
    """Return the filters that mean the user's own deals, those of their teams, or everything they may see."""
    if whose == MINE:
        return {"owner": (user.pk,)}
    if whose == TEAM and user.scope == Scope.ALL:
        return {"team": tuple(user.team_ids)}
    return {}


def columns_of(pipeline: Pipeline) -> list[Stage]:
    """Return the stages that open deals pass through, in order."""
    return list(Stage.objects.usable().filter(pipeline=pipeline, is_for_won=False).order_by("position", "id"))


def cards_by_stage(deals: DealQuerySet, most: int = MOST_CARDS) -> dict[int, list[Deal]]:
    """Return the most urgent open deals of each stage, in one query."""
    place = Window(RowNumber(), partition_by=[F("stage")], order_by=list(URGENCY))
    rows = deals.open().annotate(place=place).filter(place__lte=most).order_by("stage", "place")
    cards: dict[int, list[Deal]] = defaultdict(list)
    for deal in rows.select_related("company", "currency", "owner", "stage"):
        cards[deal.stage_id].append(deal)
    return cards
