"""A public form in a real browser: filled in on a phone without a script, no fault for axe; and its builder."""

import hashlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House, PageAs

# Written in the house itself: a campaign with a link, a form, and a lead that waits.
MAKE = """
from datetime import date
from campaigns.capture.building import ConsentInput, FieldInput, make_form
from campaigns.capture.linking import make_link
from campaigns.models import Campaign, Channel
from contacts.lifecycle.adding import add_contact
from contacts.models import ConsentPurpose, User
rep = User.objects.get(email="rep@tandem.example")
code = "{code}"
campaign = Campaign.objects.create(
    name="Spring " + code, code=code, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), owner=rep
)
channel = Channel.objects.get(code="internet")
fields = [FieldInput(kind, is_required=kind == "name") for kind in ("name", "phone", "company", "country", "message")]
fields.append(FieldInput("choice", label="Which size?", choices="Small" + chr(10) + "Large"))
form = make_form(
    {"name": "Catalogue " + code, "slug": code, "title": "Get our catalogue of 2026", "campaign": campaign,
     "channel": channel, "intro": "By e-mail, within a minute.", "double_opt_in": False, "owner": rep,
     "embedding_sites": "https://acme.example"},
    fields=fields, consents=[ConsentInput(each) for each in ConsentPurpose.objects.all()],
)
link = make_link(name="Flyer", destination="https://shop.example/", campaign=campaign, channel=channel)
anna = add_contact(full_name="Anna " + code, by=None, stage="mql", owner=rep)
print(form.pk, link.pk, anna.pk)
"""


@pytest.fixture
def made(house: House, request: pytest.FixtureRequest) -> tuple[str, list[str]]:
    """The code of what was made for this test, and the ids of form, link and lead."""
    code = hashlib.sha256(request.node.name.encode()).hexdigest()[:10]
    told = house.manage("shell", "--verbosity", "0", "-c", MAKE.replace("{code}", code)).strip().splitlines()[-1]
    return code, told.split()


def fits(page: Page) -> bool:
    """Say whether nothing stands out of the page to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_stranger_fills_in_a_form_on_a_phone(
    made: tuple[str, list[str]], page_as: PageAs, faults: Callable[[Page], list[str]], guard: object
) -> None:
    page = page_as(None, width=390)
    guard.expected += ["422"]  # type: ignore[attr-defined]
    page.goto(f"/f/{made[0]}/")
    assert (fits(page), faults(page)) == (True, [])

    # Nobody is faster than this with two thumbs; a program would be turned away.
    page.get_by_label("Message").press_sequentially("Please call me on Monday.", delay=60)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert (fits(page), faults(page)) == (True, [])
    page.get_by_label("Your name").fill("Bo Lê")
    page.get_by_label("E-mail address").fill(f"bo{made[0]}@acme.example")
    page.get_by_label("Which size?").select_option("Large")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert (fits(page), faults(page)) == (True, [])


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_of_capture_have_no_fault(
    made: tuple[str, list[str]], page_as: PageAs, faults: Callable[[Page], list[str]], width: int
) -> None:
    form, link, lead = made[1]
    addresses = {
        "/admin/campaigns/webform/": "marketer",
        f"/admin/campaigns/webform/{form}/change/": "marketer",
        f"/admin/campaigns/trackedlink/{link}/change/": "marketer",
        "/admin/campaigns/touch/": "marketer",
        "/admin/campaigns/touch/list/add/": "marketer",
        "/admin/campaigns/leads/": "rep",
        f"/admin/campaigns/leads/{lead}/accept/": "rep",
    }
    found = {}
    for address, who in addresses.items():
        page = page_as(who, width=width)
        page.goto(address)
        found[address] = [*faults(page), *([] if fits(page) else ["stands out to the side"])]
        page.close()

    assert {address: said for address, said in found.items() if said} == {}
