"""Plans, their parts and research through the API."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.models import Channel, MarketingPlan, PlanItem
from campaigns.plans.editing import save_part
from deals.models import Currency
from tests.factories.campaigns_plans import (
    FindingFactory,
    GoalFactory,
    ItemFactory,
    ListSegmentFactory,
    PersonaFactory,
    PlanFactory,
    StrategyFactory,
    full_plan,
)

pytestmark = pytest.mark.django_db


def test_a_plan_is_written_approved_started_and_closed(mira, maya, api_as):
    api, approver = api_as(mira), api_as(maya)
    body = {"name": "Autumn", "starts_on": "2026-01-01", "ends_on": "2027-12-31"}
    plan = api.post("/api/v1/plans/", body, format="json").json()
    segment = ListSegmentFactory(owner=mira)
    strategy = api.post("/api/v1/strategies/", {"plan": plan["id"], "segment": segment.pk}, format="json").json()
    item = {"plan": plan["id"], "strategy": strategy["id"], "topic": "message", "text": "Buy two", "cost": "1500"}
    made = api.post("/api/v1/plan-items/", item, format="json")

    assert (made.status_code, made.json()["part"], made.json()["state"]) == (201, "promotion", "open")
    assert api.post(f"/api/v1/plans/{plan['id']}/approve/", {}, format="json").status_code == 403
    assert approver.post(f"/api/v1/plans/{plan['id']}/approve/", {}, format="json").json()["approved_by"] == maya.pk
    assert api.post(f"/api/v1/plans/{plan['id']}/start/", {}, format="json").json()["state"] == "running"
    closed = api.post(f"/api/v1/plans/{plan['id']}/close/", {"lesson": "Print is dear."}, format="json").json()
    assert (closed["state"], closed["lesson"], len(closed["changes"])) == ("closed", "Print is dear.", 4)


def test_a_refusal_has_a_code_and_says_what_to_do(mira, api_as):
    answer = api_as(mira).post(f"/api/v1/plans/{PlanFactory(owner=mira).pk}/start/", {}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "plan_cannot_move")
    assert "approve" in answer.json()["message"]


def test_what_was_approved_is_not_the_draft_that_changed_meanwhile(maya, api_as):
    plan = PlanFactory(owner=maya)
    GoalFactory(plan=plan)
    api = api_as(maya)
    seen = api.get(f"/api/v1/plans/{plan.pk}/")["ETag"]
    save_part(GoalFactory.build(plan=plan, title="Another"))

    answer = api.post(f"/api/v1/plans/{plan.pk}/approve/", {}, format="json", HTTP_IF_MATCH=seen)

    assert answer.status_code == 412


def test_of_a_running_plan_only_what_became_of_it_is_changed(mira, api_as):
    plan, api = full_plan(mira), api_as(mira)
    item = f"/api/v1/plan-items/{plan.items.get().pk}/"

    assert api.patch(item, {"text": "Other"}, format="json").json()["code"] == "plan_not_draft"
    assert api.post(f"{item}remove/").json()["code"] == "plan_not_draft"
    changed = api.patch(item, {"state": "done", "result": "40 leads", "worked": True}, format="json")
    assert (changed.status_code, changed.json()["worked"]) == (200, True)


def test_revising_answers_the_new_version_which_can_be_compared(mira, api_as):
    plan, api = full_plan(mira), api_as(mira)

    version = api.post(f"/api/v1/plans/{plan.pk}/revise/")
    item = MarketingPlan.objects.get(pk=version.json()["id"]).items.get()
    api.patch(f"/api/v1/plan-items/{item.pk}/", {"text": "In a day"}, format="json")
    [found] = api.get(f"/api/v1/plans/{plan.pk}/compare/?with={version.json()['id']}").json()

    assert (version.status_code, version.json()["version_number"], version.json()["replaces"]) == (201, 2, plan.pk)
    assert (found["kind"], found["before"], found["after"]) == ("changed", "Delivered in two days", "In a day")
    assert api.get(f"/api/v1/plans/{plan.pk}/compare/?with=0").status_code == 404


def test_what_worked_is_copied_into_a_draft(mira, api_as):
    plan, draft, api = full_plan(mira), PlanFactory(owner=mira), api_as(mira)
    item = plan.items.get()
    PlanItem.objects.filter(pk=item.pk).update(worked=True)

    answer = api.post(f"/api/v1/plans/{draft.pk}/copy-items/", {"items": [item.pk]}, format="json")

    assert (answer.status_code, answer.json()["learned_from"]) == (200, plan.pk)
    assert draft.items.get().copied_from == item


def test_a_plan_says_its_gaps_its_questions_and_the_pace_of_its_goals(mira, api_as):
    plan, api = PlanFactory(owner=mira), api_as(mira)
    strategy = StrategyFactory(plan=plan)
    GoalFactory(plan=plan, measure="hand", counted=Decimal(5))
    finding = FindingFactory(valid_until=date(2026, 4, 1))
    body = {"plan": plan.pk, "question": "needed", "answer": "yes", "findings": [finding.pk]}
    assert api.post("/api/v1/plan-answers/", body, format="json").status_code == 201

    told = api.get(f"/api/v1/plans/{plan.pk}/").json()

    assert {"strategy": strategy.pk, "part": "product", "topic": "need"} in told["gaps"]
    assert (told["goals"][0]["actual"], told["questions"][0]["findings"]) == ("5", 1)
    assert told["questions"][0]["holding"] == 0


def test_an_amount_has_no_more_decimals_than_the_companys_currency(mira, api_as):
    plan = PlanFactory(owner=mira)
    strategy, digits = StrategyFactory(plan=plan), Currency.objects.of_company().minor_units
    body = {"plan": plan.pk, "strategy": strategy.pk, "topic": "message", "text": "x", "cost": "1.005"}

    answer = api_as(mira).post("/api/v1/plan-items/", body, format="json")

    assert answer.status_code == (201 if digits >= 3 else 400)


def test_sellers_and_finance_read_no_research_and_change_no_plan(rani, fina, mira, api_as):
    plan = PlanFactory(owner=mira)

    assert api_as(rani).get(f"/api/v1/plans/{plan.pk}/").status_code == 404
    assert api_as(rani).get("/api/v1/studies/").status_code == 403
    assert api_as(fina).get(f"/api/v1/plans/{plan.pk}/").status_code == 200
    assert api_as(fina).patch(f"/api/v1/plans/{plan.pk}/", {"name": "x"}, format="json").status_code == 403


def test_studies_findings_personas_and_channels_are_kept(mira, api_as):
    api = api_as(mira)
    study = api.post(
        "/api/v1/studies/", {"title": "Dust", "method": "survey", "started_on": "2026-03-01"}, format="json"
    ).json()
    finding = api.post(
        "/api/v1/findings/", {"study": study["id"], "text": "7 of 10 cough", "found_on": "2026-03-05"}, format="json"
    ).json()
    channel = api.post("/api/v1/channels/", {"name": "Radio Bali", "kind": "other"}, format="json").json()
    persona = api.post(
        "/api/v1/personas/", {"name": "Site boss", "channels": [channel["id"]], "findings": [finding["id"]]},
        format="json",
    ).json()  # fmt: skip

    assert (study["owner"], finding["holds"], channel["code"]) == (mira.pk, True, "radio-bali")
    assert (persona["channels"], persona["findings"]) == ([channel["id"]], [finding["id"]])
    assert [each["id"] for each in api.get("/api/v1/findings/?valid_on=2026-03-06").json()["results"]] == [
        finding["id"]
    ]
    assert api.post("/api/v1/channels/", {"name": "Radio Bali"}, format="json").json()["code"] == "radio-bali-2"


@pytest.mark.parametrize("path", ["plans", "plan-items", "strategies", "findings", "personas", "plan-answers"])
def test_lists_cost_the_same_for_one_row_and_for_many(path, mira, api_as, django_assert_max_num_queries):
    for _number in range(3):
        plan = PlanFactory(owner=mira)
        strategy = StrategyFactory(plan=plan, persona=PersonaFactory())
        item = ItemFactory(plan=plan, strategy=strategy, cost=Decimal(3))
        item.findings.add(FindingFactory())
        item.channel = Channel.objects.first()
        plan.answers.create(question="needed", answer="yes").findings.add(FindingFactory())
    api = api_as(mira)
    api.get(f"/api/v1/{path}/")

    with django_assert_max_num_queries(9):
        assert len(api.get(f"/api/v1/{path}/").json()["results"]) >= 3
