"""Which role may do what in the API: one table, and every cell of it is called."""

from decimal import Decimal

import pytest
from django.utils import timezone

from contacts.models import Note, Notification, Role, Team, User
from contacts.staff.roles import (
    ADMINISTRATOR,
    FINANCE,
    INTEGRATION,
    MARKETER,
    READ_ONLY,
    SALES_MANAGER,
    SALES_REP,
)
from deals.billing.paying import pay
from deals.models import DealNote, DunningLevel, LossReason, Pipeline, Stage
from deals.quotes.drafting import draft_quote
from tests.factories.activities import ActivityFactory
from tests.factories.billing import SellerFactory, accepted_quote, drafted, issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory, UserFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = [pytest.mark.django_db, pytest.mark.crawl]
EVERYBODY = {ADMINISTRATOR, FINANCE, INTEGRATION, MARKETER, READ_ONLY, SALES_MANAGER, SALES_REP}
WORKERS = {ADMINISTRATOR, MARKETER, SALES_REP, SALES_MANAGER, INTEGRATION}
SELLERS = {ADMINISTRATOR, SALES_REP, SALES_MANAGER, INTEGRATION}
SETTERS = {ADMINISTRATOR, SALES_MANAGER}
ONLY_ADMINISTRATORS = {ADMINISTRATOR}
BILLERS = SELLERS | {FINANCE}
MONEY = {ADMINISTRATOR, FINANCE, INTEGRATION}

# Method, address, body, and the roles that may. The others get 403 and change nothing.
TABLE = [
    ("post", "contacts/", {"full_name": "Sri"}, WORKERS),
    ("patch", "contacts/{contact}/", {"full_name": "Sri"}, WORKERS),
    ("put", "contacts/{contact}/", {"full_name": "Sri"}, WORKERS),
    ("post", "contacts/{contact}/advance/", {"to": "mql"}, WORKERS),
    ("post", "contacts/{contact}/archive/", {}, WORKERS),
    (
        "post",
        "contacts/{contact}/step-back/",
        {"to": "subscriber", "reason": "x"},
        {ADMINISTRATOR, MARKETER, SALES_MANAGER, INTEGRATION},
    ),
    ("get", "contacts/{contact}/lifecycle-preview/?to=mql", None, EVERYBODY),
    ("get", "contacts/{contact}/timeline/", None, EVERYBODY),
    ("post", "companies/", {"name": "PT Maju"}, WORKERS),
    ("patch", "companies/{company}/", {"name": "PT Maju"}, WORKERS),
    ("post", "companies/{company}/advance/", {"to": "mql"}, WORKERS),
    ("post", "notes/", {"contact": "{contact}", "body": "x"}, WORKERS),
    ("patch", "notes/{note}/", {"body": "y"}, WORKERS),
    ("post", "deals/", {"name": "Pumps"}, SELLERS),
    ("patch", "deals/{deal}/", {"name": "Pumps"}, SELLERS),
    ("post", "deals/{deal}/move/", {"stage": "{stage}"}, SELLERS),
    ("post", "deals/{deal}/win/", {}, SELLERS),
    ("post", "deals/{second}/lose/", {"reason": "price"}, SELLERS),
    ("post", "deals/{won}/reopen/", {"reason": "x"}, SELLERS),
    ("get", "deals/{deal}/timeline/", None, EVERYBODY),
    ("post", "deal-notes/", {"deal": "{deal}", "body": "x"}, SELLERS),
    ("patch", "deal-notes/{deal_note}/", {"body": "y"}, SELLERS),
    ("post", "products/", {"code": "X", "name": "X", "price": "1"}, SETTERS | {FINANCE, INTEGRATION}),
    ("patch", "products/{product}/", {"name": "X"}, SETTERS | {FINANCE, INTEGRATION}),
    ("post", "product-categories/", {"name": "X"}, SETTERS),
    ("post", "currencies/", {"code": "XTS", "name": "X", "minor_units": 2}, SETTERS | {FINANCE}),
    (
        "post",
        "exchange-rates/",
        {"currency": "IDR", "valid_from": "2026-01-01", "rate": "0.0001"},
        SETTERS | {FINANCE},
    ),
    ("post", "pipelines/", {"name": "X"}, SETTERS),
    ("post", "pipelines/{pipeline}/make-default/", {}, SETTERS),
    ("post", "stages/", {"pipeline": "{pipeline}", "name": "X"}, SETTERS),
    ("patch", "stages/{stage}/", {"name": "X"}, SETTERS),
    ("post", "stages/{stage}/retire/", {}, SETTERS),
    ("post", "loss-reasons/", {"code": "x", "name": "X"}, SETTERS),
    ("post", "loss-reasons/{reason}/retire/", {}, SETTERS),
    ("post", "users/", {"email": "x@tandem.test", "name": "X"}, ONLY_ADMINISTRATORS),
    ("patch", "users/{own}/", {"role": "{administrator}"}, ONLY_ADMINISTRATORS),
    ("post", "users/{other}/disable/", {}, ONLY_ADMINISTRATORS),
    ("post", "teams/", {"name": "X"}, ONLY_ADMINISTRATORS),
    ("patch", "teams/{team}/", {"name": "Y"}, ONLY_ADMINISTRATORS),
    ("get", "messages/", None, SETTERS),
    ("post", "notifications/{bell}/read/", {}, EVERYBODY),
    ("post", "notifications/read-all/", {}, EVERYBODY),
    ("post", "activities/", {"kind": "task", "subject": "X", "due_on": "2030-01-01", "owner": "{own}"}, WORKERS),
    ("post", "activities/log/", {"kind": "call", "what_happened": "X"}, WORKERS),
    ("patch", "activities/{activity}/", {"subject": "Y"}, WORKERS),
    ("post", "activities/{activity}/complete/", {}, WORKERS),
    ("post", "activities/{activity}/reopen/", {}, WORKERS),
    ("post", "reminders/", {"activity": "{activity}", "minutes_before": 5}, WORKERS),
    ("post", "care-plans/", {"name": "X", "is_active": False}, SETTERS),
    ("patch", "sales-policy/", {"payment_days": 14}, SETTERS),
    ("get", "sales-policy/", None, EVERYBODY),
    ("patch", "follow-up-settings/", {"minutes_before": 5}, EVERYBODY),
    ("post", "calendar-feed/", {}, EVERYBODY),
    ("post", "calendar-feed/revoke/", {}, EVERYBODY),
    ("get", "my-day/", None, EVERYBODY),
    ("post", "discount-limits/", {"user": "{colleague}", "percent": "5"}, SETTERS),
    ("post", "quotes/", {"deal": "{deal_to_quote}"}, SELLERS),
    ("patch", "quotes/{quote}/", {"terms": "X"}, SELLERS),
    ("post", "quotes/{quote}/send/", {"by_email": False}, SELLERS),
    ("post", "quotes/{quote}/accept/", {"name": "X"}, SELLERS),
    ("post", "quotes/{accepted}/invoice/", {}, BILLERS),
    ("post", "invoices/", {"company": "{company}"}, BILLERS),
    ("patch", "invoices/{draft}/", {"terms": "X"}, BILLERS),
    ("post", "invoices/{draft}/issue/", {}, BILLERS),
    ("post", "invoices/{invoice}/payments/", {"amount": "1"}, MONEY),
    ("post", "payments/{payment}/refund/", {"amount": "1", "reason": "X"}, MONEY),
    ("post", "payments/{payment}/allocate/", {"invoice": "{invoice}", "amount": "1"}, MONEY),
    ("post", "allocations/{allocation}/take-back/", {"reason": "X"}, MONEY),
    ("post", "invoices/{invoice}/credit/", {"reason": "X"}, MONEY),
    ("get", "invoices/{invoice}/pdf/", None, EVERYBODY),
    ("get", "reports/receivables/", None, EVERYBODY),
    ("get", "dunning/preview/", None, EVERYBODY),
    ("patch", "dunning-levels/{level}/", {"days_overdue": 8}, {ADMINISTRATOR, FINANCE}),
    *(
        ("get", f"{name}/", None, EVERYBODY)
        for name in (
            *("users", "teams", "roles", "companies", "contacts", "lifecycle-changes", "notes", "products", "deals"),
            *("product-categories", "currencies", "exchange-rates", "pipelines", "stages", "loss-reasons"),
            *("stage-changes", "deal-notes", "events", "notifications"),
        )
    ),
]


def rows_for(user):
    """Something of every kind that the user may see, as ids by name."""
    deal = DealFactory(owner=user)
    contact = ContactFactory(owner=user)
    return {
        "contact": contact.pk,
        "company": CompanyFactory(owner=user).pk,
        "note": Note.objects.create(contact=contact, body="x", author=user).pk,
        "deal": deal.pk,
        "second": DealFactory(owner=user).pk,
        "won": DealFactory(owner=user, won=True).pk,
        "deal_note": DealNote.objects.create(deal=deal, body="x", author=user).pk,
        "product": ProductFactory().pk,
        "pipeline": Pipeline.objects.get(is_default=False).pk,
        "stage": Stage.objects.filter(pipeline=deal.pipeline).order_by("position")[2].pk,
        "reason": LossReason.objects.get(code="timing").pk,
        "bell": Notification.objects.create(user=user, key="a", kind="reminder", title="Call", at=timezone.now()).pk,
        "own": user.pk,
        "other": UserFactory(team=user.team).pk,
        "team": user.team_id,
        "administrator": Role.objects.get(code=ADMINISTRATOR).pk,
        "colleague": UserFactory(team=user.team, role="sales-rep").pk,
    } | promises_and_money(user)


def promises_and_money(user):
    """What was promised, quoted, billed and paid, as ids by name."""
    seller, company = SellerFactory(), CompanyFactory(owner=user)
    invoice = issued([line(200)], owner=user, company=company)
    payment = pay(issued(owner=user, company=company), amount=Decimal(150), by=user)
    deal = DealFactory(owner=user, amount=Decimal(100), company=company)
    return {
        "activity": ActivityFactory(owner=user).pk,
        "deal_to_quote": deal.pk,
        "quote": draft_quote(deal, by=user).pk,
        "accepted": accepted_quote([line()], deal=DealFactory(owner=user, company=company), seller=seller).pk,
        "draft": drafted(owner=user, company=company).pk,
        "invoice": invoice.pk,
        "payment": payment.pk,
        "allocation": payment.allocations.get().pk,
        "level": DunningLevel.objects.get(level=1).pk,
    }


def filled(body, ids):
    return {name: ids[value[1:-1]] if str(value).startswith("{") else value for name, value in (body or {}).items()}


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_every_role_may_do_what_the_table_says_and_nothing_else(db, api_as, role):
    allowed = {}
    user = UserFactory(role=role, team=Team.objects.create(name="Java"))
    api = api_as(user)
    ids = rows_for(user)

    for method, path, body, roles in TABLE:
        address = f"/api/v1/{path.format(**ids)}"
        answer = getattr(api, method)(address, filled(body, ids) or None, format="json")
        assert answer.status_code in (200, 201, 403), (method, path, answer.content)
        allowed[method, path] = (answer.status_code != 403, role in roles)
        if answer.status_code == 403:
            assert answer.json()["code"] == "permission_denied"

    assert {cell for cell, (may, should) in allowed.items() if may != should} == set()


def test_a_user_without_a_role_sees_nothing_and_finds_nothing(db, api_as):
    user = User.objects.create_user("x@tandem.test", name="X")
    contact = ContactFactory(owner=user)
    api = api_as(user)

    assert api.get("/api/v1/contacts/").status_code == 403
    assert api.get(f"/api/v1/contacts/{contact.pk}/").status_code == 404
    assert api.post("/api/v1/contacts/", {"full_name": "Sri"}, format="json").status_code == 403
    assert api.get("/api/v1/events/").json()["results"] == []


def test_a_permission_that_was_taken_away_is_gone_at_once(rani, api_as):
    api = api_as(rani)
    assert api.post("/api/v1/contacts/", {"full_name": "Sri"}, format="json").status_code == 201
    rani.role.permissions.remove(rani.role.permissions.get(codename="add_contact"))

    assert api.post("/api/v1/contacts/", {"full_name": "Ani"}, format="json").status_code == 403
