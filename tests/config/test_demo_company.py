"""The demo company as it is found: coherent, dated relative to today, open to each role, closed in production."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Q
from django.test import TestCase
from django.utils import timezone

from campaigns.budgets.figures import standings
from campaigns.experiments.experiment import ExperimentState
from campaigns.models import AttributionRun, Campaign, Experiment, MarketingPlan, Segment, Touch
from campaigns.results.asking import Question
from campaigns.results.figures import results_of
from campaigns.results.funnel import FunnelQuestion, funnel
from config.common import demo
from config.common.integrity import check_names, prove
from config.integrations.announcing import event_recorded
from config.integrations.models import Event
from contacts.models import Company, Contact, ContactEmail, ContactPhone, LifecycleChange, User
from deals.models import Deal, DealLine, ExchangeRate, StageChange
from deals.pipeline.moving import open_deal

pytestmark = pytest.mark.django_db
LOGINS = ("admin", "marketer", "rep", "manager", "finance")


@pytest.fixture(scope="module", autouse=True)
def nudged(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[int]]:
    """The company, loaded once for all these tests and taken back after them; the events that were sent on at once."""
    heard: list[int] = []

    def hear(*, event_id: int, **kwargs: Any) -> None:
        heard.append(event_id)

    event_recorded.connect(hear)
    with django_db_blocker.unblock(), transaction.atomic():
        with TestCase.captureOnCommitCallbacks(execute=True):
            demo.load()
        event_recorded.disconnect(hear)
        yield heard
        transaction.set_rollback(True)


def newest(model: Any, column: str) -> Any:
    return model.objects.order_by(f"-{column}").values_list(column, flat=True).first()


def test_its_history_is_no_news(nudged: list[int]) -> None:
    assert Event.objects.exists()
    assert not [Event.objects.get(pk=pk).name for pk in nudged]
    assert not Event.objects.filter(delivered_at=None).exists()


def test_it_can_be_loaded_again_without_changing_anything() -> None:
    before = [model.objects.count() for model in (User, Contact, Deal, StageChange, Event)]

    call_command("load_demo", verbosity=0)
    demo.load()

    assert [model.objects.count() for model in (User, Contact, Deal, StageChange, Event)] == before


def test_everything_in_it_holds(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10 * len(check_names())):
        verdicts = list(prove())

    assert [str(finding) for verdict in verdicts for finding in verdict.findings] == []
    looked_at = {verdict.check.name: verdict.looked_at for verdict in verdicts}
    assert [name for name, number in looked_at.items() if not number] == ["integrations.deliveries"]


@pytest.mark.parametrize("name", LOGINS)
def test_each_role_can_sign_in(name: str) -> None:
    assert authenticate(username=f"{name}@tandem.example", password="tandem") is not None


def test_the_rep_is_in_the_managers_team_and_others_are_not() -> None:
    rep, manager = User.objects.get(email="rep@tandem.example"), User.objects.get(email="manager@tandem.example")
    other = User.objects.get(email="hau@tandem.example")

    assert rep.team_id in manager.team_ids
    assert other.team_id not in manager.team_ids


@pytest.mark.parametrize("address", ["admin@tandem.example", " Admin@Tandem.Example "])
def test_its_logins_are_refused_in_production(settings: Any, address: str) -> None:
    settings.DEMO_COMPANY_ALLOWED = False

    assert authenticate(username=address, password="tandem") is None


def test_it_has_something_of_everything() -> None:
    assert Company.objects.count() == 40
    assert 140 <= Contact.objects.count() <= 160
    assert 55 <= Deal.objects.count() <= 65
    assert set(Deal.objects.values_list("outcome", flat=True)) == {"open", "won", "lost"}
    assert set(Deal.objects.values_list("currency", flat=True)) == {"IDR", "VND", "USD"}
    assert set(Contact.objects.values_list("lifecycle_stage", flat=True)) == {
        "subscriber", "lead", "mql", "sql", "opportunity", "customer", "evangelist", "other",
    }  # fmt: skip
    assert Deal.objects.filter(company=None, people=None).exists()
    assert Deal.objects.open().filter(stage_since__lt=timezone.now() - timedelta(days=60)).exists()
    assert Deal.objects.won().filter(closed_on__gte=timezone.localdate() - timedelta(days=14)).count() >= 3
    assert Deal.objects.open().filter(own_probability__isnull=False).exists()


def test_every_row_is_one_that_a_form_would_take() -> None:
    for model in (User, Company, Contact, ContactEmail, ContactPhone, Deal, DealLine):
        for row in model._default_manager.all():
            row.full_clean()


def test_addresses_are_under_a_domain_that_nobody_can_own() -> None:
    assert not User.objects.exclude(email__endswith=".example").exists()
    assert not ContactEmail.objects.exclude(address__endswith=".example").exists()
    assert not Company.objects.exclude(domain__endswith=".example").exists()


def test_every_lifecycle_is_told_in_order() -> None:
    changes: dict[tuple[Any, Any], list[LifecycleChange]] = {}
    for change in LifecycleChange.objects.order_by("id"):
        changes.setdefault((change.contact_id, change.company_id), []).append(change)

    for rows in changes.values():
        assert rows[0].from_stage == ""
        assert all(earlier.to_stage == later.from_stage for earlier, later in pairwise(rows))
        # Two rows at one moment would mean that a date was moved to keep the order.
        assert all(earlier.at < later.at for earlier, later in pairwise(rows))


def test_every_deal_is_told_in_order_and_stays_where_its_history_ends() -> None:
    for deal in Deal.objects.prefetch_related("stage_changes"):
        rows = sorted(deal.stage_changes.all(), key=lambda row: row.pk)
        assert all(earlier.at <= later.at for earlier, later in pairwise(rows))
        assert all(earlier.to_stage_id == later.from_stage_id for earlier, later in pairwise(rows))
        assert (rows[-1].to_stage_id, rows[-1].to_outcome) == (deal.stage_id, deal.outcome)
        assert rows[0].at == deal.created_at


def test_a_deal_with_lines_is_worth_their_sum() -> None:
    with_lines = Deal.objects.annotate(count=Count("lines")).filter(count__gt=0)

    assert with_lines.count() > 50
    for deal in with_lines.select_related("currency").prefetch_related("lines"):
        assert deal.amount == sum(line.total(deal.currency.minor_units) for line in deal.lines.all())


def test_nothing_happens_in_the_future_and_the_past_year_is_full() -> None:
    now = timezone.now()
    for model, column in ((LifecycleChange, "at"), (StageChange, "at"), (Event, "occurred_at"), (Contact, "created_at"),
                          (Deal, "updated_at"), (Contact, "updated_at"), (Company, "updated_at")):  # fmt: skip
        assert now - timedelta(days=30) < newest(model, column) <= now, (model, column)
    assert Contact.objects.filter(created_at__lt=now - timedelta(days=300)).exists()
    assert Deal.objects.filter(opened_on__lt=timezone.localdate() - timedelta(days=240)).exists()
    assert not Contact.objects.filter(updated_at__lt=F("created_at")).exists()


def test_histories_of_edits_are_dated_too() -> None:
    for model in (Contact, Company, Deal, User):
        history = model.history.model.objects
        assert not history.filter(history_date__gt=timezone.now() - timedelta(hours=1)).exists()
        assert history.filter(history_type="+").count() == model._default_manager.count()
    assert not Deal.history.model.objects.filter(history_user=None).exists()


def test_there_is_a_rate_for_the_day_of_every_deal() -> None:
    for deal in Deal.objects.exclude(currency="USD"):
        assert ExchangeRate.objects.on(deal.currency_id, deal.opened_on) is not None


def test_what_happens_after_loading_is_news_of_today() -> None:
    rep = User.objects.get(email="rep@tandem.example")

    deal = open_deal(name="New", owner=rep, by=rep)

    event = Event.objects.get(subject_type="deals.deal", subject_id=deal.pk)
    assert event.delivered_at is None
    assert deal.history.get().history_date > timezone.now() - timedelta(minutes=5)


def test_names_are_as_people_have_them() -> None:
    one_word = ~Q(full_name__contains=" ")

    assert Contact.objects.filter(one_word, country="ID").count() > 10
    vietnamese = Contact.objects.filter(country="VN").exclude(family_name="")
    assert all(contact.full_name.startswith(contact.family_name) for contact in vietnamese)
    assert re.search("[ễướạ]", " ".join(vietnamese.values_list("full_name", flat=True)))


def test_one_plan_is_closed_with_its_lesson_and_one_runs_with_gaps_left_to_fill() -> None:
    closed, running = MarketingPlan.objects.order_by("starts_on")

    assert (closed.state, bool(closed.lesson), closed.items.filter(worked=True).exists()) == ("closed", True, True)
    assert (running.state, running.approved_by.email) == ("running", "manager@tandem.example")
    assert {strategy.segment.name for strategy in running.strategies.all()} >= {"Cold chain"}
    assert not running.items.filter(topic="proof", strategy__segment__name="Cold chain").exists()


def test_the_segments_have_members() -> None:
    assert Segment.objects.count() == 5
    assert not Segment.objects.filter(size__lt=3).exists()


def test_campaigns_are_finished_running_near_the_budget_and_planned() -> None:
    by_state = {campaign.state: campaign for campaign in Campaign.objects.all()}
    standing = standings([by_state["running"]])[by_state["running"].pk]

    assert set(by_state) == {"finished", "running", "planned"}
    assert 0.85 < standing.actual / standing.planned < 1
    assert standing.number_waiting == 1


def test_the_finished_campaign_brought_money_and_the_planned_one_not_yet() -> None:
    results = {
        campaign.state: results_of(Question(user=None, campaign=campaign.pk)) for campaign in Campaign.objects.all()
    }

    assert results["finished"]["return"].value > 0
    assert results["planned"]["return"].value is None


def test_every_model_shares_money_and_some_won_deals_have_no_touch() -> None:
    runs = AttributionRun.objects.filter(is_current=True)

    assert runs.count() == 7
    assert all(run.shared_amount > 0 and 0 < run.untouched < run.deals for run in runs)


def test_the_funnel_tells_where_people_came_from() -> None:
    admin = User.objects.get(email="admin@tandem.example")

    assert len(funnel(FunnelQuestion(admin, by="campaign"))) > 1


def test_one_test_was_decided_by_its_rule_and_one_runs() -> None:
    assert list(Experiment.objects.order_by("pk").values_list("state", "stopped_early")) == [
        (ExperimentState.DECIDED, False),
        (ExperimentState.RUNNING, False),
    ]


def test_touches_are_of_the_past_and_none_of_the_story_is_news() -> None:
    assert not Touch.objects.filter(at__gt=timezone.now()).exists()
    assert not Event.objects.filter(name__startswith="campaigns.", delivered_at=None).exists()
