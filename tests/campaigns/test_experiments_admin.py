"""What staff see and do on the pages of A/B tests."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.admin.campaigns.parts import Tab, parts_of
from campaigns.experiments.moving import decide, start, stop
from campaigns.models import Experiment, Variant
from tests.factories.campaigns import CampaignFactory, LinkFactory
from tests.factories.campaigns_experiments import ExperimentFactory, add_variant, ready_test, take_part

pytestmark = pytest.mark.django_db
LIST = reverse("admin:campaigns_experiment_changelist")


def page_of(experiment):
    return reverse("admin:campaigns_experiment_change", args=[experiment.pk])


@pytest.fixture
def running(mira):
    experiment = start(ready_test(owner=mira), by=mira)
    control, other = experiment.variants.all()
    take_part(control, 30, 3)
    take_part(other, 31, 9)
    return experiment


def test_a_test_is_added_on_one_page(mira, admin_as):
    given = {
        "name": "Short page", "code": "short-page", "campaign": CampaignFactory().pk, "hypothesis": "Short is better",
        "compares": "links", "measure": "response", "base_rate": "0.2", "smallest_effect": "0.05",
        "significance": "0.05", "power": "0.8", "stops_on": "", "owner": mira.pk,
    }  # fmt: skip
    answered = admin_as(mira).post(reverse("admin:campaigns_experiment_add"), given)
    assert answered.url == page_of(Experiment.objects.get())


def test_a_draft_gets_its_variants_on_its_page(mira, admin_as):
    experiment = ExperimentFactory()
    link = LinkFactory(campaign=experiment.campaign)
    strange = LinkFactory()
    page = admin_as(mira).get(page_of(experiment)).content.decode()
    assert (link.name in page, strange.name in page) == (True, False)
    given = {
        "name": experiment.name, "code": experiment.code, "campaign": experiment.campaign_id, "hypothesis": "Other",
        "compares": "links", "measure": "response", "base_rate": "0.2", "smallest_effect": "0.05",
        "significance": "0.05", "power": "0.8", "stops_on": "", "owner": experiment.owner_id,
        "version": experiment.version if hasattr(experiment, "version") else "",
        "variants-TOTAL_FORMS": 1, "variants-INITIAL_FORMS": 0, "variants-0-name": "A", "variants-0-is_control": "on",
        "variants-0-weight": 1, "variants-0-link": link.pk, "variants-0-experiment": experiment.pk,
    }  # fmt: skip
    admin_as(mira).post(page_of(experiment), given)
    assert Variant.objects.get().link == link


def test_the_page_of_a_running_test_says_that_its_rule_is_not_met(running, mira, admin_as):
    page = admin_as(mira).get(page_of(running)).content.decode()
    assert "The rule isn&#x27;t met yet." in page
    assert "The smallest variant has 30 of 1,094 people (2 %)." in page


def test_a_draft_is_started_from_its_page(mira, admin_as):
    experiment = ready_test()
    admin_as(mira).post(reverse("admin:campaigns_experiment_start", args=[experiment.pk]))
    experiment.refresh_from_db()
    assert experiment.state == "running"


def test_a_refused_start_says_why(mira, admin_as):
    experiment = ExperimentFactory()
    url = reverse("admin:campaigns_experiment_start", args=[experiment.pk])
    assert "needs at least two variants" in admin_as(mira).post(url, follow=True).content.decode()


def test_a_running_test_is_stopped_early_and_decided_from_its_page(running, mira, admin_as):
    browser = admin_as(mira)
    browser.post(reverse("admin:campaigns_experiment_stop", args=[running.pk]), {"reason": "Enough"})
    winner = running.variants.last()
    decided = {"winner": winner.pk, "text": "B it is"}
    page = browser.post(reverse("admin:campaigns_experiment_decide", args=[running.pk]), decided, follow=True)
    assert "Decided: B." in page.content.decode()
    assert "stopped before its rule was met" in page.content.decode()


def test_what_a_running_test_states_is_not_changed_on_its_page(running, mira, admin_as):
    assert admin_as(mira).post(page_of(running), {"hypothesis": "Other"}).status_code == 403


def test_a_rep_finds_no_page_of_a_test(running, rani, admin_as):
    assert admin_as(rani).get(page_of(running)).status_code in (403, 404)


def test_whoever_only_reads_finds_no_buttons(running, maya, admin_as):
    assert "Stop early" not in admin_as(maya).get(page_of(running)).content.decode()


def test_the_list_takes_the_same_queries_for_many_tests(running, mira, admin_as):
    browser = admin_as(mira)
    browser.get(LIST)
    with CaptureQueriesContext(connection) as one:
        page = browser.get(LIST).content.decode()
    for _another in range(3):
        ready_test()
    with CaptureQueriesContext(connection) as many:
        browser.get(LIST)
    assert "1 test is running, 0 wait for a decision." in page
    assert len(many) == len(one)


def test_the_campaign_shows_its_tests(running, mira):
    (part,) = [part for part in parts_of(running.campaign, mira, Tab.RESULTS) if part.order == 80]
    assert part.context["tests"] == [running]


def test_a_stopped_test_waits_for_its_owner(running, mira, admin_as):
    stop(running, by=mira, reason="Enough")
    assert "1 wait for a decision" in admin_as(mira).get(LIST).content.decode()


def test_nobody_took_part_is_said_plainly(mira, admin_as):
    experiment = ready_test()
    add_variant(experiment, "C")
    experiment = stop(start(experiment, by=mira), by=mira, reason="Wrong page")
    decide(experiment, by=mira, text="Nothing to see")
    assert "Decided: no difference." in admin_as(mira).get(page_of(experiment)).content.decode()
