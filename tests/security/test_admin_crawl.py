"""Every page of the admin, walked as a rep who must find nothing of a colleague: by page, search, filter or post."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause, advance
from contacts.messages.queueing import Attachment, notify, queue_message
from contacts.models import Company, Contact, Message, Note, Notification, Team, User
from deals.billing.crediting import credit
from deals.billing.paying import pay, refund
from deals.models import Deal, DealNote, DunningItem, DunningLetter, Invoice, Payment
from tests.factories.billing import drafted, issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory, UserFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = [pytest.mark.django_db, pytest.mark.crawl]

MARKER = "ZQXMARKER"
# Finds the marker, and is no part of it that a page would echo.
PIECE = "zqxm"
MOST_QUERIES = 15
# What every app knows about one person stands on one page: a question for each panel, however many rows it has.
MANY_PARTS = {"admin/contacts/contact/<path:object_id>/change/": 21, "admin/campaigns/campaign/": 16}
FINE = {200, 301, 302, 400, 403, 404, 405}


@dataclass(frozen=True)
class Address:
    """A pattern of the admin, as a route with the places where values go."""

    route: str
    names: tuple[str, ...]
    url_name: str

    @property
    def model(self) -> Any:
        """The model whose page it is, if it is one's."""
        parts = self.route.split("/")
        try:
            return apps.get_model(parts[1], parts[2])
        except (LookupError, IndexError, ValueError):
            return None


def addresses() -> list[Address]:
    return sorted(set(_walk(admin.site.get_urls(), "admin/")), key=lambda each: each.route)


def _walk(patterns: list[Any], prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and "(?P<" not in route:
            yield Address(route, tuple(pattern.pattern.converters), pattern.name or "")


def filled(address: Address, values: dict[str, Any]) -> str:
    """Return the address with values; a name nobody has a value for fails, so that new pages are thought of."""
    url = "/" + address.route
    for name in address.names:
        for kind in ("int:", "slug:", "path:", "str:", "uuid:", ""):
            url = url.replace(f"<{kind}{name}>", str(values[name]))
    return url


def values_for(row: Any) -> dict[str, Any]:
    return {
        "object_id": row.pk if row else 1,
        "kind": "company",
        "content_type_id": 1,
        "app_label": "contacts",
        "url": "x",
        "pk": 1,
        "import_id": 1,
        "stage_id": 1,
        "run_id": 1,
        "deal_id": getattr(row, "deal_id", None) or 1,
        "revision": 1,
        "older": 1,
        "newer": 2,
        "part_id": 1,
        "other_id": 2,
        "strategy_id": 1,
    }


@pytest.fixture
def secrets(bima: User) -> dict[Any, Any]:
    """One row of each kind that belongs to Bima, with the marker in every text."""
    User.objects.filter(pk=bima.pk).update(name=f"{MARKER} Bima", email=f"{MARKER.lower()}@tandem.test")
    bima.refresh_from_db()
    company = CompanyFactory(
        name=f"{MARKER} Company",
        owner=bima,
        industry=f"{MARKER} industry",
        city=MARKER,
        domain=f"{MARKER.lower()}.test",
    )
    contact = ContactFactory(
        full_name=f"{MARKER} Contact",
        owner=bima,
        company=company,
        emails=[f"{MARKER.lower()}@example.com"],
        source_detail=MARKER,
    )
    deal = DealFactory(name=f"{MARKER} Deal", owner=bima, company=company, contacts=[contact])
    Note.objects.create(contact=contact, body=f"{MARKER} note", author=bima)
    note = DealNote.objects.create(deal=deal, body=f"{MARKER} deal note", author=bima)
    bell = notify(bima, key="a", kind="reminder", title=f"{MARKER} bell", body=MARKER, about=contact)
    message = queue_message(
        key="a", kind="quote", to=contact, subject=f"{MARKER} mail", text=MARKER, sender=bima, about=deal,
        attachments=[Attachment(f"{MARKER}.pdf", "application/pdf", MARKER.encode())],
    )  # fmt: skip
    invoice, payment, letter = billed(deal, bima)
    change = advance(contact, to="customer", cause=Cause(CauseKind.PERSON, f"{MARKER} cause"), by=bima)
    return {
        Company: company,
        Contact: contact,
        Deal: deal,
        User: bima,
        type(change): change,
        type(note): note,
        Message: message,
        Notification: bell,
        Team: bima.team,
        Invoice: invoice,
        Payment: payment,
        DunningLetter: letter,
    }


def billed(deal: Deal, by: User) -> tuple[Invoice, Payment, DunningLetter]:
    """What a deal was billed: an invoice, corrected in part, paid in part, reminded of; and a draft."""
    words = {"description": f"{MARKER} line", "reference": f"{MARKER} reference", "terms": MARKER}
    lines = [line(100, 2, description=words.pop("description"))]
    drafted(lines, deal=deal, by=by, **words)
    invoice = issued(lines, deal=deal, by=by, payment_days=0, **words)
    credit(invoice, lines={invoice.lines.get().pk: Decimal(1)}, reason=f"{MARKER} reason", by=by)
    payment = pay(invoice, amount=Decimal(150), by=by, reference=f"{MARKER} paid", note=MARKER)
    refund(payment, amount=Decimal(1), reason=f"{MARKER} back", by=by)
    kept = {"seller": invoice.seller, "company": deal.company, "contact": invoice.contact, "language": "en"}
    letter = DunningLetter.objects.create(level=1, at=timezone.now(), by=by, message_key="dunning:1", **kept)
    DunningItem.objects.create(letter=letter, invoice=invoice, level=1, open_amount=Decimal(1))
    return invoice, payment, letter


@pytest.fixture
def rani_at_work(rani: User) -> User:
    """Rani, with rows of her own beside Bima's."""
    company = CompanyFactory(name="Own Company", owner=rani)
    ContactFactory(full_name="Own Contact", owner=rani, company=company)
    deal = DealFactory(name="Own Deal", owner=rani, company=company)
    drafted(deal=deal, by=rani)
    pay(issued(deal=deal, by=rani), amount=Decimal(150), by=rani)
    return rani


def leaks(response: Any) -> bool:
    return MARKER.lower() in response.content.decode("utf-8", "replace").lower()


ON_PAGES = ("", "?before=junk&moved=%00&_popup=1")
ON_LISTS = (
    "",
    f"?q={PIECE}&archive=all&outcome=all",
    "?status=open,part_paid,overdue&company=1&contact=1&person=1&deal=1&kind=credit_note&left=credit&age=1_30",
    "?status=%00&company=²&due_from=junk&issued_to=9999-99-99&seller=x&currency=%00&kind=x&left=x&age=x",
    "?o=1.-2.3&archive=archived&_popup=1",
    "?o=junk.99.-&p=junk&all=",
    "?p=999999999999999999999",
    "?_to_field=password",
    "?owner__password__startswith=p",
    "?owner__email__contains=z",
    "?password__startswith=p",
    "?q=%00&stage=%00&owner=%00&outcome=%00&role=%00&state=%00",
    "?owner=999999999999999999999&role=x",
    "?_changelist_filters=q%3D%00&e=1",
)


def test_every_page_of_the_admin_keeps_a_colleagues_rows_to_themselves(secrets, rani_at_work, admin_as):
    browser = admin_as(rani_at_work)
    faults = []
    for address in addresses():
        row = secrets.get(address.model)
        for query in ON_LISTS if address.url_name.endswith("_changelist") else ON_PAGES:
            url = filled(address, values_for(row)) + query
            response = browser.get(url)
            if response.status_code not in FINE or leaks(response):
                faults.append((url, response.status_code, leaks(response)))
            if row is not None and address.names and response.status_code == 200:
                faults.append((url, "shows a colleague's row"))

    assert faults == []


def test_search_boxes_and_suggestions_find_nothing_of_a_colleague(secrets, rani_at_work, admin_as):
    browser = admin_as(rani_at_work)
    fields = [(model, field) for model in apps.get_models() for field in model._meta.fields if field.is_relation]

    urls = [
        f"/admin/search/?extended=1&s={PIECE}",
        f"/admin/suggest/company/?q={PIECE}",
        f"/admin/suggest/contact/?q={PIECE}",
    ]
    urls += [
        f"/admin/autocomplete/?term={term}&app_label={model._meta.app_label}&model_name={model._meta.model_name}&field_name={field.name}"
        for model, field in fields
        for term in (PIECE, "", "%00")
    ]
    answers = [(url, browser.get(url)) for url in urls]

    assert [
        (url, answer.status_code) for url, answer in answers if answer.status_code not in FINE or leaks(answer)
    ] == []


def test_forged_posts_to_a_colleagues_rows_change_nothing(secrets, rani_at_work, admin_as):
    browser = admin_as(rani_at_work)
    forged = {
        "to": "evangelist",
        "reason": "x",
        "body": "forged",
        "full_name": "forged",
        "name": "forged",
        "stage": "1",
        "_selected_action": [row.pk for row in secrets.values()],
        "action": "archive",
        "version": "",
    }
    before = {model: _everything(model) for model in (*secrets, Note)}
    faults = []
    for address in addresses():
        row = secrets.get(address.model)
        if row is None or not address.names or address.route.endswith("<path:object_id>/"):
            continue
        response = browser.post(filled(address, values_for(row)), forged)
        if response.status_code not in (403, 404, 405):
            faults.append((address.route, response.status_code))

    assert faults == []
    assert {model: _everything(model) for model in (*secrets, Note)} == before


def test_actions_on_lists_do_not_reach_a_colleagues_rows(secrets, rani_at_work, admin_as):
    browser = admin_as(rani_at_work)
    before = {model: _everything(model) for model in secrets}

    for model, row in secrets.items():
        if admin.site.is_registered(model):
            actions = admin.site.get_model_admin(model).actions or ()
            for action in ("delete_selected", *(getattr(each, "__name__", each) for each in actions)):
                url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
                assert (
                    browser.post(url, {"action": action, "_selected_action": [row.pk], "post": "yes"}).status_code
                    in FINE
                )

    assert {model: _everything(model) for model in secrets} == before


def _everything(model: Any) -> list[dict[str, Any]]:
    return [
        {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        for row in model._default_manager.order_by("pk")
    ]


def test_somebody_who_is_not_signed_in_sees_only_the_door(secrets):
    browser = Client()
    for address in addresses():
        response = browser.get(filled(address, values_for(secrets.get(address.model))))
        assert not leaks(response)
        assert response.status_code in (200, 302, 400, 403, 404, 405), address.route
        if response.status_code == 200:
            assert address.url_name in ("login", "login_code", "jsi18n"), address.route


def test_every_page_with_many_rows_costs_at_most_fifteen_queries(rani, ana, admin_as):
    company = CompanyFactory(name="Big", owner=rani)
    contact = ContactFactory(full_name="Known to all", owner=rani, company=company, emails=["known@example.com"])
    for number in range(25):
        other = CompanyFactory(name=f"Company {number}", owner=rani, parent=company)
        ContactFactory(full_name=f"Contact {number}", owner=rani, company=company)
        deal = DealFactory(name=f"Deal {number}", owner=rani, company=other, contacts=[contact])
        ProductFactory(code=f"X{number}")
        UserFactory(team=rani.team)
        Note.objects.create(contact=contact, body=f"Note {number}", author=rani)
        Note.objects.create(company=company, body=f"Note {number}", author=rani)
    rows = {Company: company, Contact: contact, Deal: deal, User: rani, Team: rani.team}
    costly = []
    for user in (rani, ana):
        browser = admin_as(user)
        browser.get("/admin/")
        for address in addresses():
            row = rows.get(address.model) or (address.model and address.model._default_manager.first())
            url = filled(address, values_for(row))
            with CaptureQueriesContext(connection) as queries:
                response = browser.get(url)
            if response.status_code == 200 and len(queries) > MANY_PARTS.get(address.route, MOST_QUERIES):
                costly.append((user.name, url, len(queries)))

    assert costly == []
