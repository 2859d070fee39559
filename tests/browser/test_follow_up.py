"""Follow-ups in a real browser: a call and its next step in two clicks, by keyboard, without a script, for all eyes."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Guard, PageAs

HOME, CALENDAR, ADD = "/admin/", "/admin/calendar/", "/admin/deals/activity/add/"


class Hand:
    """Counts what a person does: clicks, fields filled in, pages loaded."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.fields = self.loads = 0
        page.on("domcontentloaded", lambda _page: self._loaded())

    def _loaded(self) -> None:
        self.loads += 1

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def fill(self, what: Locator, value: str) -> None:
        self.fields += 1
        what.fill(value)

    def choose(self, what: Locator) -> None:
        self.fields += 1
        what.check(force=True)


def promise(page: Page, subject: str) -> None:
    """Plan a call for today by the form."""
    page.goto(ADD)
    page.locator("#id_subject").fill(subject)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/change/")


def keep_all_others(page: Page) -> None:
    """Do what the demo company promised, so that new promises are among the five that show."""
    while page.locator(".da-promise .da-line").count():
        before = page.locator("#home h2.td-title").inner_text()
        page.locator(".da-promise").get_by_role("button", name=re.compile("^Done:")).first.click()
        expect(page.locator("#home h2.td-title")).not_to_have_text(before)


def line(page: Page, subject: str) -> Locator:
    return page.locator(".da-line", has=page.get_by_role("link", name=subject, exact=True))


def count_of(page: Page, kind: str) -> int:
    number = page.locator(f".da-{kind} [data-count]")
    return int(number.inner_text()) if number.count() else 0


def badge(page: Page) -> int:
    entry = page.locator("#nav-sidebar").get_by_role("link", name="My day")
    return int(re.sub(r"\D", "", entry.inner_text()) or 0)


@pytest.fixture
def my_day(page_as: PageAs) -> Page:
    """The day of a rep, with one promise for today of the test's own."""
    page = page_as("rep")
    page.goto(HOME)
    keep_all_others(page)
    promise(page, "Call Anna back")
    page.goto(HOME)
    return page


# --- Clicks ---


def test_a_call_and_its_follow_up_take_two_clicks_and_two_fields_and_load_no_page(my_day: Page) -> None:
    hand = Hand(my_day)
    mine = line(my_day, "Call Anna back")
    hand.click(mine.locator("summary", has_text="Log"))
    hand.fill(mine.get_by_label("What happened?"), "Wants the price by Friday")
    hand.choose(mine.get_by_role("radio", name=re.compile(r"^\+3")))
    hand.click(mine.get_by_role("button", name="Save"))
    expect(my_day.locator("#toasts")).to_contain_text("Logged. Next: Call")
    expect(mine).to_have_count(0)
    assert (hand.clicks, hand.fields, hand.loads) == (2, 2, 0)


def test_heading_badge_and_section_follow_what_is_done(my_day: Page) -> None:
    before = badge(my_day)
    line(my_day, "Call Anna back").get_by_role("button", name="Done: Call Anna back").click()
    expect(my_day.locator("#toasts")).to_contain_text("Done: “Call Anna back”.")
    expect(my_day.locator("#home h2.td-title")).to_contain_text("0 promises")
    assert badge(my_day) == before - 1 == sum(count_of(my_day, kind) for kind in ("promise", "risk", "wait"))


def test_what_was_done_is_taken_back_by_the_toast(my_day: Page) -> None:
    line(my_day, "Call Anna back").get_by_role("button", name="Done: Call Anna back").click()
    my_day.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(line(my_day, "Call Anna back")).to_be_visible()


def test_a_promise_is_put_off_by_a_click_or_to_a_day_of_ones_choice(my_day: Page) -> None:
    mine = line(my_day, "Call Anna back")
    mine.get_by_role("button", name="Put off by a day: Call Anna back").click()
    expect(my_day.locator("#toasts")).to_contain_text("moved to tomorrow")
    expect(my_day.locator(".td-aside")).to_contain_text("Call Anna back")
    promise(my_day, "Call Budi back")
    my_day.goto(HOME)
    mine = line(my_day, "Call Budi back")
    mine.locator("summary[aria-label^='Put off for longer']").click()
    mine.get_by_role("button", name="+7 days").click()
    expect(my_day.locator("#toasts")).to_contain_text("“Call Budi back” moved to")
    expect(mine).to_have_count(0)


def test_a_refusal_leaves_what_was_typed(my_day: Page, page_as: PageAs, guard: Guard) -> None:
    guard.expected += ["409"]
    mine = line(my_day, "Call Anna back")
    mine.locator("summary", has_text="Log").click()
    mine.get_by_label("What happened?").fill("A long story")
    other = page_as("rep")
    other.goto(HOME)
    line(other, "Call Anna back").get_by_role("button", name="Done: Call Anna back").click()
    expect(line(other, "Call Anna back")).to_have_count(0)
    mine.get_by_role("button", name="Save").click()
    expect(my_day.locator("#toasts")).to_contain_text("is done already")
    expect(mine.get_by_label("What happened?")).to_have_value("A long story")
