"""Marketing through the admin: from a plan to the paid invoice and back, and the clicks to what is done most."""

import re
from typing import Any

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import House, PageAs

HOME = "/admin/"
PERSON, ADDRESS = "Sigga Cerita", "sigga@cerita.example"
SEGMENT, PLAN, CAMPAIGN, FORM = (
    "Icelanders who asked",
    "Scanners up north",
    "Northern lights",
    "Price list for the north",
)
REP, DEAL, PROMISE, PAID = "Putri Handayani", "Scanners for Sigga", "Send the price", "$1,176.60"
# What a worker does all the time; there is none in this house.
DELIVER = "from config.integrations.tasks import sweep_events; sweep_events()"
REMIND = """
from deals.activities.delivering import deliver_reminder
from deals.models import Reminder
for reminder in Reminder.objects.waiting().filter(activity__subject="Send the price", purpose="remind"):
    assert deliver_reminder(reminder.pk, now=reminder.due_at)
"""


class Hand:
    """Counts what a person does: clicks, and fields filled in."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.fields = 0

    def click(self, name: str | re.Pattern[str], role: Any = "link") -> None:
        """Click what stands on the page itself."""
        self.clicks += 1
        press(self.page, name, role)

    def fill(self, label: str, value: str) -> None:
        """Fill in a field."""
        self.fields += 1
        self.page.get_by_label(label).first.fill(value)

    def check(self, label: str) -> None:
        """Tick a box."""
        self.fields += 1
        self.page.get_by_label(label).first.check()

    def choose(self, where: str, value: str) -> None:
        """Choose from a list."""
        self.fields += 1
        self.page.locator(where).select_option(value)


def press(page: Page, name: str | re.Pattern[str], role: Any = "button") -> None:
    """Click what stands on the page itself, and wait for what comes of it."""
    page.locator("#main").get_by_role(role, name=name, exact=True).first.click()
    page.wait_for_load_state()


def at_work(house: House, what: str) -> None:
    """Let a worker do its part."""
    house.manage("shell", "--verbosity", "0", "-c", what)


def figure(page: Page, code: str) -> Locator:
    """Return a figure of the table of results."""
    return page.locator(f"[data-figure={code}]").first


# --- Steps of the story -----------------------------------------------------------------------------------------------


def make_segment(page: Page) -> str:
    """Build the segment of the people from Iceland who filled in a form; return its address."""
    page.goto(HOME)
    press(page, "Segment", "link")
    page.locator("#rules-0-field").select_option("touches")
    page.locator("#rules-0-where").click()
    page.locator("#rules-0-where-rules-0-field").select_option("kind")
    page.locator("#rules-0-where-rules-0-value").select_option("form")
    page.locator("#root-add").click()
    page.locator("#rules-1-field").select_option("contact.country")
    page.locator("#rules-1-value").select_option("IS")
    page.get_by_label("Name").first.fill(SEGMENT)
    press(page, "Save")
    expect(page.locator("[data-heading]")).to_contain_text("0 contacts")
    return page.url


def make_plan(page: Page) -> str:
    """Draft the plan for the segment, whose members it makes MQLs; return its address."""
    year = timezone.localdate().year
    page.goto("/admin/campaigns/marketingplan/add/")
    page.locator("#id_name").fill(PLAN)
    page.locator("#id_starts_on").fill(f"{year}-01-01")
    page.locator("#id_ends_on").fill(f"{year}-12-31")
    press(page, "Save")
    plan = page.url
    press(page, "+ Segment", "link")
    page.get_by_label("Segment", exact=True).select_option(label=SEGMENT)
    press(page, "Save")
    press(page, "+ Goal", "link")
    page.get_by_label("Measure").select_option("customers")
    page.get_by_label("Target").fill("1")
    press(page, "Save")
    press(page, "Details", "link")
    page.locator("#id_mql_segment").select_option(label=SEGMENT)
    press(page, "Save")
    return plan


def make_campaign(page: Page) -> str:
    """Make the campaign with its budget, start it and pay for it; return its address."""
    page.goto(HOME)
    press(page, "Campaign", "link")
    page.get_by_label("Name").first.fill(CAMPAIGN)
    page.get_by_label("Budget").fill("500")
    page.get_by_label("Internet").check()
    page.locator("summary", has_text="More").last.click()
    page.get_by_label(SEGMENT).check()
    page.get_by_label("Marketing plan").select_option(label=PLAN)
    press(page, "Save")
    campaign = page.url
    press(page, "Start")
    press(page, "Log cost", "link")
    page.get_by_label("Amount").fill("200")
    press(page, "Save the cost")
    return campaign


def make_form(page: Page, campaign: str, owner: str) -> str:
    """Make the campaign's public form, whose leads go to a rep; return where strangers find it."""
    page.goto(f"{campaign}?tab=links")
    press(page, "Add a form", "link")
    page.locator("#id_name").press_sequentially(FORM)
    page.locator("#id_title").fill("Get the price list")
    page.locator("#id_channel").select_option(label="Internet")
    page.locator("#id_owner").select_option(label=owner)
    page.locator("#id_double_opt_in").uncheck(force=True)
    for place, (asks_for, is_required) in enumerate({"name": True, "country": False}.items()):
        page.get_by_role("link", name="Add another Field of a form").click()
        page.locator(f"#id_fields-{place}-asks_for").select_option(asks_for)
        page.locator(f"#id_fields-{place}-is_required").set_checked(is_required, force=True)
    page.get_by_role("link", name="Add another Consent that a form asks for").click()
    page.locator("#id_consents-0-purpose").select_option(index=1)
    press(page, "Save")
    page.goto(f"{campaign}?tab=links")
    address = page.locator("li", has=page.get_by_role("link", name=FORM)).locator(".td-code").inner_text()
    return str(address[address.index("/f/") :])


def answer_form(phone: Page, form: str) -> None:
    """Fill in the form as a stranger does on a phone, not as fast as a program."""
    phone.goto(form)
    phone.get_by_label("Your name").press_sequentially(PERSON, delay=90)
    phone.get_by_label("E-mail address").fill(ADDRESS)
    phone.get_by_label("Country").select_option("IS")
    phone.get_by_role("checkbox").first.check()
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()


def sell(rep: Page, contact: str, house: House) -> str:
    """Open the deal with the lead, promise the price, be reminded of it, send the quote; return the deal's address."""
    rep.goto(contact)
    press(rep, "Deal", "link")
    rep.locator("#id_name").fill(DEAL)
    press(rep, "Save")
    deal = rep.url
    expect(rep.locator("#main").get_by_role("link", name=PERSON).first).to_be_visible()
    rep.goto(f"{deal}?edit=lines")
    line = rep.locator("[data-line]").first
    line.get_by_label("Product").select_option(label="Barcode scanner")
    line.get_by_label("Quantity").fill("4")
    press(rep, "Save lines")
    expect(rep.locator(".dl-fact-strong")).to_have_text("$1,060.00")

    rep.get_by_placeholder("What happened?").first.fill("Wants four scanners.")
    rep.get_by_placeholder("Next step, such as: send the price").first.fill(PROMISE)
    rep.locator("label.da-chip", has_text="today").first.click()
    rep.locator("form.da-log").first.get_by_role("button", name="Save").click()
    expect(rep.get_by_text(PROMISE).first).to_be_visible()
    at_work(house, REMIND)
    rep.goto("/admin/contacts/notification/")
    expect(rep.get_by_role("listitem").filter(has_text=PROMISE).first).to_contain_text(DEAL)

    rep.goto(deal)
    press(rep, "Quote")
    rep.locator("summary", has_text="Send").click()
    press(rep, "Send it now")
    return deal


def accept_quote(phone: Page, link: str) -> None:
    """Accept the quote as the customer does on a phone."""
    phone.goto(link[link.index("/q/") :])
    phone.get_by_label("Your name").first.fill(PERSON)
    phone.get_by_label("I accept this quote, exactly as it is shown here.").check()
    phone.get_by_role("button", name="Accept the quote").click()
    expect(phone.get_by_text(PERSON).first).to_be_visible()


def be_paid(finance: Page, invoice: str) -> None:
    """Issue the invoice and write down that it was paid."""
    finance.goto(invoice)
    finance.locator("[data-next] summary").click()
    finance.locator("[data-next] form button[type=submit]").click()
    expect(finance.locator(".td-title")).to_contain_text("INV-")
    finance.locator("summary", has_text="Record payment").first.click()
    finance.locator("details[open] form button[type=submit]").first.click()
    expect(finance.locator("#main").get_by_text("Paid", exact=True).first).to_be_visible()


def stage(page: Page, contact: str) -> Locator:
    """Return where the contact stands."""
    page.goto(contact)
    return page.locator(".td-path [aria-current=step]")


# --- The story --------------------------------------------------------------------------------------------------------


def test_money_is_traced_from_the_plan_to_the_paid_invoice_and_back(house: House, page_as: PageAs) -> None:
    marketer, rep, phone = page_as("marketer"), page_as("rep"), page_as(None, width=390)

    # A plan for a segment, approved by a manager; a campaign with budget, cost and form. No revenue is "not yet".
    segment = make_segment(marketer)
    plan = make_plan(marketer)
    manager = page_as("manager")
    manager.goto(plan)
    press(manager, "Approve")
    marketer.goto(plan)
    press(marketer, "Start")
    campaign = make_campaign(marketer)
    form = make_form(marketer, campaign, REP)
    marketer.goto(f"{campaign}?tab=results")
    expect(figure(marketer, "return")).to_have_text("not yet")

    # A stranger answers it and is a lead; in the segment, a qualified one. Both pages say why.
    answer_form(phone, form)
    marketer.goto(segment)
    press(marketer, "Refresh now")
    expect(marketer.locator("[data-heading]").first).to_contain_text("1 contact, +1")
    marketer.get_by_role("link", name=f"why? {PERSON}").first.click()
    expect(marketer.locator(".sg-why")).to_contain_text("Kind: is Form")
    expect(marketer.locator(".sg-why")).to_contain_text("Country: is Iceland")
    at_work(house, DELIVER)
    rep.goto("/admin/campaigns/leads/")
    expect(rep.get_by_role("listitem").filter(has_text=PERSON)).to_contain_text(f"of the plan “{PLAN}”")
    rep.get_by_role("link", name=f"Accept {PERSON}").click()
    press(rep, "Accept lead")
    contact = rep.url
    expect(stage(rep, contact)).to_contain_text("SQL")

    # The rep sells, the customer accepts, finance is paid.
    deal = sell(rep, contact, house)
    quote, link = rep.url, rep.locator("#customer-link").input_value()
    expect(stage(rep, contact)).to_contain_text("Opportunity")
    accept_quote(phone, link)
    expect(stage(rep, contact)).to_contain_text("Customer")
    rep.goto(quote)
    press(rep, "Turn into an invoice")
    expect(rep.locator("[data-next]")).to_contain_text("Issue")
    invoice = rep.url
    be_paid(page_as("finance"), invoice)
    at_work(house, DELIVER)

    # The campaign's page shows that money against its cost, each figure with its list.
    marketer.goto("/admin/attribution/")
    press(marketer, "Run Last touch now")
    marketer.goto(campaign)
    expect(marketer.locator("#main")).to_contain_text("against cost $200.00")
    marketer.goto(f"{campaign}?tab=results")
    counted = {code: figure(marketer, code).inner_text() for code in ("leads", "mqls", "sqls", "customers")}
    assert set(counted.values()) == {"1"}
    expect(figure(marketer, "cost")).to_have_text("$200.00")
    expect(figure(marketer, "paid")).to_have_text(PAID)
    expect(figure(marketer, "return")).to_contain_text("%")
    figure(marketer, "paid").get_by_role("link").click()
    expect(marketer.get_by_role("row").filter(has_text=DEAL)).to_contain_text(PERSON)

    # From the invoice back to the touch, with the reason for its share.
    marketer.goto(invoice)
    origin = marketer.get_by_role("listitem").filter(has_text=f"{CAMPAIGN} · Internet")
    expect(origin).to_contain_text("the last has all")
    expect(origin).to_contain_text(f"{PAID} (100 %)")

    # The contact's timeline tells it all, and why.
    rep.goto(contact)
    told = rep.locator("#timeline").inner_text()
    rep.get_by_role("link", name="Older entries").click()
    expect(rep.locator("#timeline")).to_contain_text("Began as Lead")
    told += rep.locator("#timeline").inner_text()
    for sentence in (
        f"Form: campaign “{CAMPAIGN}”, Internet",
        f"Filled in the form “{FORM}” of the campaign “{CAMPAIGN}”",
        f"In the segment “{SEGMENT}” of the plan “{PLAN}”",
        f"Accepted by {REP}",
        "A deal was opened",
        "Wants four scanners.",
        "A deal was won",
        f"Payment received: {PAID}",
    ):
        assert sentence in told
    rep.goto(deal)
    expect(rep.locator(".dl-deal-won")).to_be_visible()
    house.manage("check_integrity")


# --- Clicks -----------------------------------------------------------------------------------------------------------


def test_a_campaign_with_a_budget_takes_two_clicks_and_three_fields_from_the_home(page_as: PageAs) -> None:
    page = page_as("marketer")
    page.goto(HOME)
    hand = Hand(page)
    hand.click("Campaign")
    hand.fill("Name", "Two clicks")
    hand.fill("Budget", "1200")
    hand.check("Internet")
    hand.click("Save", "button")
    expect(page.locator("[data-heading]")).to_contain_text("Budget $1,200.00")
    assert (hand.clicks, hand.fields) == (2, 3)


def test_a_campaign_s_result_is_one_click_from_the_home(page_as: PageAs) -> None:
    page = page_as("marketer")
    page.goto(HOME)
    hand = Hand(page)
    hand.click(re.compile("^Return of "))
    expect(figure(page, "return")).to_contain_text("%")
    assert hand.clicks == 1


def test_a_segment_takes_two_clicks_and_two_fields_from_the_home(page_as: PageAs) -> None:
    page = page_as("marketer")
    page.goto(HOME)
    hand = Hand(page)
    hand.click("Segment")
    hand.choose("#rules-0-field", "contact.country")
    hand.choose("#rules-0-value", "FI")
    hand.click("Save", "button")
    expect(page.locator(".td-title").first).to_have_text("Country: is Finland")
    assert (hand.clicks, hand.fields) == (2, 2)
