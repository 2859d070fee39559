"""Plans, research and channels in the admin."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Channel, Finding, MarketingPlan, PlanItem, Study
from campaigns.plans.plan import PlanState
from campaigns.plans.revising import revise
from contacts.models import Role
from deals.models import Currency
from tests.factories.campaigns_plans import (
    FindingFactory,
    GoalFactory,
    ItemFactory,
    ListSegmentFactory,
    PersonaFactory,
    PlanFactory,
    StrategyFactory,
    StudyFactory,
    full_plan,
)
from tests.factories.contacts import UserFactory
from tests.factories.deals import ProductFactory

pytestmark = pytest.mark.django_db
PLANS = "/admin/campaigns/marketingplan/"


def page_of(browser, plan):
    return browser.get(f"{PLANS}{plan.pk}/change/").content.decode()


def test_a_plan_is_begun_with_five_fields_and_its_page_is_shown(mira, admin_as):
    body = {"name": "Autumn", "market": "Java", "starts_on": "2026-10-01", "ends_on": "2026-12-31", "owner": mira.pk}

    answer = admin_as(mira).post(f"{PLANS}add/", body, follow=True)

    plan = MarketingPlan.objects.get()
    assert answer.redirect_chain[-1][0] == f"{PLANS}{plan.pk}/change/"
    assert (plan.owner, plan.changes.get().to_state) == (mira, "draft")
    assert "No goal yet" in answer.content.decode()


def test_gaps_are_shown_with_the_button_that_fills_them(mira, admin_as):
    plan = PlanFactory(owner=mira)
    strategy, browser = StrategyFactory(plan=plan), admin_as(mira)
    address = f"{PLANS}{plan.pk}/items/add/?topic=proof&amp;strategy={strategy.pk}"
    assert address in page_of(browser, plan)

    answer = browser.post(address.replace("&amp;", "&"), {"text": "A test report", "discount": "0", "state": "open"})

    item = PlanItem.objects.get()
    assert (answer.status_code, item.topic, item.strategy, item.text) == (302, "proof", strategy, "A test report")
    assert "A test report" in page_of(browser, plan)


def test_promotion_is_edited_as_a_table_in_place(mira, admin_as):
    plan = PlanFactory(owner=mira)
    strategy = StrategyFactory(plan=plan)
    item = ItemFactory(plan=plan, strategy=strategy, topic="message", text="Buy two")
    email, old, new = Channel.objects.get(code="email"), f"item{item.pk}", f"new{strategy.pk}"
    body = {
        f"{old}-text": "Buy three", f"{old}-channel": email.pk, f"{old}-starts_on": "2026-02-01",
        f"{old}-ends_on": "2026-02-28", f"{old}-cost": "500", f"{old}-owner": mira.pk, f"{old}-state": "doing",
        f"{new}-text": "Come and see", f"{new}-channel": "", f"{new}-starts_on": "", f"{new}-ends_on": "",
        f"{new}-cost": "", f"{new}-owner": "", f"{new}-state": "open",
    }  # fmt: skip

    answer = admin_as(mira).post(f"{PLANS}{plan.pk}/promotion/{strategy.pk}/", body)

    assert answer.status_code == 302
    item.refresh_from_db()
    assert (item.text, item.channel, item.cost, item.state) == ("Buy three", email, Decimal(500), "doing")
    assert PlanItem.objects.exclude(pk=item.pk).get().text == "Come and see"


def test_a_row_of_promotion_that_ends_before_it_starts_is_marked_and_nothing_is_saved(mira, admin_as):
    plan = PlanFactory(owner=mira)
    strategy = StrategyFactory(plan=plan)
    new = f"new{strategy.pk}"
    body = {
        f"{new}-text": "Odd",
        f"{new}-starts_on": "2026-03-01",
        f"{new}-ends_on": "2026-02-01",
        f"{new}-state": "open",
    }

    answer = admin_as(mira).post(f"{PLANS}{plan.pk}/promotion/{strategy.pk}/", body)

    assert "It can&#x27;t end before it starts." in answer.content.decode()
    assert not PlanItem.objects.exists()


def test_a_manager_approves_what_they_have_read(mira, maya, admin_as):
    plan, browser = PlanFactory(owner=mira), admin_as(maya)
    GoalFactory(plan=plan)
    assert "approve-note" in page_of(browser, plan)
    assert "approve-note" not in page_of(admin_as(mira), plan)

    stale = browser.post(f"{PLANS}{plan.pk}/approve/", {"version": "1-1"}, follow=True)
    assert "Read it again" in stale.content.decode()
    browser.post(f"{PLANS}{plan.pk}/approve/", {"version": MarketingPlan.objects.get().version})
    assert MarketingPlan.objects.get().state == PlanState.APPROVED
    assert admin_as(mira).post(f"{PLANS}{plan.pk}/approve/").status_code == 403


def test_a_running_plan_is_counted_written_down_revised_compared_and_closed(mira, admin_as):
    plan, browser = full_plan(mira), admin_as(mira)
    goal = GoalFactory(plan=plan, measure="hand", title="Fair talks")
    item = plan.items.get()

    browser.post(f"{PLANS}{plan.pk}/goals/{goal.pk}/count/", {"counted": "12", "counted_on": "2026-02-01"})
    body = {"state": "done", "result": "40 leads", "worked": "true"}
    browser.post(f"{PLANS}{plan.pk}/items/{item.pk}/", body)
    goal.refresh_from_db()
    item.refresh_from_db()
    assert (goal.counted, item.result, item.worked) == (12, "40 leads", True)

    browser.post(f"{PLANS}{plan.pk}/revise/")
    version = MarketingPlan.objects.get(replaces=plan)
    assert "Both say the same." in browser.get(f"{PLANS}{plan.pk}/compare/{version.pk}/").content.decode()
    browser.post(f"{PLANS}{plan.pk}/close/", {"lesson": "Fast delivery sells."})
    assert "Fast delivery sells." in page_of(browser, plan)


def test_what_an_approved_plan_says_has_no_form(mira, admin_as):
    plan, browser = full_plan(mira), admin_as(mira)

    assert "promotion/" not in page_of(browser, plan)
    answer = browser.get(f"{PLANS}{plan.pk}/goals/add/", follow=True)
    assert "Make a new version and change that." in answer.content.decode()


def test_what_worked_is_copied_with_its_result_beside_it(mira, admin_as):
    plan, draft, browser = full_plan(mira), PlanFactory(owner=mira), admin_as(mira)
    PlanItem.objects.filter(plan=plan).update(worked=True, result="40 leads")
    item = plan.items.get()
    assert "40 leads" in browser.get(f"{PLANS}{plan.pk}/worked/").content.decode()

    browser.post(f"{PLANS}{plan.pk}/copy-worked/", {"item": [item.pk], "into": draft.pk})

    assert draft.items.get().copied_from == item
    assert "40 leads" in page_of(browser, draft)


def test_the_margin_stands_beside_the_price(mira, admin_as):
    plan = PlanFactory(owner=mira)
    product = ProductFactory(name="Drill", cost=Decimal(60), currency=Currency.objects.of_company())
    ItemFactory(
        plan=plan, strategy=StrategyFactory(plan=plan), topic="price", product=product, list_price=Decimal(100),
        discount=Decimal(20), floor=Decimal(90), text="",
    )  # fmt: skip

    page = page_of(admin_as(mira), plan)

    assert "Margin after discount" in page
    assert "below the floor" in page


def test_answers_show_their_evidence_and_what_has_expired(mira, admin_as):
    plan, browser = PlanFactory(owner=mira), admin_as(mira)
    finding = FindingFactory(text="7 of 10 cough", valid_until=date(2026, 4, 1))
    body = {"answer": "yes", "text": "They do", "findings": [finding.pk]}

    browser.post(f"{PLANS}{plan.pk}/answers/add/?question=needed", body)

    page = page_of(browser, plan)
    assert "7 of 10 cough" in page
    assert "All evidence has expired" in page


def test_the_page_costs_the_same_however_much_is_in_the_plan(mira, admin_as):
    plan, browser = PlanFactory(owner=mira), admin_as(mira)
    _fill(plan, 1)
    page_of(browser, plan)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page_of(browser, plan)
    _fill(plan, 4)
    with CaptureQueriesContext(connection) as many:
        page_of(browser, plan)

    assert len(many) == len(few)


def _fill(plan, times):
    product = ProductFactory(cost=Decimal(60), currency=Currency.objects.of_company())
    for _number in range(times):
        strategy = StrategyFactory(plan=plan, persona=PersonaFactory())
        for topic in ("need", "message", "products"):
            item = ItemFactory(plan=plan, strategy=strategy, topic=topic, owner=plan.owner)
            item.findings.add(FindingFactory())
            item.products.add(product)
        ItemFactory(plan=plan, strategy=strategy, topic="price", product=product, list_price=Decimal(100))
        GoalFactory(plan=plan, measure="hand", counted=Decimal(2))


def test_a_version_leads_to_the_others(mira, admin_as):
    plan = full_plan(mira)
    version = revise(plan, by=mira)

    assert f"{PLANS}{plan.pk}/change/" in page_of(admin_as(mira), version)


@pytest.mark.parametrize("path", ["marketingplan", "study", "persona", "channel"])
def test_the_lists_open(path, mira, admin_as):
    PersonaFactory()
    FindingFactory()
    PlanFactory(owner=mira)

    assert admin_as(mira).get(f"/admin/campaigns/{path}/").status_code == 200


def test_those_who_may_not_see_plans_find_none(rani, mira, admin_as):
    assert admin_as(rani).get(f"{PLANS}{PlanFactory(owner=mira).pk}/change/").status_code in (403, 404)


def test_findings_are_written_down_at_their_study_and_say_what_they_led_to(mira, admin_as):
    study, browser = StudyFactory(title="Dust", owner=mira), admin_as(mira)
    body = {
        "title": "Dust", "method": "survey", "market": "", "started_on": "2026-03-01", "owner": mira.pk, "source": "",
        "finished_on": "", "summary": "", "findings-TOTAL_FORMS": 1, "findings-INITIAL_FORMS": 0,
        "findings-0-text": "7 of 10 cough", "findings-0-found_on": "2026-03-05", "findings-0-confidence": "high",
    }  # fmt: skip
    browser.post(f"/admin/campaigns/study/{study.pk}/change/", body)
    finding = Finding.objects.get()
    item = ItemFactory(plan=(plan := PlanFactory(owner=mira)), strategy=StrategyFactory(plan=plan))
    item.findings.add(finding)

    page = browser.get(f"/admin/campaigns/study/{study.pk}/change/").content.decode()

    assert Study.objects.get().findings.get().confidence == "high"
    assert f"{PLANS}{plan.pk}/change/" in page


def test_a_persona_shows_the_segments_and_plans_it_stands_for(mira, admin_as):
    persona, segment = PersonaFactory(name="Site boss"), ListSegmentFactory(name="Builders")
    StrategyFactory(plan=(plan := PlanFactory(owner=mira)), segment=segment, persona=persona)
    browser = admin_as(mira)
    body = {"name": "Site boss", "segments": [segment.pk], "is_active": "on"}
    browser.post(f"/admin/campaigns/persona/{persona.pk}/change/", body)

    page = browser.get(f"/admin/campaigns/persona/{persona.pk}/change/").content.decode()

    assert (list(segment.personas.all()), "Builders" in page) == ([persona], True)
    assert f"{PLANS}{plan.pk}/change/" in page
    assert "Site boss" in page_of(browser, plan)


def test_a_channel_of_ones_own_gets_its_code_from_its_name(mira, admin_as):
    admin_as(mira).post("/admin/campaigns/channel/add/", {"name": "Radio Bali", "kind": "other"})

    assert Channel.objects.get(code="radio-bali").name == "Radio Bali"


def test_tabs_are_for_those_who_may_read_what_is_on_them(admin_as, mira):
    plan = PlanFactory(owner=mira)
    role = Role.objects.create(code="planner", name="Planner", scope="all")
    role.permissions.set(Permission.objects.filter(codename="view_marketingplan"))
    reader = UserFactory(role=role)

    def tabs(user):
        return re.findall(r'class="dl-tab" href="[?]tab=(\w+)"', page_of(admin_as(user), plan))

    assert (tabs(mira), tabs(reader)) == (["budget", "results"], [])
    assert 'id="inside"' in admin_as(reader).get(f"{PLANS}{plan.pk}/change/?tab=budget").content.decode()


def test_what_a_plan_says_is_not_read_for_another_tab(admin_as, mira):
    plan, browser = PlanFactory(owner=mira), admin_as(mira)

    with CaptureQueriesContext(connection) as asked:
        browser.get(f"{PLANS}{plan.pk}/change/?tab=budget")

    assert not [each for each in asked if each["sql"].startswith('SELECT "campaigns_planitem"')]
