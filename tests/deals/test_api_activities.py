"""``/api/v1/activities/`` and what belongs to them: promises, reminders, care plans, one's own settings."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from config.integrations.models import Event
from contacts.models import User
from deals.activities.doing import log
from deals.agenda.my_day import needs_me
from deals.models import Activity, ActivityChange, CarePlan, Pipeline, Reminder, SalesPolicy
from tests.factories.activities import ActivityFactory
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory
from tests.factories.quotes import sent_quote

pytestmark = pytest.mark.django_db
URL = "/api/v1/activities/"
As = Callable[[User], APIClient]

# A Wednesday; in Jakarta it is 09:00.
NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def post(api: APIClient, body: Any, path: str = URL, **headers: Any) -> Any:
    return api.post(path, body, format="json", **headers)


def verb(api: APIClient, row: Any, name: str, body: Any = None, **headers: Any) -> Any:
    kind = "reminders" if isinstance(row, Reminder) else "activities"
    return api.post(f"/api/v1/{kind}/{row.pk}/{name}/", body or {}, format="json", **headers)


def refusal(answer: Any) -> str:
    assert answer.status_code == 409, answer.content
    code: str = answer.json()["code"]
    return code


# --- Plan ---


def test_a_call_is_planned_for_an_hour_with_who_takes_part_and_when_to_remind(
    rani: User, maya: User, api_as: As
) -> None:
    deal = DealFactory(owner=rani, company=CompanyFactory(owner=rani), contacts=[sri := ContactFactory(owner=rani)])
    body = {
        "kind": "meeting",
        "subject": "Show the pump",
        "deal": deal.pk,
        "starts_at": "2026-05-14T03:00:00Z",
        "minutes": 45,
        "place": "Bandung",
        "attendees": [{"contact": sri.pk}],
        "reminders": [{"minutes_before": 30}, {"at_time": "18:00", "days_before": 1}],
    }

    answer = post(api_as(rani), body)

    row = answer.json()
    assert answer.status_code == 201, answer.content
    assert (row["owner"], row["state"], row["due_on"], row["due_at"]) == (
        rani.pk,
        "planned",
        "2026-05-14",
        "2026-05-14T03:00:00Z",
    )
    assert (row["contact"], row["company"], row["attendees"]) == (
        sri.pk,
        deal.company_id,
        [{"user": None, "contact": sri.pk}],
    )
    moments = Reminder.objects.filter(activity=row["id"], purpose="remind").values_list("due_at", flat=True)
    assert sorted(moments) == [datetime(2026, 5, 13, 11, tzinfo=UTC), datetime(2026, 5, 14, 2, 30, tzinfo=UTC)]


def test_a_task_for_a_day_needs_kind_subject_and_day_alone(rani: User, api_as: As) -> None:
    row = post(api_as(rani), {"kind": "task", "subject": "Write", "due_on": "2026-05-15"}).json()

    assert (row["owner"], row["starts_at"], row["due_at"], row["is_overdue"]) == (
        rani.pk,
        None,
        "2026-05-15T17:00:00Z",
        False,
    )
    assert Reminder.objects.filter(activity=row["id"], purpose="remind").count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "letter"}, "kind"),
        ({"subject": " "}, "subject"),
        ({"due_on": "2026-02-30"}, "due_on"),
        ({"starts_at": "0999-01-01T00:00:00Z"}, "starts_at"),
        ({"minutes": 0}, "minutes"),
        ({"reminders": [{}]}, "reminders.0"),
        ({"reminders": [{"minutes_before": 5, "at_time": "08:00"}]}, "reminders.0"),
        ({"reminders": [{"days_before": 1}]}, "reminders.0"),
        ({"attendees": [{}]}, "attendees.0"),
        ({"state": "done"}, "state"),
        ({"done_at": "2026-05-12T00:00:00Z"}, "done_at"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_can_not_be_understood_is_told_at_its_field(
    rani: User, api_as: As, change: dict[str, Any], field: str
) -> None:
    answer = post(api_as(rani), {"kind": "task", "subject": "Write", "due_on": "2026-05-15"} | change)

    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert not Activity.objects.exists()


def test_a_promise_without_a_day_and_a_reminder_before_no_hour_are_refused(rani: User, api_as: As) -> None:
    api, task = api_as(rani), {"kind": "task", "subject": "Write"}

    assert refusal(post(api, task)) == "activity_needs_a_time"
    assert refusal(post(api, task | {"due_on": "2026-05-15", "reminders": [{"minutes_before": 5}]})) == (
        "reminder_needs_an_hour"
    )
    assert not Activity.objects.exists()


def test_an_integration_plans_for_people_and_not_for_itself(iris: User, rani: User, api_as: As) -> None:
    api, task = api_as(iris), {"kind": "task", "subject": "Write", "due_on": "2026-05-15"}

    assert refusal(post(api, task)) == "owner_inactive"
    assert post(api, task | {"owner": rani.pk}).json()["created_by"] == iris.pk


@pytest.mark.parametrize("field", ["deal", "contact", "company"])
def test_nothing_is_planned_about_what_one_may_not_see(rani: User, bima: User, api_as: As, field: str) -> None:
    made = {"deal": DealFactory, "contact": ContactFactory, "company": CompanyFactory}[field]
    hidden = made(owner=bima)

    answer = post(api_as(rani), {"kind": "task", "subject": "Write", "due_on": "2026-05-15", field: hidden.pk})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


# --- Change ---


def test_what_it_says_is_corrected_and_what_becomes_of_it_is_not(rani: User, bima: User, api_as: As) -> None:
    promise, api = ActivityFactory(owner=rani), api_as(rani)
    address = f"{URL}{promise.pk}/"

    changed = api.patch(address, {"subject": "Call again", "place": "Solo"}, format="json")

    assert (changed.json()["subject"], changed.json()["place"]) == ("Call again", "Solo")
    ways = {
        "state": ("done", "/complete/"),
        "outcome": ("reached", "/complete/"),
        "owner": (bima.pk, "/reassign/"),
        "due_on": ("2026-06-01", "/reschedule/"),
        "starts_at": ("2026-06-01T00:00:00Z", "/reschedule/"),
        "deal": (7, "plan another one"),
        "attendees": ([{"user": rani.pk}], "plan another one"),
        "reminders": ([], "/reminders/"),
    }
    for field, (value, way) in ways.items():
        answer = api.patch(address, {field: value}, format="json")
        assert answer.status_code == 400, field
        assert way in answer.json()["fields"][field][0]


def test_what_was_read_can_be_written_back(rani: User, api_as: As) -> None:
    promise, api = ActivityFactory(owner=rani, deal=DealFactory(owner=rani), minutes=30), api_as(rani)
    read = api.get(f"{URL}{promise.pk}/")

    written = api.put(f"{URL}{promise.pk}/", read.json(), format="json", headers={"If-Match": read["ETag"]})

    assert written.status_code == 200, written.content
    same = {**read.json(), "updated_at": written.json()["updated_at"]}
    assert written.json() == same


def test_a_page_that_is_too_old_changes_nothing(rani: User, api_as: As, clock: Any) -> None:
    promise, api = ActivityFactory(owner=rani), api_as(rani)
    read = api.get(f"{URL}{promise.pk}/")["ETag"]
    clock.shift(1)
    api.patch(f"{URL}{promise.pk}/", {"place": "Solo"}, format="json")

    answer = verb(api, promise, "complete", headers={"If-Match": read})

    assert answer.status_code == 412
    assert answer.json()["present"]["record"]["place"] == "Solo"
    assert Activity.objects.get().state == "planned"


# --- Verbs ---


def test_a_promise_is_kept_opened_again_and_taken_back(rani: User, api_as: As) -> None:
    promise, api = ActivityFactory(owner=rani), api_as(rani)

    done = verb(api, promise, "complete", {"outcome": "reached", "note": "Wants a price", "minutes": 12}).json()
    assert (done["state"], done["outcome"], done["done_by"], done["note"]) == (
        "done",
        "reached",
        rani.pk,
        "Wants a price",
    )
    assert refusal(verb(api, promise, "complete")) == "activity_done"
    assert refusal(verb(api, promise, "snooze", {"days": 1})) == "activity_done"
    assert verb(api, promise, "reopen", {"reason": "Wrong call"}).json()["state"] == "planned"
    assert refusal(verb(api, promise, "reopen")) == "activity_planned"
    assert verb(api, promise, "cancel", {"reason": "She bought"}).json()["state"] == "cancelled"
    assert refusal(verb(api, promise, "complete")) == "activity_cancelled"
    assert refusal(verb(api, promise, "reassign", {"to": rani.pk})) == "activity_cancelled"
    changes = api.get("/api/v1/activity-changes/", {"activity": promise.pk}).json()["results"]
    assert [(row["kind"], row["reason"]) for row in reversed(changes)] == [
        ("planned", ""),
        ("done", ""),
        ("reopened", "Wrong call"),
        ("cancelled", "She bought"),
    ]


@pytest.mark.parametrize(
    ("body", "starts_at"),
    [
        ({"days": 3}, "2026-05-17T02:00:00Z"),
        ({"until": "2026-05-20"}, "2026-05-20T02:00:00Z"),
        ({"until": "2026-05-20T09:30:00+07:00"}, "2026-05-20T02:30:00Z"),
    ],
)
def test_a_promise_is_put_off_by_days_or_until_a_day_or_moment(
    rani: User, api_as: As, body: dict[str, Any], starts_at: str
) -> None:
    promise = ActivityFactory(owner=rani)

    assert verb(api_as(rani), promise, "snooze", body).json()["starts_at"] == starts_at


@pytest.mark.parametrize(
    "body", [{}, {"days": 1, "until": "2026-05-20"}, {"days": 0}, {"until": "soon"}, {"until": "2026-02-30"}]
)
def test_a_snooze_says_either_days_or_until(rani: User, api_as: As, body: dict[str, Any]) -> None:
    assert verb(api_as(rani), ActivityFactory(owner=rani), "snooze", body).status_code == 400


def test_a_promise_is_moved_to_a_whole_day_and_its_reminder_with_it(rani: User, api_as: As) -> None:
    promise = ActivityFactory(owner=rani)

    row = verb(api_as(rani), promise, "reschedule", {"due_on": "2026-05-20"}).json()

    assert (row["starts_at"], row["due_on"]) == (None, "2026-05-20")
    assert Reminder.objects.get(purpose="remind").due_at == datetime(2026, 5, 20, 1, tzinfo=UTC)
    assert refusal(verb(api_as(rani), promise, "reschedule")) == "activity_needs_a_time"


def test_a_manager_gives_a_promise_to_somebody_of_the_team(rani: User, maya: User, bima: User, api_as: As) -> None:
    promise, api = ActivityFactory(owner=rani), api_as(maya)

    assert verb(api, promise, "reassign", {"to": maya.pk}).json()["owner"] == maya.pk
    assert refusal(verb(api, promise, "reassign", {"to": maya.pk})) == "activity_already_theirs"
    assert verb(api, promise, "reassign", {"to": bima.pk}).status_code == 400
    assert verb(api, promise, "reassign").status_code == 400


# --- Log ---


def test_what_happened_and_the_next_step_are_one_act(rani: User, api_as: As) -> None:
    deal = DealFactory(owner=rani)
    body = {
        "kind": "call",
        "what_happened": "Wants the price by Friday",
        "deal": deal.pk,
        "outcome": "reached",
        "next_step": "Send the price",
        "next_on": "2026-05-15",
    }

    answer = post(api_as(rani), body, f"{URL}log/")

    row = answer.json()
    assert answer.status_code == 201, answer.content
    assert (row["activity"]["state"], row["activity"]["subject"]) == ("done", "Wants the price by Friday")
    assert (row["next_step"]["state"], row["next_step"]["follows"]) == ("planned", row["activity"]["id"])
    shown = api_as(rani).get(f"/api/v1/deals/{deal.pk}/").json()
    assert (shown["next_step"], shown["next_step_on"]) == ("Send the price", "2026-05-15")


def test_a_promise_that_was_kept_by_it_is_named(rani: User, api_as: As) -> None:
    promise = ActivityFactory(owner=rani)
    body = {"kind": "call", "what_happened": "Talked", "completes": promise.pk}

    row = post(api_as(rani), body, f"{URL}log/").json()

    assert (row["activity"]["id"], row["activity"]["state"], row["next_step"]) == (promise.pk, "done", None)


def test_who_may_not_change_promises_keeps_none_by_a_log(rani: User, api_as: As) -> None:
    promise = ActivityFactory(owner=rani)
    assert rani.role is not None
    rani.role.permissions.remove(rani.role.permissions.get(codename="change_activity"))
    api, body = api_as(rani), {"kind": "call", "what_happened": "Talked"}

    assert post(api, {**body, "completes": promise.pk}, f"{URL}log/").status_code == 403
    assert post(api, body, f"{URL}log/").status_code == 201
    promise.refresh_from_db()
    assert promise.state == "planned"


def test_of_a_log_that_is_refused_nothing_is_written(rani: User, api_as: As) -> None:
    api, body = api_as(rani), {"kind": "call", "what_happened": "Talked", "next_step": "Write"}

    assert refusal(post(api, body, f"{URL}log/")) == "next_step_needs_a_day"
    assert refusal(post(api, {**body, "next_step": "", "at": "2026-05-14T00:00:00Z"}, f"{URL}log/")) == "done_in_future"
    assert post(api, {"kind": "call"}, f"{URL}log/").status_code == 400
    assert not Activity.objects.exists()
    assert not Event.objects.filter(name__startswith="deals.activity").exists()


def test_a_log_that_is_sent_again_is_done_once(rani: User, api_as: As) -> None:
    api, body = api_as(rani), {"kind": "call", "what_happened": "Talked", "next_on": "2026-05-15"}

    answers = [post(api, body, f"{URL}log/", headers={"Idempotency-Key": "call-1"}) for _time in range(2)]

    assert answers[0].content == answers[1].content
    assert Activity.objects.count() == 2


# --- Who sees what ---


def test_another_reps_promises_are_not_there(rani: User, bima: User, api_as: As) -> None:
    hidden = ActivityFactory(owner=bima, deal=DealFactory(owner=bima))
    reminder = hidden.reminders.first()
    api = api_as(rani)

    assert api.get(URL).json()["results"] == []
    assert api.get("/api/v1/activity-changes/").json()["results"] == []
    assert api.get("/api/v1/reminders/").json()["results"] == []
    for name in ("complete", "reopen", "snooze", "reschedule", "reassign", "cancel"):
        assert verb(api, hidden, name).status_code == 404
    for name in ("snooze", "cancel", "retry"):
        assert verb(api, reminder, name).status_code == 404
    assert api.patch(f"{URL}{hidden.pk}/", {}, format="json").status_code == 404
    assert post(api, {"activity": hidden.pk, "minutes_before": 5}, "/api/v1/reminders/").status_code == 400
    assert post(api, {"kind": "call", "what_happened": "x", "completes": hidden.pk}, f"{URL}log/").status_code == 400


def test_who_takes_part_sees_it(rani: User, bima: User, api_as: As) -> None:
    meeting = ActivityFactory(owner=bima, kind="meeting", attendees=[rani])

    assert [row["id"] for row in api_as(rani).get(URL).json()["results"]] == [meeting.pk]


def test_who_may_read_only_changes_nothing(rani: User, fina: User, api_as: As) -> None:
    promise, api = ActivityFactory(owner=rani), api_as(fina)

    assert api.get(f"{URL}{promise.pk}/").status_code == 200
    for answer in (verb(api, promise, "complete"), post(api, {}), post(api, {}, f"{URL}log/")):
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("overdue=1", {"late"}),
        ("overdue=0", {"soon", "done"}),
        ("state=done", {"done"}),
        ("kind=call,task&state=planned", {"late", "soon"}),
        ("on_from=2026-05-14", {"soon"}),
        ("due_to=2026-05-13T02:30:00Z&state=planned", {"late"}),
        ("search=SOON", {"soon"}),
        ("kind=visit", set()),
    ],
)
def test_the_list_is_filtered(rani: User, api_as: As, clock: Any, query: str, found: set[str]) -> None:
    ActivityFactory(owner=rani, subject="late", due_on=date(2026, 5, 12))
    ActivityFactory(owner=rani, subject="soon")
    api = api_as(rani)
    post(api, {"kind": "call", "what_happened": "done"}, f"{URL}log/")

    assert {row["subject"] for row in api.get(f"{URL}?{query}").json()["results"]} == found


# --- Reminders ---


def test_a_reminder_is_added_snoozed_and_taken_back(rani: User, api_as: As) -> None:
    promise, api = ActivityFactory(owner=rani), api_as(rani)

    answer = post(api, {"activity": promise.pk, "minutes_before": 60}, "/api/v1/reminders/")
    row = answer.json()
    reminder = Reminder.objects.get(pk=row["id"])
    assert (answer.status_code, row["user"], row["due_at"], row["state"]) == (
        201,
        rani.pk,
        "2026-05-14T01:00:00Z",
        "waiting",
    )
    again = post(api, {"activity": promise.pk, "minutes_before": 60}, "/api/v1/reminders/")
    assert again.json()["id"] == row["id"]

    snoozed = verb(api, reminder, "snooze", {"until": "2026-05-14T01:30:00Z"}).json()
    assert (snoozed["due_at"], snoozed["is_snoozed"]) == ("2026-05-14T01:30:00Z", True)
    assert refusal(verb(api, reminder, "snooze", {"until": "2026-05-13T01:30:00Z"})) == "snooze_in_past"
    assert refusal(verb(api, reminder, "retry")) == "reminder_not_failed"
    cancelled = verb(api, reminder, "cancel").json()
    assert (cancelled["state"], cancelled["cancel_reason"]) == ("cancelled", "Rani took it back.")
    assert refusal(verb(api, reminder, "cancel")) == "reminder_not_waiting"


def test_a_reminder_that_was_taken_back_stays_away_when_the_promise_moves(rani: User, api_as: As) -> None:
    promise, api = ActivityFactory(owner=rani), api_as(rani)
    reminder = promise.reminders.get(purpose="remind")
    verb(api, reminder, "cancel")

    verb(api, promise, "reschedule", {"due_on": "2026-05-20"})

    reminder.refresh_from_db()
    assert reminder.state == "cancelled"


def test_nobody_puts_off_that_their_manager_is_told(rani: User, api_as: As) -> None:
    telling = ActivityFactory(owner=rani).reminders.get(purpose="escalate")

    assert refusal(verb(api_as(rani), telling, "cancel")) == "reminder_tells_manager"
    later = {"until": "2027-01-01T00:00:00Z"}
    assert refusal(verb(api_as(rani), telling, "snooze", later)) == "reminder_tells_manager"


def test_of_what_is_late_or_over_nobody_is_reminded(rani: User, api_as: As) -> None:
    late, api = ActivityFactory(owner=rani, due_on=date(2026, 5, 12)), api_as(rani)
    body = {"activity": late.pk, "at_time": "08:00"}

    assert refusal(post(api, body, "/api/v1/reminders/")) == "activity_late"
    verb(api, late, "complete")
    assert refusal(post(api, body, "/api/v1/reminders/")) == "activity_done"


def test_a_reminder_that_failed_is_found_with_its_error_and_tried_again(rani: User, api_as: As) -> None:
    reminder = ActivityFactory(owner=rani).reminders.get(purpose="remind")
    Reminder.objects.filter(pk=reminder.pk).update(state="failed", attempts=8, last_error="No such host")
    api = api_as(rani)

    (row,) = api.get("/api/v1/reminders/?state=failed").json()["results"]
    assert row["last_error"] == "No such host"
    retried = verb(api, reminder, "retry").json()
    assert (retried["state"], retried["attempts"]) == ("waiting", 0)


# --- Settings, care plans, policy ---


def test_each_has_settings_of_their_own(rani: User, bima: User, api_as: As) -> None:
    address = "/api/v1/follow-up-settings/"

    changed = api_as(rani).patch(address, {"minutes_before": 5, "digest_time": None}, format="json")

    assert changed.status_code == 200, changed.content
    assert (changed.json()["minutes_before"], changed.json()["digest_time"]) == (5, None)
    assert api_as(bima).get(address).json()["minutes_before"] == 15
    assert api_as(rani).patch(address, {"minutes_before": -1}, format="json").status_code == 400
    assert api_as(rani).post(address, {}, format="json").status_code == 405


def test_the_policy_is_read_by_all_and_changed_by_managers(rani: User, maya: User, api_as: As) -> None:
    address, promise = "/api/v1/sales-policy/", ActivityFactory(owner=rani)

    read = api_as(rani).get(address)
    assert (read.status_code, read.json()["discount_limit"]) == (200, "10.00")
    assert api_as(rani).patch(address, {"payment_days": 14}, format="json").status_code == 403
    changed = api_as(maya).patch(address, {"escalate_after_hours": 48, "discount_limit": "12.5"}, format="json")
    assert (changed.json()["escalate_after_hours"], changed.json()["discount_limit"]) == (48, "12.50")
    telling = promise.reminders.get(purpose="escalate")
    assert telling.due_at == promise.due_at + timedelta(hours=48)
    for body in ({"discount_limit": "101"}, {"escalate_after_hours": 0}, {"after_acceptance": "party"}):
        assert api_as(maya).patch(address, body, format="json").status_code == 400
    assert SalesPolicy.objects.current().discount_limit == 12.5


def test_a_policy_that_changed_meanwhile_is_shown_and_not_overwritten(maya: User, api_as: As, clock: Any) -> None:
    api, address = api_as(maya), "/api/v1/sales-policy/"
    read = api.get(address)["ETag"]
    clock.shift(1)
    api.patch(address, {"payment_days": 14}, format="json")

    answer = api.patch(address, {"payment_days": 7}, format="json", headers={"If-Match": read})

    assert answer.status_code == 412
    assert answer.json()["present"]["record"]["payment_days"] == 14


def test_a_care_plan_is_made_for_a_pipeline_with_its_steps(maya: User, rani: User, api_as: As) -> None:
    api, pipeline = api_as(maya), Pipeline.objects.get(is_default=True)

    plan = post(api, {"name": "Pumps", "pipeline": pipeline.pk}, "/api/v1/care-plans/").json()
    step = {"plan": plan["id"], "days_after": 7, "kind": "call", "subject": "Does it run?", "position": 1}
    made = post(api, step, "/api/v1/care-steps/")
    assert made.status_code == 201, made.content
    read = api.get(f"/api/v1/care-plans/{plan['id']}/").json()
    assert [(row["subject"], row["days_after"]) for row in read["steps"]] == [("Does it run?", 7)]
    retired = api.patch(f"/api/v1/care-steps/{made.json()['id']}/", {"is_active": False}, format="json")
    assert retired.json()["is_active"] is False
    answer = post(api, {"name": "Again", "pipeline": pipeline.pk}, "/api/v1/care-plans/")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["pipeline"])
    for_all = post(api, {"name": "Another for all", "is_active": True}, "/api/v1/care-plans/")
    assert (for_all.status_code, "active plan for all" in for_all.json()["message"]) == (400, True)
    assert post(api, {"name": "Kept for later", "is_active": False}, "/api/v1/care-plans/").status_code == 201
    other = Pipeline.objects.get(is_default=False)
    own = {"name": "Own", "pipeline": other.pk, "is_active": True}
    assert post(api, own, "/api/v1/care-plans/").status_code == 201
    assert post(api_as(rani), {"name": "x"}, "/api/v1/care-plans/").status_code == 403
    assert CarePlan.objects.filter(name="Pumps").count() == 1
    assert ActivityChange.objects.count() == 0


# --- My day and the calendar ---

MY_DAY, FEED = "/api/v1/my-day/", "/api/v1/calendar-feed/"


def test_my_day_has_what_was_promised_deals_at_risk_and_quotes_that_wait(rani: User, api_as: As, clock: Any) -> None:
    clock.move_to(NOW - timedelta(days=40))
    silent = DealFactory(owner=rani, name="Nut Ltd", amount=Decimal(40000))
    clock.move_to(NOW - timedelta(days=28))
    quote = sent_quote(rani).quote
    log(kind="call", what_happened="Talked", deal=quote.deal, by=rani, next_on=date(2026, 5, 20))
    clock.move_to(NOW)
    today = ActivityFactory(owner=rani, subject="Call Anna", due_on=date(2026, 5, 13))

    day = api_as(rani).get(MY_DAY).json()

    assert [(row["activity"], row["subject"], row["why"]) for row in day["promises"]["rows"]] == [
        (today.pk, "Call Anna", "due today")
    ]
    assert [(row["deal"], row["amount"], row["silent_days"], row["why"]) for row in day["risks"]["rows"]] == [
        (silent.pk, "40000.00", 40, "silent 40 days, usual for this stage 10")
    ]
    assert [(row["quote"], row["valid_until"], row["why"]) for row in day["waits"]["rows"]] == [
        (quote.pk, "2026-05-15", "expires 15 May 2026")
    ]
    assert (day["number"], day["later"]["total"], day["team"]) == (needs_me(rani), 1, None)
    assert day["number"] == 3


def test_a_section_shows_the_first_and_counts_all(rani: User, api_as: As) -> None:
    for _number in range(8):
        ActivityFactory(owner=rani, due_on=date(2026, 5, 12))
    api = api_as(rani)

    promises = api.get(MY_DAY).json()["promises"]

    assert (promises["total"], promises["more"], len(promises["rows"])) == (8, 3, 5)
    listed = api.get(f"{URL}?owner={rani.pk}&overdue=1&with_count=1").json()
    assert listed["count"] == promises["total"]


def test_a_manager_sees_what_the_team_has_not_kept(rani: User, maya: User, bima: User, api_as: As) -> None:
    late = ActivityFactory(owner=rani, due_on=date(2026, 5, 11))
    ActivityFactory(owner=bima, due_on=date(2026, 5, 11))

    day = api_as(maya).get(MY_DAY).json()

    assert [(row["activity"], row["owner"]) for row in day["team"]["rows"]] == [(late.pk, rani.pk)]
    assert day["number"] == 0


def test_the_calendars_address_is_shown_once_and_dies_when_it_is_revoked(
    rani: User, bima: User, api_as: As, client: Client
) -> None:
    api = api_as(rani)
    ActivityFactory(owner=rani, subject="Call Anna")
    assert api.get(FEED).status_code == 404

    made = post(api, {}, FEED)
    address = urlsplit(made.json()["url"]).path
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    assert "Call Anna" in client.get(address).content.decode()
    assert set(api.get(FEED).json()) == {"created_at", "last_read_at"}
    assert api_as(bima).get(FEED).status_code == 404

    again = urlsplit(post(api, {}, FEED).json()["url"]).path
    assert again != address
    assert client.get(address).status_code == 404
    assert post(api, {}, f"{FEED}revoke/").json() == {"revoked": True}
    assert client.get(again).status_code == 404
    assert post(api, {}, f"{FEED}revoke/").json() == {"revoked": False}


# --- What it costs ---


@pytest.mark.parametrize("path", [URL, "/api/v1/reminders/", "/api/v1/activity-changes/", MY_DAY, "/api/v1/deals/"])
def test_a_list_costs_the_same_for_one_row_and_for_twenty(rani: User, api_as: As, path: str) -> None:
    api = api_as(rani)

    def plan_one() -> None:
        ActivityFactory(owner=rani, due_on=date(2026, 5, 12), deal=DealFactory(owner=rani))

    plan_one()
    with CaptureQueriesContext(connection) as few:
        assert api.get(f"{path}?page_size=200" if path != MY_DAY else path).status_code == 200
    for _number in range(19):
        plan_one()

    with CaptureQueriesContext(connection) as many:
        answer = api.get(f"{path}?page_size=200" if path != MY_DAY else path).json()

    assert len(many) == len(few) < 15
    assert answer["promises"]["total"] == 20 if path == MY_DAY else len(answer["results"]) >= 20
