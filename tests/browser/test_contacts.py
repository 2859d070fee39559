"""What staff do with contacts, in a real browser: few clicks, the keyboard, and nothing lost."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROLES, sign_in


def search(page, text):
    """Type into the palette without touching the mouse, once the page listens."""
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    page.locator("#search-input-command").press_sequentially(text)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_lands_on_its_home(role, page_as):
    page = page_as(role)

    page.goto("/")

    assert page.url.endswith("/admin/")
    assert page.locator("#content .td-title").inner_text().strip()


def test_signing_in_takes_two_fields_and_one_click(house, page_as):
    page = page_as(None)

    sign_in(page, house.url, "rep@tandem.example")

    assert page.url == house.url + "/admin/"


def test_a_contact_with_a_new_company_takes_two_clicks_and_three_fields(page_as):
    page = page_as("rep")
    page.goto("/admin/")

    page.get_by_role("link", name="Contact", exact=True).click()
    page.fill("#id_full_name", "Ayu Kartika")
    page.fill("#id_company", "Kartika Rasa")
    page.fill("#id_email", "ayu@kartika-rasa.example.com")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".td-title").first).to_have_text("Ayu Kartika")
    expect(page.get_by_text("“Ayu Kartika” was added.")).to_be_visible()
    expect(page.get_by_role("link", name="Kartika Rasa").first).to_be_visible()


def test_a_company_is_chosen_from_suggestions_by_keyboard(page_as):
    page = page_as("rep")
    page.goto("/admin/contacts/contact/add/")
    page.fill("#id_full_name", "Dewi")

    page.locator("#id_company").press_sequentially("sehat")
    expect(page.locator(".td-typed-list li").first).to_contain_text("Sehat Rimba Farma")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value("#id_company") == "Sehat Rimba Farma"
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".td-sub").first).to_contain_text("Sehat Rimba Farma")


def test_the_palette_finds_and_offers_to_create_by_keyboard_alone(page_as):
    page = page_as("rep")
    page.goto("/admin/")

    search(page, "sehat rimba")
    expect(page.locator("#command-results-list")).to_contain_text("Sehat Rimba Farma")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/company/\d+/change/"))

    search(page, 'new company Kopi & "Susu" <b>')
    expect(page.locator("#command-results-list")).to_contain_text('New company “Kopi & "Susu" <b>”')
    page.keyboard.press("Enter")
    expect(page.locator("#id_name")).to_have_value('Kopi & "Susu" <b>')


def test_enter_in_an_empty_palette_does_nothing(page_as):
    page = page_as("rep")
    page.goto("/admin/")

    search(page, "new thing that is nothing")
    expect(page.locator("#command-results-list")).to_contain_text("Nothing found")
    page.keyboard.press("Enter")

    assert page.url.endswith("/admin/")


def test_a_stage_is_moved_by_one_click_and_taken_back_by_another(page_as):
    page = page_as("manager")
    page.goto("/admin/contacts/contact/add/")
    page.fill("#id_full_name", "Bagus Path")
    page.get_by_role("button", name="Save").click()

    page.locator(".td-path").get_by_role("button", name="MQL").click()
    expect(page.locator(".td-step-now")).to_contain_text("MQL")
    expect(page.get_by_text("Bagus Path is Marketing qualified lead now.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    expect(page.locator(".td-step-now")).to_contain_text("Lead")
    page.get_by_text("Why this stage?").click()
    expect(page.locator(".td-ledger")).to_contain_text("Undone: moved by mistake")


def test_a_note_is_written_where_one_is(page_as):
    page = page_as("rep")
    page.goto("/admin/contacts/contact/?owner=me")
    page.locator("#result_list tbody th a").first.click()

    page.locator("#log input[name=kind][value=note]").check(force=True)
    page.locator("#log textarea").fill("Calls back on Friday")
    page.locator("#log").get_by_role("button", name="Save").click()

    expect(page.locator(".td-timeline li").first).to_contain_text("Calls back on Friday")


def test_ticking_another_primary_releases_the_first(page_as):
    page = page_as("rep")
    page.goto("/admin/contacts/contact/add/")
    page.fill("#id_full_name", "Two Mails")
    page.fill("#id_email", "one@two-mails.example.com")
    page.get_by_role("button", name="Save").click()

    page.locator("#emails-group .add-row").click()
    page.fill("#id_emails-1-address", "two@two-mails.example.com")
    page.check("#id_emails-1-is_primary")
    assert not page.is_checked("#id_emails-0-is_primary")
    page.locator("button[name=_save]").click()

    expect(page.locator("section[aria-label=Reach] li").first).to_contain_text("two@two-mails.example.com")


def test_the_menu_opens_on_a_narrow_screen_by_keyboard(page_as):
    page = page_as("rep", width=390)
    page.goto("/admin/")
    companies = page.get_by_role("link", name="Companies")
    expect(companies).not_to_be_visible()

    page.get_by_role("button", name="Show or hide the menu").focus()
    page.keyboard.press("Enter")

    expect(companies).to_be_visible()


def test_a_list_is_narrowed_by_a_filter_and_widened_by_its_chip(page_as):
    page = page_as("marketer")
    page.goto("/admin/contacts/contact/")
    everything = page.locator("[data-heading]").inner_text()

    page.get_by_role("button", name="Filters").first.click()
    page.locator("#changelist-filter select[name=stage]").select_option("customer")
    page.get_by_role("button", name="Apply Filters").click()
    expect(page.locator(".td-chip")).to_contain_text("Customer")
    assert page.locator("[data-heading]").inner_text() != everything
    page.locator(".td-chip").click()

    expect(page.locator("[data-heading]")).to_have_text(everything)


def test_dark_follows_the_system_and_charts_are_drawn(page_as):
    page = page_as("marketer", dark=True)
    page.goto("/admin/")

    assert page.evaluate("document.documentElement.classList.contains('dark')")
    drawn = "(c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].some(v => v))"
    assert page.evaluate(f"{drawn}(document.querySelector('canvas.chart'))")
