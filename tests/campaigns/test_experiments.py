"""A/B tests: stated before, shared out once, stopped by their rule, decided with their figures."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns.capture.touch import TouchKind
from campaigns.experiments.assigning import assign_contacts, assign_visitor, choose
from campaigns.experiments.counting import Rule, results_of
from campaigns.experiments.experiment import ExperimentMeasure
from campaigns.experiments.moving import decide, start, stop, stop_those_due
from campaigns.models import Assignment, Campaign, Experiment, ExperimentChange, Touch, Visitor
from config.common.errors import DomainError
from contacts.lifecycle.adding import add_contact
from tests.factories.campaigns import CampaignFactory, LinkFactory
from tests.factories.campaigns_experiments import ExperimentFactory, add_variant, answer, ready_test, take_part
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db


def code_of(act, *args, **given):
    with pytest.raises(DomainError) as refused:
        act(*args, **given)
    return refused.value.code


def figures(experiment):
    results = results_of(experiment, timezone.localdate())
    return [(arm.conversions, arm.people) for arm in results.comparison.arms]


@pytest.fixture
def running(mira):
    return start(ready_test(), by=mira)


def test_the_size_is_reckoned_when_a_test_begins(mira):
    assert start(ready_test(), by=mira).needed_per_variant == 1094


def test_a_test_of_one_variant_does_not_begin(mira):
    experiment = ExperimentFactory()
    add_variant(experiment, "A")
    assert code_of(start, experiment, by=mira) == "variants_missing"


def test_a_test_without_control_does_not_begin(mira):
    experiment = ExperimentFactory()
    for name in ("A", "B"):
        add_variant(experiment, name, is_control=False)
    assert code_of(start, experiment, by=mira) == "control_missing"


def test_a_variant_shows_what_the_test_compares(mira):
    experiment = ready_test()
    add_variant(experiment, "C", link=None)
    assert code_of(start, experiment, by=mira) == "variant_of_other_kind"


def test_a_variant_shows_something_of_the_same_campaign(mira):
    experiment = ready_test()
    add_variant(experiment, "C", link=LinkFactory())
    assert code_of(start, experiment, by=mira) == "variant_of_other_campaign"


def test_a_running_test_does_not_begin_again(running, mira):
    assert code_of(start, running, by=mira) == "experiment_running"


def test_before_the_rule_is_met_stopping_takes_a_reason(running, mira):
    assert code_of(stop, running, by=mira) == "reason_missing"


def test_what_is_stopped_before_the_rule_is_met_counts_as_early(running, mira):
    stopped = stop(running, by=mira, reason="The page was wrong")
    change = ExperimentChange.objects.filter(experiment=running).first()
    assert (stopped.stopped_early, change.reason) == (True, "The page was wrong")


def test_a_test_stops_by_itself_once_every_variant_has_its_size(running):
    Experiment.objects.filter(pk=running.pk).update(needed_per_variant=3)
    for variant in running.variants.all():
        take_part(variant, 3)
    stop_those_due()
    running.refresh_from_db()
    assert (running.state, running.stopped_early) == ("stopped", False)


def test_a_test_stops_by_itself_on_its_day(running):
    Experiment.objects.filter(pk=running.pk).update(stops_on=timezone.localdate())
    running.refresh_from_db()
    assert results_of(running, timezone.localdate()).rule_met == Rule.DAY
    assert stop_those_due() == 1


def test_a_decision_keeps_the_figures_of_its_moment(running, mira):
    control, other = running.variants.all()
    take_part(control, 10, 1)
    take_part(other, 10, 4)
    stopped = stop(running, by=mira, reason="Enough")
    decided = decide(stopped, by=mira, winner=other, text="B it is")
    kept = ExperimentChange.objects.filter(experiment=running).first().figures
    assert ([arm["conversions"] for arm in kept["arms"]], decided.winner) == ([1, 4], other)


def test_a_running_test_is_not_decided(running, mira):
    assert code_of(decide, running, by=mira, text="B") == "experiment_running"


def test_the_winner_is_one_of_its_own(running, mira):
    stopped = stop(running, by=mira, reason="Enough")
    strange = add_variant(ExperimentFactory(), "Z")
    assert code_of(decide, stopped, by=mira, winner=strange, text="Z") == "winner_of_other_test"


def test_a_visitor_keeps_their_variant(running):
    visitor = Visitor.objects.create(key="k", first_seen_at=timezone.now())
    given = {assign_visitor(running, visitor, timezone.now()).pk for _again in range(3)}
    assert (len(given), Assignment.objects.count()) == (1, 1)


def test_weights_share_people_out():
    experiment = ExperimentFactory()
    variants = [add_variant(experiment, "A", weight=1), add_variant(experiment, "B", weight=3)]
    chosen = [choose(experiment, variants, f"visitor:{number}").name for number in range(2000)]
    assert 0.7 < chosen.count("B") / 2000 < 0.8


def test_contacts_get_their_mail_once_and_for_all(running):
    contacts = [ContactFactory(), ContactFactory()]
    assert assign_contacts(running, contacts) == assign_contacts(running, contacts)


def test_nobody_new_takes_part_in_a_stopped_test(running, mira):
    stop(running, by=mira, reason="Enough")
    assert code_of(assign_contacts, Experiment.objects.get(), [ContactFactory()]) == "experiment_not_running"


def test_an_answer_after_the_assignment_converts_and_one_before_does_not(running):
    control = running.variants.first()
    early, late = take_part(control, 2)
    answer(early, running.campaign, at=timezone.now() - timedelta(days=1))
    answer(late, running.campaign)
    answer(late, running.campaign)
    assert figures(running)[0] == (1, 2)


def test_being_led_through_the_variants_own_link_is_no_answer(running):
    control = running.variants.first()
    (visitor,) = take_part(control, 1)
    answer(visitor, running.campaign, kind=TouchKind.CLICK, link=control.link)
    assert figures(running)[0] == (0, 1)


def test_an_answer_to_another_campaign_does_not_count(running):
    (visitor,) = take_part(running.variants.first(), 1)
    answer(visitor, CampaignFactory())
    assert figures(running)[0] == (0, 1)


def test_becoming_a_lead_converts(mira):
    experiment = start(ready_test(measure=ExperimentMeasure.LEAD), by=mira)
    (visitor,) = take_part(experiment.variants.first(), 1)
    Visitor.objects.filter(pk=visitor.pk).update(contact=add_contact(by=None, full_name="Sari", stage="lead"))
    assert figures(experiment)[0] == (1, 1)


def test_what_comes_after_the_stop_does_not_count(running, mira):
    (visitor,) = take_part(running.variants.first(), 1)
    stopped = stop(running, by=mira, reason="Enough")
    answer(visitor, running.campaign, at=timezone.now() + timedelta(minutes=1))
    assert figures(stopped)[0] == (0, 1)


def test_results_take_the_same_queries_for_many_people(running, django_assert_num_queries):
    for variant in running.variants.all():
        take_part(variant, 20, 5)
    with django_assert_num_queries(3):
        results_of(Experiment.objects.select_related("campaign").get(), timezone.localdate())


def test_a_visitor_is_led_to_the_same_link_each_time(running, client):
    browser = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux) Firefox/140.0"}
    first = client.get(f"/x/{running.code}/", **browser)
    again = client.get(f"/x/{running.code}/", **browser)
    assert (first.status_code, first.url) == (302, again.url)
    assert Assignment.objects.count() == 1


def test_the_whole_way_through_a_test_leaves_one_visitor_and_one_click(running, client):
    client.get(f"/x/{running.code}/", follow=False, HTTP_USER_AGENT="Mozilla/5.0 Firefox/140.0")
    link = Assignment.objects.get().variant.link
    client.get(f"/t/{link.code}", HTTP_USER_AGENT="Mozilla/5.0 Firefox/140.0")
    assert (Touch.objects.get().visitor, Visitor.objects.count()) == (Assignment.objects.get().visitor, 1)


def test_a_program_sees_the_control_and_takes_no_part(running, client):
    answered = client.get(f"/x/{running.code}/", HTTP_USER_AGENT="Googlebot/2.1")
    control = running.variants.get(is_control=True)
    assert (answered.url, Assignment.objects.count()) == (f"/t/{control.link.code}", 0)


def test_a_decided_test_leads_everybody_to_its_winner(running, mira, client):
    winner = running.variants.get(name="B")
    decide(stop(running, by=mira, reason="Enough"), by=mira, winner=winner, text="B")
    assert client.get(f"/x/{running.code}/").url == f"/t/{winner.link.code}"


def test_an_unknown_test_is_not_found(client):
    assert client.get("/x/nothing/").status_code == 404


# --- The API and the command line -------------------------------------------------------------------------------------


def test_a_test_goes_its_whole_way_by_the_api(iris, api_as):
    api, campaign = api_as(iris), CampaignFactory()
    body = {
        "name": "Short page", "code": "short-page", "campaign": campaign.pk, "hypothesis": "Short is better",
        "base_rate": "0.2", "smallest_effect": "0.05",
    }  # fmt: skip
    test = api.post("/api/v1/experiments/", body, format="json").json()
    for place, name in enumerate(("A", "B")):
        link = LinkFactory(campaign=campaign)
        given = {"experiment": test["id"], "name": name, "link": link.pk, "is_control": place == 0}
        assert api.post("/api/v1/variants/", given, format="json").status_code == 201
    address = f"/api/v1/experiments/{test['id']}/"
    assert api.post(f"{address}start/").json()["needed_per_variant"] == 1094
    who = ContactFactory()
    assigned = api.post(f"{address}assign/", {"contacts": [who.pk]}, format="json").json()
    assert assigned[0]["contact"] == who.pk
    assert api.get(f"{address}results/").json()["rule_met"] is None
    assert api.post(f"{address}stop/", {"reason": "Enough"}, format="json").json()["stopped_early"]
    decided = api.post(f"{address}decide/", {"text": "No difference"}, format="json").json()
    assert (decided["state"], decided["winner"]) == ("decided", None)


def test_what_a_running_test_states_is_not_changed_by_the_api(running, iris, api_as):
    address = f"/api/v1/experiments/{running.pk}/"
    assert api_as(iris).patch(address, {"hypothesis": "Other"}, format="json").json()["code"] == "experiment_began"


def test_weights_of_a_running_test_are_not_changed_by_the_api(running, iris, api_as):
    address = f"/api/v1/variants/{running.variants.first().pk}/"
    assert api_as(iris).patch(address, {"weight": 9}, format="json").json()["code"] == "experiment_began"


def test_a_rep_sees_no_tests(running, rani, api_as):
    assert api_as(rani).get(f"/api/v1/experiments/{running.pk}/").status_code == 404


def test_figures_from_elsewhere_are_compared_by_the_api(mira, api_as):
    arms = [{"name": "A", "conversions": 850, "people": 44700}, {"name": "B", "conversions": 900, "people": 44700}]
    found = api_as(mira).post("/api/v1/ab-test/", {"arms": arms}, format="json").json()
    assert (round(found["comparisons"][0]["p"], 4), found["verdict"]) == (0.2274, "no_proof")


def ab_test(*arguments):
    out = StringIO()
    call_command("ab_test", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_answers_in_sentences():
    assert "p = 0.227" in ab_test("--a", "850/44700", "--b", "900/44700")


def test_the_command_answers_in_json():
    found = json.loads(ab_test("--a", "850/44700", "--b", "980/44700", "--format", "json"))
    assert found["better"] == "B"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--a", "850"), ("--a", "1/2"), ("--a", "3/2", "--b", "1/2"), ("--a", "1/2", "--c", "1/2"),
        ("--a", "1/2", "--b", "1/2", "--power", "x"), ("--base", "0.02"),
    ],
)  # fmt: skip
def test_the_command_tells_bad_input(arguments):
    with pytest.raises(CommandError):
        ab_test(*arguments)


def test_campaigns_that_are_over_begin_no_test(mira):
    experiment = ready_test()
    Campaign.objects.filter(pk=experiment.campaign_id).update(state="finished")
    with pytest.raises(DomainError):
        start(Experiment.objects.get(pk=experiment.pk), by=mira)
