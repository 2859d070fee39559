"""Deals in a real browser: few clicks, drag and keyboard, undo, no JavaScript, no fault for axe."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Guard, House, PageAs

BOARD = "/admin/deals/deal/board/"
ADD = "/admin/deals/deal/add/"


class Hand:
    """Counts what a person does: clicks, fields filled in, pages loaded."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.fields = self.loads = 0
        page.on("domcontentloaded", lambda _page: self._loaded())

    def _loaded(self) -> None:
        self.loads += 1

    def click(self, name: str, role: Any = "link") -> None:
        self.clicks += 1
        self.page.locator("#main").get_by_role(role, name=name, exact=True).first.click()

    def fill(self, label: str, value: str) -> None:
        self.fields += 1
        self.page.get_by_label(label, exact=False).first.fill(value)


def open_deal(page: Page, name: str, amount: str = "1000") -> str:
    """Open a deal by its form; return its address."""
    page.goto(ADD)
    page.locator("#id_name").fill(name)
    page.locator("#id_amount").fill(amount)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/change/")
    return page.url


def search(page: Page, text: str) -> None:
    """Type into the palette, as one does: without touching the mouse."""
    page.keyboard.press("Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    page.keyboard.type(text)


def card(page: Page, name: str) -> Any:
    return page.locator(".dl-card", has=page.get_by_role("link", name=name, exact=True))


def column_of(page: Page, name: str) -> str:
    return str(page.locator(".dl-column", has=card(page, name)).locator("h2").inner_text()).split("\n")[0].strip()


# --- Clicks ---


def test_a_deal_takes_two_clicks_and_three_fields_from_the_home(page_as: PageAs) -> None:
    page = page_as("rep")
    page.goto("/admin/")
    hand = Hand(page)
    hand.click("Deal")
    hand.fill("Name", "Hundred drills")
    hand.fill("Company", "Drill Works Ltd")
    hand.fill("Amount", "12000")
    page.keyboard.press("Escape")
    hand.click("Save", "button")
    page.wait_for_url("**/change/")
    expect(page.locator("h2.td-title")).to_have_text("Hundred drills")
    expect(page.locator(".dl-deal-title")).to_contain_text("Drill Works Ltd")
    assert (hand.clicks, hand.fields) == (2, 3)


def test_a_stage_takes_one_click_on_the_deal_and_an_undo_takes_it_back(page_as: PageAs) -> None:
    page = page_as("rep")
    open_deal(page, "One click")
    hand = Hand(page)
    page.locator(".td-path").get_by_role("button", name="Present the product").click()
    expect(page.locator(".td-path [aria-current=step]")).to_contain_text("Present the product")
    assert hand.loads == 1
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator(".td-path [aria-current=step]")).to_contain_text("Identify, connect and meet")


def test_the_toast_with_the_undo_leaves_after_ten_seconds(page_as: PageAs) -> None:
    page = page_as("rep")
    page.clock.install()
    open_deal(page, "Ten seconds")
    page.locator(".td-path").get_by_role("button", name="Approach").click()
    toast = page.locator("[data-toast]")
    expect(toast).to_be_visible()
    page.clock.run_for(9_000)
    expect(toast).to_be_visible()
    page.clock.run_for(2_000)
    expect(toast).to_have_count(0)


def test_a_deal_is_found_by_the_palette_without_a_click(page_as: PageAs) -> None:
    page = page_as("rep")
    open_deal(page, "Needle in the stack")
    page.goto("/admin/")
    search(page, "needle in")
    expect(page.locator("#command-results-list li").first).to_contain_text("Needle in the stack")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/deals/deal/*/change/")
    expect(page.locator("h2.td-title")).to_have_text("Needle in the stack")


def test_the_palette_opens_the_form_of_a_new_deal_with_its_name(page_as: PageAs) -> None:
    page = page_as("rep")
    page.goto("/admin/")
    search(page, "new deal Palette deal")
    page.locator("#command-results-list").get_by_text("New deal “Palette deal”").click()
    expect(page.locator("#id_name")).to_have_value("Palette deal")


# --- The board ---


def test_a_card_is_dragged_to_another_stage_and_the_totals_follow(page_as: PageAs) -> None:
    page = page_as("rep")
    open_deal(page, "Dragged", "777")
    page.goto(BOARD)
    before = page.locator(".dl-column").nth(1).locator("[data-count]").inner_text()
    card(page, "Dragged").drag_to(page.locator(".dl-column").nth(1).locator(".dl-cards"))
    expect(page.locator("#toasts")).to_contain_text("“Dragged” moved to “Approach”")
    expect(page.locator(".dl-column").nth(1).locator("[data-count]")).to_have_text(str(int(before) + 1))
    assert column_of(page, "Dragged") == "Approach"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator(".dl-column").nth(0)).to_contain_text("Dragged")


def test_a_card_is_dropped_on_won(page_as: PageAs) -> None:
    page = page_as("rep")
    open_deal(page, "Won by drag")
    page.goto(BOARD)
    card(page, "Won by drag").drag_to(page.locator("[data-verb=win]").first)
    expect(page.locator("#toasts")).to_contain_text("“Won by drag” is won.")
    expect(card(page, "Won by drag")).to_have_count(0)


def test_a_card_dropped_on_lost_asks_why_and_goes_back_if_nobody_says(page_as: PageAs) -> None:
    page = page_as("rep")
    open_deal(page, "Lost by drag")
    page.goto(BOARD)
    zone = page.locator(".dl-zone ul[data-verb=lose]")
    card(page, "Lost by drag").drag_to(zone)
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert column_of(page, "Lost by drag") == "Identify, connect and meet"
    card(page, "Lost by drag").drag_to(zone)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").select_option(label="No budget")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(page.locator("#toasts")).to_contain_text("“Lost by drag” is lost: No budget.")


def test_a_card_moves_by_the_keyboard_alone(page_as: PageAs) -> None:
    page = page_as("rep")
    open_deal(page, "By keyboard")
    page.goto(BOARD)
    page.get_by_role("link", name="By keyboard", exact=True).focus()
    page.keyboard.press("m")
    expect(page.get_by_role("menu", name="Move to")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#stage-menu")).to_be_hidden()
    expect(page.get_by_role("link", name="By keyboard", exact=True)).to_be_focused()
    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("“By keyboard” moved to “Present the product”")
    # The card keeps the focus in its new column, so that one can go on.
    expect(page.get_by_role("link", name="By keyboard", exact=True)).to_be_focused()


def test_a_move_of_a_card_that_somebody_moved_meanwhile_is_refused_and_the_card_goes_where_it_is(
    page_as: PageAs, guard: Guard
) -> None:
    guard.expected += ["409"]
    page, other = page_as("rep"), page_as("rep")
    address = open_deal(page, "Two people")
    page.goto(BOARD)
    other.goto(address)
    other.locator(".td-path").get_by_role("button", name="Quote and persuade").click()
    card(page, "Two people").drag_to(page.locator(".dl-column").nth(1).locator(".dl-cards"))
    expect(page.locator("#toasts")).to_contain_text("somebody moved it since")
    assert column_of(page, "Two people") == "Quote and persuade"


def test_a_card_goes_back_when_the_server_is_away(page_as: PageAs, guard: Guard) -> None:
    guard.expected += ["ERR_INTERNET_DISCONNECTED"]
    page = page_as("rep")
    open_deal(page, "Offline")
    page.goto(BOARD)
    page.context.set_offline(True)
    card(page, "Offline").drag_to(page.locator(".dl-column").nth(1).locator(".dl-cards"))
    expect(page.locator("#toasts")).to_contain_text("Nothing was moved")
    assert column_of(page, "Offline") == "Identify, connect and meet"
    page.context.set_offline(False)


def test_a_finger_opens_the_stage_menu_of_a_card(page_as: PageAs) -> None:
    page = page_as("rep", width=390)
    open_deal(page, "By finger")
    page.goto(BOARD)
    page.get_by_role("button", name="Move “By finger”").click()
    page.get_by_role("menuitem", name="Approach").click()
    expect(page.locator("#toasts")).to_contain_text("moved to “Approach”")


@pytest.fixture
def without_script(house: House, chromium: Browser, session_of: Callable[[str], Any]) -> Iterator[Page]:
    context = chromium.new_context(base_url=house.url, storage_state=session_of("rep"), java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_javascript_the_board_is_lists_with_a_form_on_every_card(page_as: PageAs, without_script: Page) -> None:
    open_deal(page_as("rep"), "Plain")
    page = without_script
    page.goto(BOARD)
    plain = card(page, "Plain")
    expect(plain).to_be_visible()
    expect(page.locator(".dl-card")).to_have_count(page.locator(".dl-card-form").count())
    plain.get_by_role("combobox").select_option(label="Quote and persuade")
    plain.get_by_role("button", name="Move", exact=True).click()
    assert column_of(page, "Plain") == "Quote and persuade"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    assert column_of(page, "Plain") == "Identify, connect and meet"
    card(page, "Plain").get_by_role("combobox").select_option(label="No need")
    card(page, "Plain").get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("is lost: No need")


# --- The page of a deal ---


def test_lines_start_with_the_price_of_their_product_and_the_amount_follows(page_as: PageAs) -> None:
    page = page_as("rep")
    open_deal(page, "With lines", "5")
    # A quick hand chooses before htmx counts the table as settled.
    page.evaluate("htmx.config.defaultSettleDelay = 1000")
    page.get_by_role("link", name="Add lines").click()
    row = page.locator("[data-line]").first
    row.get_by_label("Product").select_option(label="Barcode scanner")
    expect(row.get_by_label("Unit price")).to_have_value("265.00")
    row.get_by_label("Quantity").fill("4")
    page.get_by_role("button", name="Line", exact=True).click()
    second = page.locator("[data-line]").last
    second.get_by_label("Product").select_option(label="Label printer")
    second.get_by_label("Discount %").fill("50")
    expect(page.locator("[data-sum]")).to_have_text("$1,505.00")
    page.get_by_role("button", name="Save lines").click()
    expect(page.locator(".dl-fact-strong")).to_have_text("$1,505.00")
    expect(page.locator("#id_amount")).to_be_disabled()


def test_a_person_is_added_by_typing_and_taken_out(page_as: PageAs) -> None:
    page = page_as("rep")
    open_deal(page, "With people")
    page.get_by_placeholder("Add a person by name").fill("Dewi Lestari Baru")
    page.get_by_label("Role in buying").select_option(label="Decides")
    page.get_by_role("button", name="Add", exact=True).click()
    people = page.locator("section[aria-labelledby=people-title]")
    expect(people).to_contain_text("Dewi Lestari Baru")
    people.get_by_role("button", name="Remove Dewi Lestari Baru").click()
    expect(page.locator("section[aria-labelledby=people-title]")).to_contain_text("Nobody yet.")


def test_a_deal_is_lost_with_a_reason_and_opened_again_with_one(page_as: PageAs) -> None:
    page = page_as("rep")
    open_deal(page, "Back again")
    page.locator("summary", has_text="Lost").click()
    page.get_by_label("Why is it lost?").select_option(label="Wrong time")
    page.get_by_role("button", name="Mark as lost").click()
    expect(page.locator(".dl-facts")).to_contain_text("Wrong time")
    page.locator("summary", has_text="Reopen").click()
    page.get_by_label("Why is it opened again?").fill("They called")
    page.locator(".dl-drop-body").get_by_role("button", name="Reopen").click()
    expect(page.locator(".dl-facts")).to_contain_text("Expected close")


def test_stages_of_a_pipeline_are_renamed_added_and_ordered(page_as: PageAs) -> None:
    page = page_as("manager")
    page.goto("/admin/deals/pipeline/add/")
    page.locator("#id_name").fill("Renewal")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/change/")
    first = page.locator("input[name^=stage-][name$=-name]").first
    first.fill("Remind")
    page.get_by_placeholder("New stage").fill("Agree")
    page.locator("form").get_by_role("button", name="Save", exact=True).last.click()
    expect(first).to_have_value("Remind")
    page.get_by_role("button", name="Remind down").click()
    names = page.locator("input[name^=stage-][name$=-name]")
    expect(names.nth(1)).to_have_value("Remind")
    page.locator("tr", has=page.locator("input[value=Remind]")).get_by_role("button", name="Delete").click()
    expect(page.locator("input[value=Remind]")).to_have_count(0)


# --- Numbers ---


@pytest.mark.parametrize("role", ["rep", "manager"])
def test_every_tile_of_a_home_opens_a_list_of_as_many_deals(page_as: PageAs, role: str) -> None:
    page = page_as(role)
    page.goto("/admin/")
    tiles = [
        (tile.inner_text(), str(tile.get_attribute("href")))
        for tile in page.locator("a.td-tile").all()
        if "/deals/deal/" in str(tile.get_attribute("href"))
    ]
    assert len(tiles) == 4
    for text, link in tiles:
        page.goto(link)
        number = page.locator(".dl-tab[aria-current] .dl-count")
        listed = number.inner_text() if number.count() else str(page.locator("#result_list tbody tr").count())
        assert listed in text.replace(",", " ").split(), text


# Landmarks belong to the frame around every page, which is looked at where it is built.
OF_THE_FRAME = ("landmark-one-main", "landmark-unique", "region")

PAGES = [
    BOARD,
    "/admin/deals/deal/",
    "/admin/deals/deal/?outcome=won&stalled=0",
    ADD,
    "/admin/deals/deal/54/change/",
    "/admin/deals/deal/54/change/?edit=lines",
    "/admin/deals/deal/50/change/",
    "/admin/deals/product/",
    "/admin/deals/product/1/change/",
    "/admin/deals/product/add/",
    "/admin/deals/productcategory/",
    "/admin/deals/pipeline/",
    "/admin/deals/pipeline/1/change/",
    "/admin/deals/pipeline/add/",
    "/admin/deals/lossreason/",
    "/admin/deals/currency/",
    "/admin/deals/currency/IDR/change/",
    "/admin/deals/exchangerate/",
    "/admin/deals/stagechange/",
    "/admin/",
]


@pytest.mark.parametrize("address", PAGES)
def test_pages_have_no_fault_of_access_and_fit_their_width(
    page_as: PageAs, faults_of_every_look: Callable[[Page], list[str]], address: str
) -> None:
    page = page_as("admin")
    page.goto(address)

    found = faults_of_every_look(page)

    assert [fault for fault in found if not fault.partition(": ")[2].startswith(OF_THE_FRAME)] == []
