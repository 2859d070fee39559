"""Segments in a real browser: built in three clicks from home, by keyboard and on a phone, saved from a list in two."""

import re

import pytest
from playwright.sync_api import expect

ADD = "/admin/campaigns/segment/add/"


def choose_country(page, code="ID"):
    """Let the first condition ask for a country."""
    page.locator("#rules-0-field").select_option("contact.country")
    expect(page.locator("#rules-0-operator")).to_be_visible()
    page.locator("#rules-0-value").select_option(code)


def test_a_segment_takes_three_clicks_from_home_and_counts_while_one_chooses(page_as):
    page = page_as("marketer")
    page.goto("/admin/")

    page.get_by_role("link", name="Segment", exact=True).click()
    choose_country(page)
    expect(page.locator("[data-count]")).to_be_visible()
    counted = page.locator("[data-count]").get_attribute("data-count")
    page.get_by_role("button", name="Save", exact=True).last.click()

    expect(page.locator(".td-title").first).to_have_text("Country: is Indonesia")
    expect(page.locator("[data-heading]")).to_contain_text(re.compile(rf"^{counted} contact"))


def test_rows_and_groups_are_added_and_removed_by_keyboard(page_as):
    page = page_as("marketer")
    page.goto(ADD)

    page.locator("#root-nest").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rules-1-rules-0-field")).to_be_focused()
    page.locator("#rules-1-rules-0-field").select_option("deals")
    page.locator("#rules-1-rules-0-where").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rules-1-rules-0-where-rules-0-field")).to_be_focused()
    page.get_by_role("button", name="Remove group 2", exact=True).focus()
    page.keyboard.press("Enter")

    expect(page.locator("#rules-1-rules-0-field")).to_have_count(0)
    expect(page.locator("#rules-0-field")).to_be_visible()


def test_the_contacts_list_becomes_a_segment_in_two_clicks(page_as):
    page = page_as("marketer")
    page.goto("/admin/contacts/contact/?stage=customer")

    page.get_by_role("link", name="Save as a segment").click()
    page.get_by_role("button", name="Save", exact=True).last.click()

    expect(page.locator(".td-title").first).to_have_text("Lifecycle stage: is Customer")


@pytest.mark.parametrize(("width", "dark"), [(1440, True), (390, False)])
def test_the_builder_fits_and_is_accessible(width, dark, page_as, faults):
    page = page_as("marketer", width=width, dark=dark)
    page.goto(ADD)
    choose_country(page)
    page.locator("#root-nest").click()
    page.locator("#rules-1-rules-0-field").select_option("deals")
    page.locator("#rules-1-rules-0-where").click()
    expect(page.locator("#rules-1-rules-0-where-rules-0-field")).to_be_visible()

    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
