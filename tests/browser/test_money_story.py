"""From a call to a paid invoice through the admin: few clicks, and the customer in between on a phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House, PageAs

# Written in the house itself: an open deal with a line, and a person who has an e-mail address.
DEAL = """
from decimal import Decimal
from contacts.lifecycle.adding import add_company, add_contact
from contacts.models import User
from deals.models import Currency, Product
from deals.pipeline.editing import LineInput, set_lines
from deals.pipeline.moving import open_deal
rep = User.objects.get(email="rep@tandem.example")
rupiah = Currency.objects.get(code="IDR")
company = add_company(name="Kopi Cerita", country="ID", owner=rep, by=rep)
person = add_contact(full_name="Rara Cerita", language="en", emails=["rara@cerita.example"], owner=rep, by=rep)
deal = open_deal(name="Story of a scanner", owner=rep, by=rep, company=company, contacts=[person], currency=rupiah)
set_lines(deal, [LineInput(Product.objects.get(code="SCAN"), Decimal(3), Decimal(4260000), Decimal(0))])
print(deal.pk)
"""


@pytest.fixture(scope="module")
def deal(house: House) -> str:
    """The address of the deal."""
    pk = house.manage("shell", "--verbosity", "0", "-c", DEAL).strip().splitlines()[-1]
    return f"/admin/deals/deal/{pk}/change/"


def press(page: Page, name: str, role: Any = "button") -> None:
    page.locator("#main").get_by_role(role, name=name, exact=True).first.click()


def test_a_call_becomes_a_paid_invoice(deal: str, page_as: PageAs) -> None:
    rep = page_as("rep")
    rep.goto(deal)

    # What happened and what comes next: two fields, two clicks.
    rep.get_by_placeholder("What happened?").first.fill("She wants three scanners before the harvest.")
    rep.get_by_placeholder("Next step, such as: send the price").first.fill("Ask for the order")
    rep.locator("label.da-chip", has_text="+3").first.click()
    rep.locator("form.da-log").first.get_by_role("button", name="Save").click()
    expect(rep.get_by_text("Ask for the order").first).to_be_visible()

    # The quote: one click copies the lines, two send it.
    rep.goto(deal)
    press(rep, "Quote")
    expect(rep.locator(".td-title")).to_contain_text("Draft quote for Story of a scanner")
    rep.locator("summary", has_text="Send").click()
    rep.get_by_role("button", name="Send it now").click()
    expect(rep.get_by_text("goes to rara@cerita.example").first).to_be_visible()
    link = rep.locator("#customer-link").input_value()
    quote = rep.url

    # The customer, on a phone.
    phone = page_as(None, width=390)
    phone.goto(link[link.index("/q/") :])
    phone.get_by_label("Your name").first.fill("Rara Cerita")
    phone.get_by_label("I accept this quote, exactly as it is shown here.").check()
    phone.get_by_role("button", name="Accept the quote").click()
    expect(phone.get_by_text("Rara Cerita").first).to_be_visible()

    # The invoice: one click.
    rep.goto(quote)
    press(rep, "Turn into an invoice")
    expect(rep.locator("[data-next]")).to_contain_text("Issue")
    invoice = rep.url

    # Finance issues it and writes down the payment.
    finance = page_as("finance")
    finance.goto(invoice)
    finance.locator("[data-next] summary").click()
    finance.locator("[data-next] form button[type=submit]").click()
    expect(finance.locator(".td-title")).to_contain_text("INV-")
    finance.locator("summary", has_text="Record payment").first.click()
    finance.locator("details[open] form button[type=submit]").first.click()
    expect(finance.locator("#main").get_by_text("Paid", exact=True).first).to_be_visible()

    # The deal tells it all.
    rep.goto(deal)
    expect(rep.locator(".dl-deal-won")).to_be_visible()
    money = rep.locator("section", has=rep.get_by_role("heading", name="Money"))
    # Quoted, invoiced, paid, and the invoice itself.
    assert money.get_by_text("IDR 14,185,800").count() == 4
