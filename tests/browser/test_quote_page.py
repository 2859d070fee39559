"""The customer's page of a quote in a real browser: accepted on a phone, no script, no fault for axe."""

import hashlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import House, PageAs

# Written in the house itself: a quote as a rep sends it, and the path of the page that its customer gets.
SEND = """
from decimal import Decimal
from contacts.lifecycle.adding import add_contact
from contacts.models import User
from deals.documents.drafting import DraftLine
from deals.models import Currency, Seller
from deals.pipeline.moving import open_deal
from deals.quotes.drafting import change_revision, draft_quote
from deals.quotes.linking import token_for
from deals.quotes.sending import send
rep = User.objects.get(email="rep@tandem.example")
rupiah = Currency.objects.get(code="IDR")
seller = Seller.objects.all().usual() or Seller.objects.create(name="Nusantara", country="ID", currency=rupiah)
anna = add_contact(full_name="Anna Berg", language="en", emails=["{address}"], by=None)
deal = open_deal(name="Refit", owner=rep, by=rep, contacts=[anna], currency=rupiah)
quote = draft_quote(deal, by=rep, seller=seller)
lines = [
    DraftLine(description="Coffee beans of a long and winding name, washed and roasted", quantity=Decimal(120),
              unit="kg", unit_price=Decimal(185000), discount=Decimal(5)),
    DraftLine(description="Service", quantity=Decimal(4), unit="visits", unit_price=Decimal(350000)),
]
change_revision(quote.revisions.get(), by=rep, lines=lines, introduction="As discussed.", terms="Cash")
print("/q/" + token_for(send(quote, by=rep, by_email=False)) + "/")
"""


@pytest.fixture
def quote(house: House, request: pytest.FixtureRequest) -> str:
    """The path of a page that waits for its customer."""
    address = hashlib.sha256(request.node.name.encode()).hexdigest()[:12] + "@customer.example"
    return house.manage("shell", "--verbosity", "0", "-c", SEND.replace("{address}", address)).strip().splitlines()[-1]


def fits(page: Page) -> bool:
    """Say whether nothing stands out of the page to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_the_customer_accepts_on_a_phone(quote: str, page_as: PageAs, faults: Callable[[Page], list[str]]) -> None:
    page = page_as(None, width=390)
    page.goto(quote)
    assert (fits(page), faults(page)) == (True, [])

    page.get_by_role("link", name="Answer this quote").click()
    form = page.locator("form").first
    expect(form.get_by_label("Your name")).to_be_in_viewport()
    form.get_by_label("Your name").fill("Anna Berg")
    form.get_by_label("I accept this quote, exactly as it is shown here.").check()
    page.get_by_role("button", name="Accept the quote").click()

    expect(page.get_by_role("heading", name="Accepted. Thank you!")).to_be_in_viewport()
    assert (fits(page), faults(page)) == (True, [])
    pages = page.context.request.get(page.url.split("#")[0] + "pdf/").body()
    assert hashlib.sha256(pages).hexdigest() == page.locator(".fingerprint").inner_text().strip()


def test_what_is_missing_is_said_beside_its_field(
    quote: str, page_as: PageAs, faults: Callable[[Page], list[str]], guard: object
) -> None:
    page = page_as(None, width=390)
    guard.expected += ["422"]  # type: ignore[attr-defined]
    page.goto(quote)

    page.get_by_role("button", name="Accept the quote").click()

    expect(page.locator(".fault")).to_have_text(["This field is required."] * 2)
    assert faults(page) == []


def test_the_customer_declines_with_a_reason(quote: str, page_as: PageAs, faults: Callable[[Page], list[str]]) -> None:
    page = page_as(None)
    page.goto(quote)
    page.get_by_text("Decline it instead").click()
    form = page.locator("details form")
    form.get_by_label("Your name").fill("Anna Berg")
    form.get_by_label("What is the reason?").fill("Too dear for this year")
    assert faults(page) == []

    form.get_by_role("button", name="Decline the quote").click()

    expect(page.locator("#answer")).to_contain_text("Too dear for this year")
    assert faults(page) == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_can_be_read_by_everybody(
    quote: str, page_as: PageAs, faults: Callable[[Page], list[str]], width: int, dark: bool
) -> None:
    page = page_as(None, width=width, dark=dark)
    page.goto(quote)

    assert (fits(page), faults(page)) == (True, [])
    small = page.evaluate(
        "[...document.querySelectorAll('a, button, summary, input:not([type=hidden])')]"
        ".filter(e => e.checkVisibility()).filter(e => e.getBoundingClientRect().height < 24).map(e => e.outerHTML)"
    )
    assert small == []


def test_the_page_needs_no_script(quote: str, house: House, chromium: Browser) -> None:
    context = chromium.new_context(base_url=house.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(quote)

    page.get_by_label("Your name").first.fill("Anna Berg")
    page.get_by_label("I accept this quote").check()
    page.get_by_role("button", name="Accept the quote").click()

    expect(page.get_by_role("heading", name="Accepted. Thank you!")).to_be_visible()
    context.close()
