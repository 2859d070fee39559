"""What holds for every list of the API: a constant number of queries, short rows, allow-listed names."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from config.urls import v1
from contacts.messages.queueing import notify, queue_message
from contacts.models import Note, Role, Team
from deals.billing.allocating import take_back
from deals.billing.crediting import credit
from deals.billing.paying import pay, refund
from deals.documents.drafting import DraftLine
from deals.models import (
    CarePlan,
    CareStep,
    Currency,
    DealNote,
    DiscountLimit,
    DunningItem,
    DunningLetter,
    DunningLevel,
    ExchangeRate,
    LossReason,
    Pipeline,
    ProductCategory,
    Seller,
    Stage,
)
from deals.pipeline.editing import LineInput, set_lines
from deals.pipeline.moving import lose
from deals.quotes.drafting import change_revision, draft_quote
from deals.quotes.sending import send
from tests.factories.activities import ActivityFactory
from tests.factories.billing import SellerFactory, issued
from tests.factories.contacts import CompanyFactory, ContactFactory, UserFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = [pytest.mark.django_db, pytest.mark.crawl]
LISTS = {
    "users",
    "teams",
    "roles",
    "companies",
    "contacts",
    "lifecycle-changes",
    "notes",
    "products",
    "product-categories",
    "currencies",
    "exchange-rates",
    "pipelines",
    "stages",
    "loss-reasons",
    "deals",
    "stage-changes",
    "deal-notes",
    "events",
    "messages",
    "notifications",
    "activities",
    "activity-changes",
    "reminders",
    "care-plans",
    "care-steps",
    "discount-limits",
    "quotes",
    "invoices",
    "credit-notes",
    "payments",
    "allocations",
    "refunds",
    "dunning-letters",
    "dunning-levels",
}
# Not lists: one row for a caller.
SINGLE = {"sales-policy", "follow-up-settings", "marketing-policy"}
# Marketing's lists are tested with the rows they need, in tests/campaigns; those of consent in tests/contacts.
OF_MARKETING = {
    *("attribution-models", "attribution-runs", "shares", "channels", "studies", "findings", "personas", "segments"),
    *("plans", "plan-goals", "strategies", "plan-items", "plan-answers", "campaigns", "campaign-members"),
    *("member-statuses", "campaign-tasks", "content-items", "campaign-goals", "budget-lines", "commitments", "costs"),
    *("experiments", "variants", "links", "utm-terms", "forms", "submissions", "touches", "visitors", "leads"),
    *("consents", "consent-changes", "consent-purposes", "consent-texts"),
}
MOST_QUERIES, LONGEST_ROW = 15, 1024


def add_one_of_everything(owner, number):
    """One more row of every list, with all that hangs on it."""
    team = Team.objects.create(name=f"Team {number}", manager=owner)
    colleague = UserFactory(team=team, role=Role.objects.create(code=f"role-{number}", name=f"Role {number}"))
    parent = CompanyFactory(owner=owner, name=f"Holding {number}")
    company = CompanyFactory(
        owner=owner, name="PT Sinar Jaya Abadi Makmur Sentosa Tbk", parent=parent, industry="Trade"
    )
    contact = ContactFactory(
        owner=owner,
        full_name="Raden Ajeng Kartini Djojo Adhiningrat Sosroningrat",
        company=company,
        emails=[f"kartini.djojo.adhiningrat.{number}@sinar-jaya-abadi-makmur.example", f"k{number}@example.com"],
        phones=["+6281234567890"],
    )
    category = ProductCategory.objects.create(name=f"Category {number}")
    product = ProductFactory(category=category, name="Centrifugal pump, stainless steel, 50 mm, three phase motor")
    deal = DealFactory(owner=owner, company=company, contacts=[contact], name="Replacement of all pumps in both mills")
    set_lines(deal, [LineInput(product), LineInput(product, Decimal(2))])
    reason = LossReason.objects.create(code=f"reason-{number}", name="Bought the same from somebody else")
    lose(deal, reason=reason, by=owner, note="They had decided before they asked us. " * 8)
    Note.objects.create(contact=contact, body="Called", author=colleague)
    DealNote.objects.create(deal=deal, body="Called", author=colleague)
    code = f"Y{chr(65 + number // 26)}{chr(65 + number % 26)}"
    currency = Currency.objects.create(code=code, name=f"Currency {number}")
    ExchangeRate.objects.create(currency=currency, valid_from=date(2026, 1, 1), rate=2)
    pipeline = Pipeline.objects.create(name=f"Pipeline {number}")
    Stage.objects.create(pipeline=pipeline, name="Talk", position=0)
    plan = CarePlan.objects.create(name=f"Care {number}", pipeline=pipeline)
    CareStep.objects.create(plan=plan, days_after=30, subject="Ask whether the pumps run as they were promised to")
    DiscountLimit.objects.create(user=colleague, percent=15)
    DunningLevel.objects.create(level=10 + number, days_overdue=60)
    ActivityFactory(
        owner=owner,
        subject="Call about the replacement of the pumps in both mills before the rain comes",
        deal=deal,
        contact=contact,
        attendees=[colleague],
    )
    add_money(owner, number, deal, contact, product)
    notify(owner, key=f"bell-{number}", kind="given", title="Somebody gave you a call", about=deal)
    queue_message(key=f"mail-{number}", kind="quote", to=contact, subject="Our quote", text="Hello", sender=owner)


def add_money(owner, number, deal, contact, product):
    """A quote, and an invoice that was paid, refunded, credited and reminded of."""
    seller = Seller.objects.all().usual() or SellerFactory()
    open_deal = DealFactory(owner=owner, company=deal.company, contacts=[contact])
    quote = draft_quote(open_deal, by=owner, seller=seller)
    change_revision(quote.revisions.get(), by=owner, lines=[DraftLine(product), DraftLine(product)])
    if number == 0:
        send(quote, by=owner, by_email=False)
    invoice = issued(by=owner, owner=owner, deal=open_deal, reference="Purchase order 4711 of 21 November, mill 2")
    payment = pay(invoice, amount=Decimal(150), by=owner, reference="Transfer of 21 November, PT Sinar Jaya Abadi")
    refund(payment, amount=Decimal(5), by=owner, reason="Too much was paid, and they asked for it")
    take_back(payment.allocations.get(), by=owner, reason="It was meant for the other invoice of the same month")
    credit(invoice, by=owner, reason="Half of it never arrived")
    letter = DunningLetter.objects.create(
        seller=seller, company=deal.company, level=1, language="en", at=timezone.now(), message_key=f"letter-{number}"
    )
    DunningItem.objects.create(letter=letter, invoice=invoice, level=1, open_amount=100)


def queries_for(api, path):
    with CaptureQueriesContext(connection) as queries:
        answer = api.get(path)
    assert answer.status_code == 200, answer.content
    return len(queries), answer.json()["results"]


@pytest.mark.parametrize("role", ["ana", "maya", "rani"])
def test_a_list_costs_the_same_few_queries_for_one_row_and_for_six(request, api_as, role):
    user = request.getfixturevalue(role)
    api = api_as(user)
    add_one_of_everything(user, 0)
    lists = LISTS - ({"messages"} if role == "rani" else set())
    few = {name: queries_for(api, f"/api/v1/{name}/") for name in lists}
    for number in range(1, 6):
        add_one_of_everything(user, number)

    many = {name: queries_for(api, f"/api/v1/{name}/?page_size=200") for name in lists}

    grown = {name for name in lists if len(many[name][1]) > len(few[name][1])}
    assert lists - grown <= ({"users", "teams", "discount-limits"} if role == "rani" else set())
    assert {name: count for name, (count, _rows) in many.items()} == {
        name: count for name, (count, _rows) in few.items()
    }
    assert max(count for count, _rows in many.values()) < MOST_QUERIES


@pytest.mark.parametrize(
    "name",
    [
        *("contacts", "companies", "deals", "pipelines", "products", "users", "activities", "care-plans"),
        *("quotes", "invoices", "credit-notes", "payments", "dunning-letters"),
    ],
)
def test_a_single_row_costs_the_same_queries_however_much_hangs_on_it(ana, api_as, name):
    add_one_of_everything(ana, 0)
    pk = api_as(ana).get(f"/api/v1/{name}/").json()["results"][0]["id"]

    with CaptureQueriesContext(connection) as queries:
        assert api_as(ana).get(f"/api/v1/{name}/{pk}/").status_code == 200

    assert len(queries) < MOST_QUERIES + 2  # two of them make the token


@pytest.mark.parametrize("name", sorted(LISTS))
def test_rows_of_a_list_are_short(ana, api_as, name):
    add_one_of_everything(ana, 0)

    for row in api_as(ana).get(f"/api/v1/{name}/").json()["results"]:
        assert len(json.dumps(row, ensure_ascii=False).encode()) < LONGEST_ROW


def viewsets():
    """The resources of the API by name, from its addresses."""
    found = {}
    for resolver in v1:
        for url in resolver.url_patterns:
            view = getattr(url.callback, "cls", None)
            if view is not None and getattr(view, "queryset", None) is not None:
                found[str(url.pattern).lstrip("^").split("/")[0]] = view
    return found


def test_every_list_is_tested_here():
    assert set(viewsets()) >= LISTS
    assert set(viewsets()) - LISTS <= {"imports", "sellers", "tax-rates"} | SINGLE | OF_MARKETING


@pytest.mark.parametrize("name", sorted(LISTS - {"events"}))
def test_rows_are_read_fast_as_the_framework_reads_them(ana, name):
    add_one_of_everything(ana, 0)
    view = viewsets()[name]()
    request = Request(APIRequestFactory().get("/"))
    request.user = ana
    for action in ("list", "retrieve"):
        view.request, view.action, view.kwargs, view.format_kwarg = request, action, {}, None
        serializer = view.get_serializer_class()(context={"request": request})
        row = view.get_queryset().first()
        fast = serializer.to_representation(row)
        for field in serializer._readable_fields:
            if not hasattr(serializer, f"read_{field.field_name}"):
                value = field.get_attribute(row)
                pk_only = getattr(value, "pk", value) if hasattr(field, "use_pk_only_optimization") else value
                slow = None if pk_only is None else field.to_representation(value)
                assert fast[field.field_name] == slow, field.field_name


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_filter_that_a_list_does_not_have_is_refused_and_those_it_has_are_named(ana, api_as, name):
    api = api_as(ana)
    filterset = getattr(viewsets()[name], "filterset_class", None)
    for parameter in ("owner__password__startswith", "password", "pk__in", "owner__email", "id__gt", "format", "OWNER"):
        answer = api.get(f"/api/v1/{name}/?{parameter}=x")

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [parameter]
        assert all(known in answer.json()["message"] for known in (filterset.base_filters if filterset else ()))


@pytest.mark.parametrize("name", sorted(LISTS))
def test_an_order_that_a_list_does_not_have_is_refused(ana, api_as, name):
    api = api_as(ana)
    for ordering in ("password", "owner__password", "-owner", "%3F", "--id", "pk", "-", ",", "id;drop"):
        assert api.get(f"/api/v1/{name}/?ordering={ordering}").status_code == 400, ordering


def test_every_order_that_a_list_has_works_in_both_directions(ana, api_as):
    api = api_as(ana)
    for number in range(2):
        add_one_of_everything(ana, number)
    for name in sorted(LISTS):
        for column in getattr(viewsets()[name], "ordering_fields", {}):
            for sign in ("", "-"):
                answer = api.get(f"/api/v1/{name}/?ordering={sign}{column}&page_size=1")
                assert answer.status_code == 200, answer.content
                assert api.get(answer.json()["next"]).status_code == 200


HOSTILE = (
    *(
        "x",
        "1.5",
        "-1",
        "NaN",
        "9" * 30,
        "9" * 5000,
        "%00",
        "%ff",
        "1,,2",
        ",",
        "%F0%9F%92%A5",
        "0001-01-01",
        "9999-12-31",
    ),
    *("0001-01-01T00:00:00%2B14:00", "2026-02-30", "9999-12-31T23:59:59-12:00", " ", "none", '"', '"a', "1,none"),
)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_no_value_of_any_filter_breaks_the_server(ana, api_as, name):
    api = api_as(ana)
    filterset = getattr(viewsets()[name], "filterset_class", None)
    names = set(filterset.base_filters if filterset else ())
    if name in ("contacts", "events"):
        names |= {"search", "after", "cursor", "page_size", "with_count", "ordering"}
    for parameter in sorted(names):
        for value in HOSTILE:
            answer = api.get(f"/api/v1/{name}/?{parameter}={value}")
            assert answer.status_code in (200, 400), (parameter, value, answer.content)


def test_a_parameter_given_twice_is_refused(ana, api_as):
    answer = api_as(ana).get("/api/v1/deals/?owner=1&owner=2")

    assert answer.status_code == 400
    assert "by comma" in answer.json()["message"]


def test_a_word_that_does_not_exist_is_refused_with_those_that_do(ana, api_as):
    answer = api_as(ana).get("/api/v1/contacts/?lifecycle_stage=lead,client")

    assert answer.status_code == 400
    assert "client" in answer.json()["message"]
    assert "customer" in answer.json()["message"]


def test_a_list_that_can_not_be_searched_says_so(ana, api_as):
    answer = api_as(ana).get("/api/v1/notes/?search=x")

    assert answer.status_code == 400
    assert "filters" in answer.json()["message"]
