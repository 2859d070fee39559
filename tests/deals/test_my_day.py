"""My day: what is in it and in which order, why each line is there, and numbers that are the same everywhere."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from config.common.admin.home import HomePage
from contacts.models import User
from deals.activities.doing import cancel, complete
from deals.admin.activities.late import late_list
from deals.agenda.my_day import MOST_LINES, late_promises, my_day, needs_me
from deals.models import Activity, Deal, DealNote, ExchangeRate
from tests.factories.activities import ActivityFactory
from tests.factories.contacts import CompanyFactory
from tests.factories.deals import DealFactory
from tests.factories.quotes import deal_of, sent_quote

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
# A Wednesday; in Jakarta it is 09:00.
NOW = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)
TODAY = date(2026, 5, 13)
HOME, DAY = "/admin/", "/admin/my-day/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def promise(owner: User, days: int = 0, **fields: Any) -> Activity:
    """A promise for a day so far from today."""
    return ActivityFactory(owner=owner, due_on=TODAY + timedelta(days=days), **fields)


def silent_deal(owner: User, days: int = 40, **fields: Any) -> Deal:
    """An open deal with which nobody was in touch for so many days."""
    deal = DealFactory(owner=owner, **fields)
    Deal.objects.filter(pk=deal.pk).update(stage_since=NOW - timedelta(days=days))
    return Deal.objects.get(pk=deal.pk)


def expiring_quote(owner: User, days: int = 3) -> Any:
    """A quote that a customer has, valid for so many more days. Its deal is cared for."""
    deal = deal_of(owner)
    promise(owner, 30, deal=deal)
    return sent_quote(owner, deal=deal, valid_until=TODAY + timedelta(days=days)).quote


def subjects(rows: list[Any]) -> list[str]:
    return [str(row) for row in rows]


class TestPromises:
    def test_what_is_for_today_or_was_for_earlier_days_is_in_it_the_oldest_first(self, rani: User) -> None:
        promise(rani, 0, subject="today")
        promise(rani, -2, subject="late")
        promise(rani, 1, subject="tomorrow")
        ActivityFactory(owner=rani, starts_at=NOW + timedelta(hours=5), subject="at two")

        assert subjects(my_day(rani).promises.rows) == ["late", "at two", "today"]

    def test_what_is_done_or_cancelled_is_not(self, rani: User) -> None:
        complete(promise(rani), by=rani)
        cancel(promise(rani), by=rani)

        assert my_day(rani).promises.total == 0

    def test_what_a_colleague_promised_is_not(self, rani: User, maya: User, bima: User) -> None:
        promise(bima)
        promise(rani)

        assert my_day(maya).promises.total == 0

    def test_a_day_ends_by_the_persons_own_calendar(self, rani: User, clock: Any) -> None:
        promise(rani, 1)
        # 23:59 in Jakarta, then midnight.
        clock.move_to(datetime(2026, 5, 13, 16, 59, tzinfo=UTC))
        assert my_day(rani).promises.total == 0
        clock.move_to(datetime(2026, 5, 13, 17, 0, tzinfo=UTC))
        assert my_day(rani).promises.total == 1

    def test_the_seven_days_after_today_are_later(self, rani: User) -> None:
        for days in (0, 1, 7, 8):
            promise(rani, days, subject=str(days))

        assert subjects(my_day(rani).later.rows) == ["1", "7"]


class TestRisks:
    def test_a_deal_is_silent_when_nobody_was_in_touch_for_longer_than_usual_in_its_stage(self, rani: User) -> None:
        # The first stage of the shipped pipeline usually takes ten days.
        silent_deal(rani, 10, name="usual")
        silent_deal(rani, 11, name="silent")

        (deal,) = my_day(rani).risks.rows
        assert (deal.name, deal.silent_days, deal.usual_days) == ("silent", 11, 10)

    @pytest.mark.parametrize("touch", ["activity", "note"])
    def test_any_touch_breaks_the_silence(self, rani: User, touch: str) -> None:
        deal = silent_deal(rani)
        if touch == "activity":
            complete(promise(rani, deal=deal), by=rani)
        else:
            DealNote.objects.create(deal=deal, author=rani, body="They will call.")

        assert my_day(rani).risks.total == 0

    def test_a_step_that_is_planned_ahead_keeps_a_deal_from_being_silent(self, rani: User) -> None:
        promise(rani, 2, deal=silent_deal(rani))

        assert my_day(rani).risks.total == 0

    def test_a_step_that_is_late_does_not(self, rani: User) -> None:
        promise(rani, -2, deal=silent_deal(rani))

        assert my_day(rani).risks.total == 1

    def test_closed_deals_are_never_at_risk(self, rani: User) -> None:
        deal = DealFactory(owner=rani, won=True)
        Deal.objects.filter(pk=deal.pk).update(stage_since=NOW - timedelta(days=90))

        assert my_day(rani).risks.total == 0

    def test_the_most_money_comes_first_whatever_its_currency(self, rani: User) -> None:
        ExchangeRate.objects.create(currency_id="IDR", valid_from=TODAY, rate=Decimal("0.00006"))
        silent_deal(rani, name="rupiah", amount=Decimal(1_000_000), currency_id="IDR")
        silent_deal(rani, name="dollars", amount=Decimal(500))

        assert subjects(my_day(rani).risks.rows) == ["dollars", "rupiah"]


class TestWaiting:
    def test_a_quote_waits_that_expires_within_a_week_the_soonest_first(self, rani: User) -> None:
        later, sooner = expiring_quote(rani, 7), expiring_quote(rani, 0)
        expiring_quote(rani, 8)

        assert my_day(rani).waits.rows == [sooner, later]


class TestNumbers:
    def test_at_most_five_lines_a_kind_and_the_number_of_all(self, rani: User) -> None:
        for _number in range(MOST_LINES + 3):
            promise(rani)

        section = my_day(rani).promises
        assert (len(section.rows), section.total, section.more) == (MOST_LINES, MOST_LINES + 3, 3)

    def test_badge_heading_sections_and_lists_agree(self, rani: User, admin_as: As) -> None:
        for number in range(MOST_LINES + 2):
            promise(rani, -number)
            silent_deal(rani)
        for days in range(2):
            expiring_quote(rani, days)
        client = admin_as(rani)

        response = client.get(HOME)
        sections = response.context["home"].lead.shown
        listed = [client.get(section.more_link).context["cl"].result_count for section in sections]

        assert response.context["home"].heading == "My day – Wed 13 May: 7 promises, 7 deals at risk, 2 quotes expire"
        assert [section.total for section in sections] == listed == [7, 7, 2]
        assert badge_of(response, "My day") == needs_me(rani) == my_day(rani).number == 16

    def test_later_this_week_opens_as_many(self, rani: User, admin_as: As) -> None:
        for days in range(9):
            promise(rani, days)
        client = admin_as(rani)

        (later,) = (part.shown for part in client.get(HOME).context["home"].parts)
        assert later.total == client.get(later.more_link).context["cl"].result_count == 7

    def test_a_free_day_says_so(self, rani: User, admin_as: As) -> None:
        response = admin_as(rani).get(HOME)

        assert response.context["home"].heading == "My day – Wed 13 May: nothing needs you"
        assert "Nothing promised for today." in response.content.decode()

    def test_a_day_costs_the_same_queries_however_full_it_is(
        self, rani: User, admin_as: As, django_assert_max_num_queries: Any
    ) -> None:
        client = admin_as(rani)
        for _number in range(12):
            deal = silent_deal(rani, company=CompanyFactory(owner=rani))
            promise(rani, -1, deal=deal)
        with django_assert_max_num_queries(15):
            assert client.get(HOME).status_code == 200


def badge_of(response: Any, title: str) -> Any:
    items = [item for group in response.context["sidebar_navigation"] for item in group["items"]]
    return next(item for item in items if str(item["title"]) == title).get("badge")


class TestPage:
    def test_every_line_says_why_it_is_there(self, rani: User, admin_as: As) -> None:
        promise(rani, -3, subject="Send price")
        ActivityFactory(owner=rani, starts_at=NOW + timedelta(hours=1), subject="Call back")
        silent_deal(rani, 40, name="Refit")
        expiring_quote(rani, 1)

        sections = admin_as(rani).get(HOME).context["home"].lead.shown
        told = {line.title: line.why for section in sections for line in section.lines}
        assert told == {
            "Send price": "3 days late",
            "Call back": "promised for today 10:00",
            "Refit": "silent 40 days, usual for this stage 10",
            told_quote(told): "expires tomorrow",
        }

    def test_a_reps_home_is_their_day_and_one_entry_of_the_sidebar_leads_to_it(self, rani: User, admin_as: As) -> None:
        client = admin_as(rani)

        titles = [str(item["title"]) for item in client.get(HOME).context["sidebar_navigation"][0]["items"]]
        assert titles[0] == "My day"
        assert "Home" not in titles
        assert client.get(DAY).url == HOME  # type: ignore[attr-defined]

    def test_others_have_a_home_and_their_day_beside_it(self, mira: User, admin_as: As) -> None:
        promise(mira, subject="Ask the printer")
        client = admin_as(mira)

        assert badge_of(client.get(HOME), "My day") == 1
        assert "Ask the printer" in client.get(DAY).content.decode()

    def test_done_from_a_line_comes_back_with_a_way_back(self, rani: User, admin_as: As) -> None:
        done, client = promise(rani), admin_as(rani)

        response = client.post(reverse("admin:deals_activity_done", args=[done.pk]), {"next": HOME}, follow=True)
        assert response.redirect_chain[0][0] == HOME
        client.post(reverse("admin:deals_activity_reopen", args=[done.pk]), {"next": HOME})
        done.refresh_from_db()
        assert done.is_planned

    def test_a_log_from_a_line_keeps_the_promise_and_makes_the_next_one(self, rani: User, admin_as: As) -> None:
        kept, client = promise(rani, subject="Call Anna", deal=DealFactory(owner=rani)), admin_as(rani)
        fields = {"completes": kept.pk, "kind": "call", "body": "Wants a price", "next_in": "3", "next": HOME}

        assert client.post(reverse("admin:activity_log"), fields).url == HOME  # type: ignore[attr-defined]
        kept.refresh_from_db()
        (following,) = kept.next_steps.all()
        assert (kept.state, kept.note) == ("done", "Wants a price")
        assert (following.due_on, following.deal) == (TODAY + timedelta(days=3), kept.deal)

    def test_a_log_can_be_taken_back_with_its_next_step(self, rani: User, admin_as: As) -> None:
        kept, client = promise(rani), admin_as(rani)
        client.post(reverse("admin:activity_log"), {"completes": kept.pk, "kind": "call", "next_in": "1"})
        following = kept.next_steps.get()

        client.post(reverse("admin:deals_activity_reopen", args=[kept.pk]), {"also": following.pk})
        assert [Activity.objects.get(pk=each.pk).state for each in (kept, following)] == ["planned", "cancelled"]


def told_quote(told: dict[str, str]) -> str:
    return next(title for title in told if title.startswith("Quote "))


class TestLatePromises:
    def test_a_manager_sees_those_of_their_people_the_longest_overdue_first(
        self, maya: User, rani: User, bima: User
    ) -> None:
        promise(rani, -1, subject="yesterday")
        promise(rani, -5, subject="long ago")
        promise(rani, 0, subject="today")
        promise(maya, -5, subject="own")
        promise(bima, -5, subject="of another team")

        assert subjects(late_promises(maya).rows) == ["long ago", "yesterday"]

    def test_the_home_names_who_what_and_how_late_and_opens_as_many(self, maya: User, rani: User, admin_as: As) -> None:
        for days in range(1, 8):
            promise(rani, -days, deal=DealFactory(owner=rani, amount=Decimal(1200)))
        client = admin_as(maya)

        shown = home_part(client)
        first = shown.rows[0]
        assert (str(first.activity.owner), first.late, first.amount) == ("Rani", "7 days late", "$1,200.00")
        assert (shown.total, shown.more) == (7, 2)
        assert client.get(late_list()).context["cl"].result_count == 7

    def test_a_promise_is_given_to_somebody_else_from_there(self, maya: User, rani: User, admin_as: As) -> None:
        late, client = promise(rani, -1), admin_as(maya)

        client.post(reverse("admin:deals_activity_reassign", args=[late.pk]), {"to": maya.pk, "next": HOME})
        late.refresh_from_db()
        assert late.owner == maya
        assert home_part(client).total == 0


def home_part(client: Client) -> Any:
    page: HomePage = client.get(HOME).context["home"]
    return next(part.shown for part in page.parts if part.template.endswith("late.html"))
