"""The board: whose deals it shows, what its columns say, and how cards move."""

import zoneinfo
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import User
from deals.activities.doing import complete
from deals.models import Deal, LossReason, Pipeline, Stage, StageChange
from deals.pipeline.board import MOST_CARDS
from deals.pipeline.deal import Outcome
from tests.factories.activities import ActivityFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
BOARD = "/admin/deals/deal/board/"


def stage(position: int) -> Stage:
    return Stage.objects.get(pipeline__is_default=True, position=position)


def post(client: Client, deal: Deal, verb: str, **fields: object) -> object:
    return client.post(
        reverse(f"admin:deals_deal_{verb}", args=[deal.pk]), {key: str(value) for key, value in fields.items()}
    )


def columns(client: Client, query: str = "") -> list[object]:
    return list(client.get(BOARD + query).context["columns"])


def test_a_rep_sees_own_deals_in_the_columns_of_their_stages(admin_as: As, rani: User, bima: User) -> None:
    DealFactory(owner=rani, stage=stage(1), name="Hers")
    DealFactory(owner=bima, stage=stage(1), name="His")
    shown = [[card.deal.name for card in column.cards] for column in columns(admin_as(rani))]
    assert shown == [[], ["Hers"], [], [], []]


def test_won_and_lost_deals_are_on_no_board(admin_as: As, rani: User) -> None:
    DealFactory(owner=rani, won=True)
    DealFactory(owner=rani, lost=True)
    assert sum(column.count for column in columns(admin_as(rani))) == 0


def test_totals_of_columns_add_up_to_the_heading(admin_as: As, rani: User) -> None:
    DealFactory(owner=rani, amount=Decimal(3))
    DealFactory(owner=rani, amount=Decimal(4), stage=stage(2))
    response = admin_as(rani).get(BOARD)
    assert sum(column.figures.amount for column in response.context["columns"] if column.figures) == 7
    assert response.context["heading"].startswith("2 open, $7.00")


def test_a_manager_chooses_between_own_deals_and_those_of_the_team(admin_as: As, maya: User, rani: User) -> None:
    DealFactory(owner=maya)
    DealFactory(owner=rani)
    client = admin_as(maya)
    counts = [
        sum(column.count for column in columns(client, query)) for query in ("?whose=mine", "?whose=team", "?whose=all")
    ]
    # Everybody's deals are not for a team's manager: the team's are shown.
    assert counts == [1, 2, 2]


def test_a_column_shows_so_many_cards_and_opens_the_list_for_the_rest(admin_as: As, rani: User) -> None:
    for _number in range(MOST_CARDS + 2):
        DealFactory(owner=rani)
    first = columns(admin_as(rani))[0]
    assert (len(first.cards), first.more) == (MOST_CARDS, 2)
    listed = admin_as(rani).get(first.list_link).context["cl"].result_count
    assert listed == MOST_CARDS + 2


def test_a_stalled_card_and_one_past_its_expected_close_need_somebody(admin_as: As, rani: User) -> None:
    late = {"expected_close": timezone.localdate() - timedelta(days=2)}
    deals = [DealFactory(owner=rani, name=name, **(late if name == "late" else {})) for name in ("fine", "late", "old")]
    for deal in deals:
        ActivityFactory(owner=rani, deal=deal)
    Deal.objects.filter(name="old").update(stage_since=timezone.now() - timedelta(days=400))
    cards = columns(admin_as(rani))[0].cards
    assert {card.deal.name: card.needs_somebody for card in cards} == {"fine": False, "late": True, "old": True}


def test_a_card_without_a_next_step_and_one_with_a_late_step_need_somebody(admin_as: As, rani: User) -> None:
    ActivityFactory(owner=rani, deal=DealFactory(owner=rani, name="planned"))
    ActivityFactory(
        owner=rani, deal=DealFactory(owner=rani, name="late"), starts_at=timezone.now() - timedelta(hours=1)
    )
    DealFactory(owner=rani, name="nothing")
    cards = columns(admin_as(rani))[0].cards
    assert {card.deal.name: card.needs_somebody for card in cards} == {"planned": False, "late": True, "nothing": True}


def test_a_card_shows_the_first_step_that_is_planned_and_its_day(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    today = timezone.localdate(timezone=zoneinfo.ZoneInfo(rani.time_zone))
    for subject, days in (("Call later", 9), ("Send price", 1)):
        ActivityFactory(owner=rani, deal=deal, subject=subject, due_on=today + timedelta(days=days))
    complete(ActivityFactory(owner=rani, deal=deal, subject="Done", due_on=today), by=rani)
    card = columns(admin_as(rani))[0].cards[0]
    assert (card.step.subject, card.step_day, card.step_is_late) == ("Send price", "tomorrow", False)


def test_the_board_costs_the_same_queries_for_one_card_and_for_many(
    admin_as: As, maya: User, rani: User, django_assert_max_num_queries: object
) -> None:
    client = admin_as(maya)
    DealFactory(owner=rani)
    client.get(BOARD)
    for number in range(30):
        ActivityFactory(owner=rani, deal=DealFactory(owner=rani, stage=stage(number % 5)))
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        client.get(BOARD)


def test_another_pipeline_with_stalled_deals_is_named(admin_as: As, rani: User) -> None:
    other = Pipeline.objects.get(is_default=False)
    deal = DealFactory(owner=rani, pipeline=other)
    Deal.objects.filter(pk=deal.pk).update(stage_since=timezone.now() - timedelta(days=400))
    named = admin_as(rani).get(BOARD).context["stalled_elsewhere"]
    assert [(entry["pipeline"], entry["number"]) for entry in named] == [(other, 1)]


def test_a_card_moves_and_the_board_answers_with_itself_and_an_undo(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    client = admin_as(rani)
    response = client.post(
        reverse("admin:deals_deal_move", args=[deal.pk]),
        {"stage": stage(2).pk, "seen_stage": deal.stage_id, "pipeline": deal.pipeline_id, "whose": "mine"},
        headers={"x-tandem-board": "1"},
    )
    deal.refresh_from_db()
    assert (response.status_code, deal.stage) == (200, stage(2))
    assert f"/admin/deals/deal/{deal.pk}/undo/" in response.content.decode()


def test_a_move_from_a_stage_that_the_card_has_left_is_refused_with_a_sentence(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    seen = deal.stage_id
    client = admin_as(rani)
    post(client, deal, "move", stage=stage(1).pk, seen_stage=seen)
    response = client.post(
        reverse("admin:deals_deal_move", args=[deal.pk]),
        {"stage": stage(2).pk, "seen_stage": seen},
        headers={"x-tandem-board": "1"},
    )
    deal.refresh_from_db()
    assert (response.status_code, deal.stage) == (409, stage(1))
    assert "somebody moved it since" in response.content.decode()


def test_a_move_can_be_taken_back(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    first, client = deal.stage, admin_as(rani)
    post(client, deal, "move", stage=stage(3).pk)
    post(client, deal, "undo", change=StageChange.objects.filter(deal=deal).latest("id").pk)
    deal.refresh_from_db()
    assert deal.stage == first


def test_a_move_taken_back_does_not_make_a_deal_look_fresh(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    Deal.objects.filter(pk=deal.pk).update(stage_since=timezone.now() - timedelta(days=30, hours=1))
    client = admin_as(rani)
    post(client, deal, "move", stage=stage(3).pk)
    post(client, deal, "undo", change=StageChange.objects.filter(deal=deal).latest("id").pk)
    deal.refresh_from_db()
    assert deal.days_in_stage == 30


@pytest.mark.parametrize("verb", ["win", "lose"])
def test_a_win_or_a_loss_can_be_taken_back(admin_as: As, rani: User, verb: str) -> None:
    deal = DealFactory(owner=rani)
    client = admin_as(rani)
    post(client, deal, verb, reason=LossReason.objects.first().pk)
    post(client, deal, "undo", change=StageChange.objects.filter(deal=deal).latest("id").pk)
    deal.refresh_from_db()
    assert deal.outcome == Outcome.OPEN


def test_what_something_came_after_can_not_be_taken_back(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    client = admin_as(rani)
    post(client, deal, "move", stage=stage(1).pk)
    taken = StageChange.objects.filter(deal=deal).latest("id").pk
    post(client, deal, "move", stage=stage(2).pk)
    response = client.post(reverse("admin:deals_deal_undo", args=[deal.pk]), {"change": taken}, follow=True)
    deal.refresh_from_db()
    assert deal.stage == stage(2)
    assert "was changed since" in response.content.decode()


def test_losing_asks_for_a_reason(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    response = admin_as(rani).post(
        reverse("admin:deals_deal_lose", args=[deal.pk]), {"reason": "nonsense"}, follow=True
    )
    deal.refresh_from_db()
    assert deal.is_open
    assert "choose a reason" in response.content.decode()


@pytest.mark.parametrize(
    ("to", "outcome"), [("s{stage}", Outcome.OPEN), ("won", Outcome.WON), ("l{reason}", Outcome.LOST)]
)
def test_the_form_without_javascript_moves_wins_and_loses(admin_as: As, rani: User, to: str, outcome: str) -> None:
    deal = DealFactory(owner=rani)
    to = to.format(stage=stage(1).pk, reason=LossReason.objects.first().pk)
    response = post(admin_as(rani), deal, "place", to=to, seen_stage=deal.stage_id, next=BOARD)
    deal.refresh_from_db()
    assert (response.url, deal.outcome) == (BOARD, outcome)  # type: ignore[attr-defined]


def test_nobody_is_sent_to_another_host_after_a_move(admin_as: As, rani: User) -> None:
    deal = DealFactory(owner=rani)
    response = post(admin_as(rani), deal, "win", next="https://evil.example/")
    assert response.url == reverse("admin:deals_deal_change", args=[deal.pk])  # type: ignore[attr-defined]


VERBS = ["move", "win", "lose", "reopen", "place", "undo", "note", "put_person", "take_person", "lines"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_deal_that_one_can_not_see_answers_404_to_every_verb(admin_as: As, rani: User, bima: User, verb: str) -> None:
    deal = DealFactory(owner=bima)
    address = reverse(f"admin:deals_deal_{verb}", args=[deal.pk])
    fields = {"stage": stage(1).pk, "to": "won", "body": "x", "reason": "1"}
    assert admin_as(rani).post(address, fields).status_code == 404
    assert StageChange.objects.filter(deal=deal).count() == 1


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_can_be_reached_by_a_link(admin_as: As, rani: User, verb: str) -> None:
    deal = DealFactory(owner=rani)
    assert admin_as(rani).get(reverse(f"admin:deals_deal_{verb}", args=[deal.pk])).status_code == 405


@pytest.mark.parametrize("verb", VERBS)
def test_a_reader_may_do_nothing(admin_as: As, mira: User, rani: User, verb: str) -> None:
    deal = DealFactory(owner=rani)
    address = reverse(f"admin:deals_deal_{verb}", args=[deal.pk])
    assert admin_as(mira).post(address, {"stage": stage(1).pk}).status_code == 403


@pytest.mark.parametrize("verb", VERBS)
def test_a_forged_post_is_refused(rani: User, verb: str) -> None:
    deal = DealFactory(owner=rani)
    client = Client(enforce_csrf_checks=True)
    client.force_login(rani, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse(f"admin:deals_deal_{verb}", args=[deal.pk])).status_code == 403


@pytest.mark.parametrize("query", ["?pipeline=999999", "?pipeline=x", "?pipeline=%00"])
def test_a_board_of_no_pipeline_is_not_there(admin_as: As, rani: User, query: str) -> None:
    assert admin_as(rani).get(BOARD + query).status_code == 404


def test_an_unknown_reach_falls_back_to_the_usual_one(admin_as: As, rani: User) -> None:
    assert admin_as(rani).get(BOARD + "?whose=all").context["whose"] == "mine"
