"""The pages of activities: logging, planning, verbs, lists, calendar, reminders, wishes, policy, care plans."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contacts.models import Note, User
from contacts.people.panels import box
from deals.activities.doing import cancel, complete
from deals.activities.reminder import ReminderState
from deals.activities.wishes import wishes_of
from deals.admin.activities.days import lay_out, place_on_clock
from deals.admin.activities.finding import kind_of, offer_log, offer_plan
from deals.admin.activities.reminder_rules import code_of, read_rule, rule_choices, rule_text
from deals.models import (
    Activity,
    CalendarFeed,
    CarePlan,
    Deal,
    DealNote,
    DiscountLimit,
    Reminder,
    SalesPolicy,
)
from tests.factories.activities import ActivityFactory
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
# A Wednesday; in Jakarta it is 09:00.
NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)
TODAY = date(2026, 5, 13)
LIST, ADD, LOG = "/admin/deals/activity/", "/admin/deals/activity/add/", "/admin/activities/log/"
CALENDAR, WISHES = "/admin/calendar/", "/admin/account/reminders/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def promise(owner: User, days: int = 0, **fields: Any) -> Activity:
    return ActivityFactory(owner=owner, due_on=TODAY + timedelta(days=days), **fields)


def page_of(activity: Activity) -> str:
    return reverse("admin:deals_activity_change", args=[activity.pk])


def act(client: Client, activity: Activity, verb: str, **fields: Any) -> Any:
    return client.post(reverse(f"admin:deals_activity_{verb}", args=[activity.pk]), fields)


def again(activity: Activity) -> Activity:
    return Activity.objects.get(pk=activity.pk)


def said(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


class TestLogBox:
    def test_what_happened_and_the_next_step_are_kept_in_one_act(self, rani: User, admin_as: As) -> None:
        deal = DealFactory(owner=rani)
        fields = {"deal": deal.pk, "kind": "call", "body": "Wants a price", "outcome": "reached"}
        following = {"next_in": "3", "next_kind": "task", "next_step": "Send the price"}

        admin_as(rani).post(LOG, {**fields, **following})
        done, step = Activity.objects.order_by("id")
        assert (done.state, done.outcome, done.subject, done.deal) == ("done", "reached", "Wants a price", deal)
        assert (step.subject, step.kind, step.due_on, step.follows) == (
            "Send the price",
            "task",
            date(2026, 5, 16),
            done,
        )

    def test_nothing_is_kept_where_the_next_step_is_refused(self, rani: User, admin_as: As) -> None:
        deal = DealFactory(owner=rani)
        fields = {"deal": deal.pk, "kind": "call", "body": "Spoke", "next_in": "none", "next_step": "Send the price"}

        response = admin_as(rani).post(LOG, fields)
        assert (response.status_code, Activity.objects.count()) == (409, 0)
        # What was typed stands in the box again.
        assert "Say on which day the next step is to be done." in response.content.decode()
        assert "Send the price" in response.content.decode()

    def test_a_script_gets_the_refusal_as_a_sentence_and_keeps_its_page(self, rani: User, admin_as: As) -> None:
        fields = {"deal": DealFactory(owner=rani).pk, "kind": "call", "body": ""}

        response = admin_as(rani).post(LOG, fields, headers={"hx-request": "true"})
        assert (response.status_code, response.content.decode()) == (409, "Say in a few words what happened.")

    def test_a_day_of_ones_own_choice(self, rani: User, admin_as: As) -> None:
        fields = {"deal": DealFactory(owner=rani).pk, "kind": "visit", "body": "Saw the hall"}

        admin_as(rani).post(LOG, {**fields, "next_in": "day", "next_day": "2026-06-01", "next_kind": "call"})
        assert Activity.objects.planned().get().due_on == date(2026, 6, 1)

    @pytest.mark.parametrize("kind", ["deal", "contact", "company"])
    def test_a_note_stays_a_note_and_may_have_a_next_step(self, rani: User, admin_as: As, kind: str) -> None:
        about = {"deal": DealFactory, "contact": ContactFactory, "company": CompanyFactory}[kind](owner=rani)

        admin_as(rani).post(LOG, {kind: about.pk, "kind": "note", "body": "Likes blue", "next_in": "1"})
        assert (DealNote if kind == "deal" else Note).objects.get().body == "Likes blue"
        assert getattr(Activity.objects.get(), kind) == about

    def test_a_promise_that_was_kept_in_another_way_says_so(self, rani: User, admin_as: As) -> None:
        kept = promise(rani, kind="task", subject="Send the price")

        admin_as(rani).post(LOG, {"completes": kept.pk, "kind": "email", "body": "Sent"})
        assert (again(kept).kind, again(kept).state, again(kept).note) == ("email", "done", "Sent")

    def test_what_it_is_about_can_be_typed(self, rani: User, admin_as: As) -> None:
        contact = ContactFactory(full_name="Anna Berg", owner=rani)

        admin_as(rani).post(LOG, {"about": "anna berg", "kind": "call", "body": "Spoke"})
        assert Activity.objects.get().contact == contact

    def test_a_name_that_means_several_is_refused(self, rani: User, admin_as: As) -> None:
        ContactFactory(full_name="Senja", owner=rani)
        CompanyFactory(name="Senja", owner=rani)

        response = admin_as(rani).post(LOG, {"about": "Senja", "kind": "call", "body": "Spoke"})
        assert "Several are called “Senja”" in response.content.decode()

    @pytest.mark.parametrize("kind", ["deal", "contact", "company", "completes"])
    def test_nobody_logs_about_what_they_can_not_see(self, rani: User, bima: User, admin_as: As, kind: str) -> None:
        made = {"deal": DealFactory, "contact": ContactFactory, "company": CompanyFactory, "completes": promise}
        row = made[kind](bima) if kind == "completes" else made[kind](owner=bima)

        response = admin_as(rani).post(LOG, {kind: row.pk, "kind": "call", "body": "Spoke"})
        assert response.status_code == 404

    def test_who_only_reads_logs_nothing(self, fina: User, rani: User, admin_as: As) -> None:
        fields = {"deal": DealFactory(owner=rani).pk, "kind": "call", "body": "Spoke"}
        assert admin_as(fina).post(LOG, fields).status_code == 403

    def test_one_comes_back_to_the_page_but_never_to_another_host(self, rani: User, admin_as: As) -> None:
        deal = DealFactory(owner=rani)
        page = reverse("admin:deals_deal_change", args=[deal.pk])
        fields = {"deal": deal.pk, "kind": "call", "body": "Spoke"}
        for wanted, where in ((page, page), ("https://evil.example/", page)):
            assert admin_as(rani).post(LOG, {**fields, "next": wanted}).url == where  # type: ignore[attr-defined]

    def test_it_stands_on_deals_contacts_and_companies(self, rani: User, admin_as: As) -> None:
        rows = [DealFactory(owner=rani), ContactFactory(owner=rani), CompanyFactory(owner=rani)]
        for row in rows:
            page = admin_as(rani).get(f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/")
            assert f'action="{LOG}"' in page.content.decode()

    def test_who_may_not_log_gets_no_box(self, fina: User) -> None:
        assert box(ContactFactory(), fina) is None


class TestDealPage:
    def test_the_next_step_stands_on_top_with_its_buttons(self, rani: User, admin_as: As) -> None:
        deal = DealFactory(owner=rani)
        promise(rani, 9, deal=deal, subject="Later")
        first = promise(rani, 1, deal=deal, subject="Send the price")

        page = admin_as(rani).get(reverse("admin:deals_deal_change", args=[deal.pk]))
        assert (page.context["next_step"], page.context["next_step_when"]) == (first, "tomorrow")
        assert reverse("admin:deals_activity_done", args=[first.pk]) in page.content.decode()

    def test_an_open_deal_without_one_is_marked_and_a_closed_one_is_not(self, rani: User, admin_as: As) -> None:
        for deal, lacks in ((DealFactory(owner=rani), True), (DealFactory(owner=rani, won=True), False)):
            page = admin_as(rani).get(reverse("admin:deals_deal_change", args=[deal.pk]))
            assert ("This deal has no next step." in page.content.decode()) == lacks

    def test_the_list_shows_it_for_all_deals_in_one_query(
        self, rani: User, admin_as: As, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(30):
            promise(rani, 1, deal=DealFactory(owner=rani), subject=f"Step {number}")
        client = admin_as(rani)
        with django_assert_max_num_queries(15):
            assert "Step 7" in client.get("/admin/deals/deal/").content.decode()

    @pytest.mark.parametrize(("query", "names"), [("no_next_step=1", {"none"}), ("late_step=1", {"late"})])
    def test_lists_can_be_asked_for_deals_that_lack_or_miss_a_step(
        self, rani: User, admin_as: As, query: str, names: set[str]
    ) -> None:
        DealFactory(owner=rani, name="none")
        promise(rani, 1, deal=DealFactory(owner=rani, name="planned"))
        promise(rani, -1, deal=DealFactory(owner=rani, name="late"))

        rows = admin_as(rani).get(f"/admin/deals/deal/?{query}").context["cl"].result_list
        assert {deal.name for deal in rows} == names


class TestVerbs:
    def test_done_is_taken_back_by_the_toast(self, rani: User, admin_as: As) -> None:
        kept, client = promise(rani), admin_as(rani)
        act(client, kept, "done")
        assert again(kept).state == "done"
        act(client, kept, "reopen")
        assert again(kept).state == "planned"

    @pytest.mark.parametrize(
        ("fields", "day"), [({"days": 3}, date(2026, 5, 16)), ({"until": "2026-06-02"}, date(2026, 6, 2))]
    )
    def test_a_promise_is_put_off_by_days_or_until_a_day(
        self, rani: User, admin_as: As, fields: dict[str, Any], day: date
    ) -> None:
        later = promise(rani)
        act(admin_as(rani), later, "snooze", **fields)
        assert again(later).due_on == day

    def test_a_move_to_an_hour_is_one_of_the_readers_own_clock(self, rani: User, admin_as: As) -> None:
        moved = promise(rani)
        act(admin_as(rani), moved, "reschedule", day="2026-05-20", hour="14:30")
        assert again(moved).starts_at == datetime(2026, 5, 20, 7, 30, tzinfo=UTC)

    def test_what_was_moved_goes_back_to_its_old_day_and_hour(self, rani: User, admin_as: As) -> None:
        moved = ActivityFactory(owner=rani, starts_at=NOW + timedelta(hours=5))
        response = admin_as(rani).post(
            reverse("admin:deals_activity_snooze", args=[moved.pk]), {"days": 1}, follow=True
        )
        (message,) = response.context["messages"]
        assert message.extra_tags.endswith("?day=2026-05-13&hour=14%3A00")

    def test_a_promise_goes_to_a_colleague_whom_one_sees(
        self, maya: User, rani: User, bima: User, admin_as: As
    ) -> None:
        given, client = promise(rani), admin_as(maya)
        act(client, given, "reassign", to=bima.pk)
        assert again(given).owner == rani
        act(client, given, "reassign", to=maya.pk)
        assert again(given).owner == maya

    def test_what_is_refused_is_said_and_nothing_is_changed(self, rani: User, admin_as: As) -> None:
        gone, client = promise(rani, subject="Gone"), admin_as(rani)
        cancel(gone, by=rani)
        address = reverse("admin:deals_activity_done", args=[gone.pk])

        assert "“Gone” was cancelled." in said(client.post(address, follow=True))
        in_place = client.post(address, headers={"hx-request": "true"})
        assert (in_place.status_code, again(gone).state) == (409, "cancelled")

    @pytest.mark.parametrize(
        ("verb", "fields"), [("reschedule", {"day": "31.12.2026"}), ("snooze", {"until": "x"}), ("reassign", {})]
    )
    def test_what_can_not_be_read_is_refused_in_a_sentence(
        self, rani: User, admin_as: As, verb: str, fields: dict[str, Any]
    ) -> None:
        kept = promise(rani)
        response = admin_as(rani).post(reverse(f"admin:deals_activity_{verb}", args=[kept.pk]), fields, follow=True)
        assert response.status_code == 200
        assert said(response)
        assert again(kept).due_on == TODAY

    VERBS = ("done", "snooze", "reschedule", "reassign", "cancel", "reopen", "remind", "unremind")

    @pytest.mark.parametrize("verb", VERBS)
    def test_an_activity_that_one_can_not_see_is_not_there(
        self, rani: User, bima: User, admin_as: As, verb: str
    ) -> None:
        assert act(admin_as(rani), promise(bima), verb, days=1).status_code == 404

    @pytest.mark.parametrize("verb", VERBS)
    def test_who_only_reads_may_do_nothing_and_no_link_acts(
        self, rani: User, fina: User, admin_as: As, verb: str
    ) -> None:
        kept = promise(rani)
        assert act(admin_as(fina), kept, verb, days=1).status_code == 403
        address = reverse(f"admin:deals_activity_{verb}", args=[kept.pk])
        assert admin_as(rani).get(address).status_code == 405


class TestPlanning:
    def plan(self, client: Client, **fields: Any) -> Any:
        given = {"kind": "call", "subject": "Call Anna", "day": "2026-05-20", **fields}
        return client.post(ADD, given)

    def test_words_and_a_day_are_enough(self, rani: User, admin_as: As) -> None:
        response = self.plan(admin_as(rani))
        made = Activity.objects.get()
        assert (made.owner, made.due_on, made.starts_at, made.state) == (rani, date(2026, 5, 20), None, "planned")
        assert response.url == page_of(made)

    def test_it_asks_for_five_things_first(self, rani: User, admin_as: As) -> None:
        (_title, first), *_more = admin_as(rani).get(ADD).context["adminform"].fieldsets
        assert first["fields"] == ("kind", "subject", ("day", "hour"), "about")

    def test_an_hour_is_one_of_the_readers_own_clock(self, rani: User, admin_as: As) -> None:
        self.plan(admin_as(rani), hour="10:00")
        assert Activity.objects.get().starts_at == datetime(2026, 5, 20, 3, 0, tzinfo=UTC)

    def test_who_takes_part_and_when_one_is_reminded(self, maya: User, rani: User, admin_as: As) -> None:
        contact = ContactFactory(owner=rani)
        self.plan(
            admin_as(maya), kind="meeting", hour="10:00", colleagues=[rani.pk], contacts=[contact.pk], remind="m60"
        )
        made = Activity.objects.get()
        assert {str(each) for each in made.attendees.all()} == {"Rani", str(contact)}
        assert made.reminders.get(purpose="remind").minutes_before == 60

    def test_minutes_before_need_an_hour(self, rani: User, admin_as: As) -> None:
        response = self.plan(admin_as(rani), remind="m15")
        assert "It has no hour" in response.content.decode()
        assert not Activity.objects.exists()

    def test_what_it_is_about_is_found_by_name_or_by_the_suggestion(self, rani: User, admin_as: As) -> None:
        deals = [DealFactory(owner=rani, name="Refit") for _twice in range(2)]
        client = admin_as(rani)

        assert "Several are called" in self.plan(client, about="Refit").content.decode()
        self.plan(client, about="Refit", about_id=f"deal-{deals[1].pk}")
        assert Activity.objects.get().deal == deals[1]

    def test_a_suggestion_that_one_can_not_see_is_none(self, rani: User, bima: User, admin_as: As) -> None:
        deal = DealFactory(owner=bima, name="Hidden")
        response = self.plan(admin_as(rani), about="Hidden", about_id=f"deal-{deal.pk}")
        assert "Nothing here is called “Hidden”" in response.content.decode()

    def test_suggestions_are_open_deals_contacts_and_companies_that_one_sees(
        self, rani: User, bima: User, admin_as: As
    ) -> None:
        for owner in (rani, bima):
            DealFactory(owner=owner, name=f"Loom of {owner}")
        DealFactory(owner=rani, name="Loom won", won=True)
        ContactFactory(owner=rani, full_name="Mr Loom")
        CompanyFactory(owner=rani, name="Loom Ltd")

        found = admin_as(rani).get("/admin/activities/about/?q=loom").json()["results"]
        assert [each["text"] for each in found] == ["Loom of Rani", "Mr Loom", "Loom Ltd"]

    def test_links_fill_in_what_is_known(self, rani: User, admin_as: As) -> None:
        contact = ContactFactory(full_name="Anna Berg", owner=rani)
        page = admin_as(rani).get(f"{ADD}?contact={contact.pk}&kind=visit&day=2026-07-01&subject=See+her")
        initial = page.context["adminform"].form.initial
        assert (str(initial["about"]), initial["kind"], initial["day"], initial["subject"]) == (
            "Anna Berg",
            "visit",
            "2026-07-01",
            "See her",
        )


class TestPage:
    def test_it_tells_what_when_whom_and_what_became_of_it(self, rani: User, maya: User, admin_as: As) -> None:
        shown = promise(rani, subject="Send price", deal=DealFactory(owner=rani, name="Refit"), note="The big one")
        act(admin_as(rani), shown, "snooze", days=1)

        html = admin_as(rani).get(page_of(shown)).content.decode()
        for part in ("Send price", "Refit", "The big one", "tomorrow", "Rescheduled", "on the day at 08:00"):
            assert part in html

    def test_what_it_says_is_corrected_and_how_it_stands_is_not(self, rani: User, admin_as: As) -> None:
        shown, client = promise(rani), admin_as(rani)
        fields = {"subject": "Right words", "kind": "task", "minutes": "20", "place": "", "note": "", "state": "done"}
        client.post(page_of(shown), {**fields, "version": shown.version})
        assert (again(shown).subject, again(shown).minutes, again(shown).state) == ("Right words", 20, "planned")

    def test_a_reminder_is_added_and_taken_back(self, rani: User, admin_as: As) -> None:
        shown, client = promise(rani, 5), admin_as(rani)
        act(client, shown, "remind", rule="d1-08:00")
        added = shown.reminders.get(days_before=1)
        assert added.at_time == time(8)
        act(client, shown, "unremind", reminder=added.pk)
        assert Reminder.objects.get(pk=added.pk).state == ReminderState.CANCELLED

    def test_it_costs_the_same_however_much_stands_on_it(
        self, maya: User, rani: User, admin_as: As, django_assert_max_num_queries: Any
    ) -> None:
        people = [ContactFactory(owner=rani) for _number in range(10)]
        shown = promise(rani, deal=DealFactory(owner=rani, company=CompanyFactory(owner=rani)), attendees=people)
        client = admin_as(maya)
        client.get(page_of(shown))
        with django_assert_max_num_queries(15):
            assert client.get(page_of(shown)).status_code == 200

    def test_its_history_is_on_the_page(self, rani: User, admin_as: As) -> None:
        shown = promise(rani)
        response = admin_as(rani).get(reverse("admin:deals_activity_history", args=[shown.pk]))
        assert response.url.startswith(page_of(shown))  # type: ignore[attr-defined]


class TestList:
    def names(self, client: Client, query: str = "") -> set[str]:
        return {row.subject for row in client.get(LIST + query).context["cl"].result_list}

    def test_the_bare_list_shows_what_is_planned_and_says_how_much_is_late(self, rani: User, admin_as: As) -> None:
        promise(rani, 1, subject="ahead")
        promise(rani, -1, subject="late")
        complete(promise(rani, subject="done"), by=rani)

        response = admin_as(rani).get(LIST)
        assert self.names(admin_as(rani)) == {"ahead", "late"}
        assert response.context["heading"] == "2 planned, 1 of them late"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?state=done", {"done"}),
            ("?state=all", {"done", "late", "ahead", "of Maya"}),
            ("?due=overdue", {"late"}),
            ("?due=week", {"ahead", "of Maya"}),
            ("?owner=me", {"late", "ahead"}),
            ("?kind=visit", {"ahead"}),
            ("?q=late", {"late"}),
            ("?deal={deal}", {"ahead"}),
            ("?deal=999999", set()),
            ("?deal=x", set()),
        ],
    )
    def test_it_is_filtered(self, maya: User, rani: User, admin_as: As, query: str, found: set[str]) -> None:
        deal = DealFactory(owner=rani)
        promise(rani, -1, subject="late")
        promise(rani, 1, subject="ahead", kind="visit", deal=deal)
        complete(promise(rani, subject="done"), by=rani)
        promise(maya, 2, subject="of Maya", attendees=[rani])

        assert self.names(admin_as(rani), query.format(deal=deal.pk)) == found

    def test_the_actions_name_what_they_refuse(self, rani: User, admin_as: As) -> None:
        kept, gone = promise(rani), promise(rani, subject="Gone")
        cancel(gone, by=rani)
        fields = {"action": "mark_done", "_selected_action": [kept.pk, gone.pk]}

        response = admin_as(rani).post(f"{LIST}?state=all", fields, follow=True)
        assert again(kept).state == "done"
        assert "1 activity is done." in said(response)
        assert "Gone: “Gone” was cancelled." in said(response)

    def test_it_costs_the_same_for_one_and_for_many(
        self, maya: User, rani: User, admin_as: As, django_assert_max_num_queries: Any
    ) -> None:
        for _number in range(40):
            company = CompanyFactory(owner=rani)
            promise(rani, deal=DealFactory(owner=rani, company=company, contacts=[ContactFactory(owner=rani)]))
        client = admin_as(maya)
        with django_assert_max_num_queries(15):
            assert client.get(LIST).status_code == 200

    def test_a_record_that_one_can_not_see_is_not_named(self, rani: User, bima: User, admin_as: As) -> None:
        promise(bima, deal=DealFactory(owner=bima, name="Hidden deal"), attendees=[rani], subject="Joint visit")

        html = admin_as(rani).get(LIST).content.decode()
        assert "Joint visit" in html
        assert "Hidden deal" not in html


class TestCalendar:
    def days(self, client: Client, query: str = "") -> dict[date, list[str]]:
        shown = client.get(CALENDAR + query).context["days"]
        return {day.day: [entry.activity.subject for entry in day.entries] for day in shown if day.entries}

    def test_a_month_shows_what_falls_on_its_days(self, rani: User, admin_as: As) -> None:
        promise(rani, 1, subject="day")
        # 23:30 in Jakarta, the day before in UTC's eyes.
        ActivityFactory(owner=rani, starts_at=datetime(2026, 5, 20, 16, 30, tzinfo=UTC), subject="late evening")
        cancel(promise(rani, 1), by=rani)

        assert self.days(admin_as(rani)) == {date(2026, 5, 14): ["day"], date(2026, 5, 20): ["late evening"]}

    def test_a_week_shows_seven_days_from_monday(self, rani: User, admin_as: As) -> None:
        shown = admin_as(rani).get(f"{CALENDAR}?view=week").context["days"]
        assert [day.day for day in shown] == [date(2026, 5, 11) + timedelta(days=number) for number in range(7)]

    def test_one_sees_own_ones_and_those_one_takes_part_in_or_the_teams(
        self, maya: User, rani: User, bima: User, admin_as: As
    ) -> None:
        promise(rani, subject="of Rani")
        promise(bima, subject="with Maya", attendees=[maya])

        client = admin_as(maya)
        assert self.days(client) == {TODAY: ["with Maya"]}
        assert self.days(client, "?whose=team") == {TODAY: ["of Rani"]}

    def test_a_rep_sees_no_team(self, rani: User, maya: User, admin_as: As) -> None:
        promise(maya, subject="of Maya")
        assert self.days(admin_as(rani), "?whose=all") == {}

    def test_what_overlaps_stands_side_by_side(self, rani: User) -> None:
        at = [NOW, NOW + timedelta(minutes=30), NOW + timedelta(hours=3)]
        rows = [ActivityFactory(owner=rani, starts_at=start, minutes=60) for start in at]
        (day,) = lay_out([TODAY], rows, NOW)
        place_on_clock([day], range(8, 18))
        assert [(entry.lane, entry.lanes) for entry in day.entries] == [(0, 2), (1, 2), (0, 1)]

    @pytest.mark.parametrize(
        "query", ["?day=x", "?day=2026-13-40", "?day=9999-12-31", "?view=y&whose=z&day=0001-01-01"]
    )
    def test_an_address_that_means_nothing_shows_today(self, rani: User, admin_as: As, query: str) -> None:
        assert admin_as(rani).get(CALENDAR + query).context["day"] == TODAY

    def test_it_costs_the_same_however_full_it_is(
        self, maya: User, rani: User, admin_as: As, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(40):
            promise(rani, number % 9)
        client = admin_as(maya)
        with django_assert_max_num_queries(10):
            assert client.get(f"{CALENDAR}?whose=team").status_code == 200


class TestReminders:
    def failed(self, owner: User) -> Reminder:
        reminder = promise(owner, 3).reminders.get(purpose="remind")
        Reminder.objects.filter(pk=reminder.pk).update(
            state=ReminderState.FAILED, last_error="Connection refused", attempts=9
        )
        return Reminder.objects.get(pk=reminder.pk)

    def test_what_failed_is_listed_with_its_error_and_tried_again_with_a_button(
        self, maya: User, rani: User, admin_as: As
    ) -> None:
        reminder, client = self.failed(rani), admin_as(maya)

        response = client.get("/admin/deals/reminder/?state=failed")
        assert "Connection refused" in response.content.decode()
        assert response.context["heading"] == "1 reminder: 1 failed, 0 waiting."
        client.post(reverse("admin:deals_reminder_retry", args=[reminder.pk]))
        reminder.refresh_from_db()
        assert (reminder.state, reminder.attempts) == ("waiting", 0)

    def test_the_sidebar_counts_what_failed_and_is_silent_otherwise(self, maya: User, rani: User, admin_as: As) -> None:
        def titles() -> dict[str, Any]:
            groups = admin_as(maya).get("/admin/").context["sidebar_navigation"]
            return {str(item["title"]): item.get("badge") for group in groups for item in group["items"]}

        assert "Reminders that failed" not in titles()
        self.failed(rani)
        assert titles()["Reminders that failed"] == 1

    def test_a_reminder_leads_to_its_activity(self, rani: User, admin_as: As) -> None:
        reminder = self.failed(rani)
        response = admin_as(rani).get(reverse("admin:deals_reminder_change", args=[reminder.pk]))
        assert response.url == page_of(reminder.activity)  # type: ignore[attr-defined]

    def test_those_of_others_are_not_there(self, rani: User, bima: User, admin_as: As) -> None:
        reminder, client = self.failed(bima), admin_as(rani)
        assert client.post(reverse("admin:deals_reminder_retry", args=[reminder.pk])).status_code == 404
        assert client.get("/admin/deals/reminder/?state=all").context["cl"].result_count == 0

    def test_a_rule_is_read_as_it_was_offered(self, rani: User) -> None:
        for code, text in rule_choices(wishes_of(rani), has_hour=True):
            assert (code_of(read_rule(code)), rule_text(read_rule(code))) == (code, text)


class TestWishes:
    def test_everybody_sets_their_own(self, fina: User, admin_as: As) -> None:
        fields = {"minutes_before": "30", "day_time": "09:15", "digest_time": ""}
        admin_as(fina).post(WISHES, fields)
        wishes = wishes_of(fina)
        assert (wishes.minutes_before, wishes.day_time, wishes.by_email, wishes.digest_time) == (
            30,
            time(9, 15),
            False,
            None,
        )

    def test_the_address_of_the_calendar_is_shown_once_and_works_until_it_is_revoked(
        self, rani: User, admin_as: As
    ) -> None:
        promise(rani, subject="In the calendar")
        client = admin_as(rani)

        address = client.post(reverse("admin:calendar_feed_make")).context["feed_address"]
        path = address.split("/", 3)[3]
        assert address not in client.get(WISHES).content.decode()
        assert b"In the calendar" in Client().get(f"/{path}").content
        client.post(reverse("admin:calendar_feed_revoke"))
        assert Client().get(f"/{path}").status_code == 404
        assert CalendarFeed.objects.get().revoked_at is not None


class TestSetUp:
    def test_a_manager_changes_the_policy_and_a_rep_finds_none(self, maya: User, rani: User, admin_as: As) -> None:
        policy = SalesPolicy.objects.current()
        page = reverse("admin:deals_salespolicy_change", args=[policy.pk])
        fields = {
            "escalate_after_hours": "4",
            "quote_valid_days": "14",
            "discount_limit": "5",
            "after_acceptance": "stay",
            "payment_days": "7",
        }

        admin_as(rani).post(page, fields)
        admin_as(maya).post(page, {**fields, "version": policy.version})
        assert SalesPolicy.objects.current().escalate_after_hours == 4
        assert admin_as(maya).get("/admin/deals/salespolicy/").url == page  # type: ignore[attr-defined]

    def limits(self, *rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
        fields = {f"limits-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}
        return {"limits-TOTAL_FORMS": len(rows), "limits-INITIAL_FORMS": initial, **fields}

    def test_people_get_limits_of_their_own_and_lose_them(self, maya: User, rani: User, admin_as: As) -> None:
        address, client = reverse("admin:deals_salespolicy_limits"), admin_as(maya)
        client.post(address, self.limits({"user": rani.pk, "percent": "20"}))
        limit = DiscountLimit.objects.get()
        assert (limit.user, limit.percent) == (rani, 20)

        gone = {"id": limit.pk, "user": rani.pk, "percent": "20", "DELETE": "on"}
        client.post(address, self.limits(gone, initial=1))
        assert not DiscountLimit.objects.exists()

    def test_a_limit_out_of_range_is_marked_and_nothing_is_saved(self, maya: User, rani: User, admin_as: As) -> None:
        response = admin_as(maya).post(
            reverse("admin:deals_salespolicy_limits"), self.limits({"user": rani.pk, "percent": "120"})
        )
        assert "less than or equal to 100" in response.content.decode()
        assert not DiscountLimit.objects.exists()

    def test_a_rep_gives_nobody_a_limit(self, rani: User, admin_as: As) -> None:
        fields = self.limits({"user": rani.pk, "percent": "90"})
        assert admin_as(rani).post(reverse("admin:deals_salespolicy_limits"), fields).status_code == 403

    def test_steps_of_a_care_plan_are_edited_with_it(self, maya: User, admin_as: As) -> None:
        CarePlan.objects.update(is_active=False)
        fields = {"name": "Care", "pipeline": "", "is_active": "on"}
        step = {"position": "1", "days_after": "30", "kind": "call", "subject": "Are they happy?", "is_active": "on"}
        rows = {f"steps-0-{name}": value for name, value in step.items()}
        counts = {"steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0"}

        admin_as(maya).post("/admin/deals/careplan/add/", {**fields, **rows, **counts, "steps-0-note": ""})
        plan = CarePlan.objects.get(name="Care")
        assert [(each.days_after, each.subject) for each in plan.steps.all()] == [(30, "Are they happy?")]


class TestTimelinesAndPanels:
    def test_what_was_done_and_planned_is_told_on_the_deal_and_on_its_people(self, rani: User, admin_as: As) -> None:
        company = CompanyFactory(owner=rani)
        contact = ContactFactory(owner=rani, company=company)
        deal = DealFactory(owner=rani, company=company, contacts=[contact])
        complete(promise(rani, deal=deal, subject="Spoke"), by=rani, outcome="reached", note="Wants two")
        promise(rani, 1, deal=deal, subject="Send price")
        cancel(promise(rani, deal=deal, subject="Dropped"), by=rani)

        for row in (deal, contact, company):
            html = admin_as(rani).get(f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/")
            text = html.content.decode()
            for part in (
                "Call: Spoke · Reached",
                "Wants two",
                "Planned for tomorrow: Send price",
                "Cancelled: Dropped",
            ):
                assert part in text

    def test_a_contact_who_takes_part_has_it_on_their_page(self, rani: User, admin_as: As) -> None:
        guest = ContactFactory(owner=rani)
        promise(rani, 1, subject="Joint lunch", attendees=[guest])

        page = admin_as(rani).get(reverse("admin:contacts_contact_change", args=[guest.pk]))
        panel = next(panel for panel in page.context["panels"] if str(panel.title) == "Next steps")
        assert [row.title for row in panel.rows] == ["Joint lunch"]

    def test_the_panel_counts_what_its_list_shows(self, rani: User, admin_as: As) -> None:
        company, client = CompanyFactory(owner=rani), admin_as(rani)
        for days in range(7):
            promise(rani, days, company=company)

        page = client.get(reverse("admin:contacts_company_change", args=[company.pk]))
        panel = next(panel for panel in page.context["panels"] if str(panel.title) == "Next steps")
        assert (len(panel.rows), str(panel.more_title)) == (5, "All activities (7 planned)")
        assert client.get(panel.more).context["cl"].result_count == 7


class TestPalette:
    def test_activities_are_found_by_their_words_planned_ones_first(self, rani: User, admin_as: As) -> None:
        complete(promise(rani, subject="Loom call"), by=rani)
        promise(rani, subject="Loom visit")
        html = admin_as(rani).get("/admin/search/?s=loom&extended=1").content.decode()
        assert html.index("Loom visit") < html.index("Loom call")

    @pytest.mark.parametrize("text", ["log call anna", "log anna", "catat telepon anna", "ghi anna"])
    def test_log_offers_those_whose_name_matches(self, rani: User, text: str) -> None:
        contact = ContactFactory(full_name="Anna Berg", owner=rani)
        (found,) = offer_log(rani, text, 6)
        assert found.link == f"{LOG}?contact={contact.pk}&kind=call"

    def test_new_task_opens_the_form_with_its_words(self, rani: User) -> None:
        (found,) = offer_plan(rani, "new task Call Budi", 6)
        assert found.link == f"{ADD}?kind=task&subject=Call+Budi"

    @pytest.mark.parametrize("text", ["new deal Loom", "new contact Anna", "catalogue", "newtask"])
    def test_other_words_offer_nothing(self, rani: User, text: str) -> None:
        assert [*offer_log(rani, text, 6), *offer_plan(rani, text, 6)] == []

    def test_kinds_are_known_by_their_words(self) -> None:
        assert [kind_of(word) for word in ("Call", "rapat", "tugas", "loom")] == ["call", "meeting", "task", ""]


def test_a_deal_that_lost_its_step_is_marked_on_the_list(rani: User, admin_as: As) -> None:
    deal: Deal = DealFactory(owner=rani)
    cancel(promise(rani, deal=deal), by=rani)
    html = admin_as(rani).get("/admin/deals/deal/").content.decode()
    assert '<span class="dl-late">none</span>' in html
