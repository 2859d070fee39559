"""What holds for every address of the API: who calls, one error shape, strict bodies, limits."""

import json
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.core.cache import cache
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from contacts.models import User
from contacts.staff.accounts import disable_user, make_token
from deals.billing.paying import pay, receive
from deals.models import CarePlan, Pipeline
from tests.factories.activities import ActivityFactory
from tests.factories.billing import SellerFactory, drafted, issued
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory
from tests.factories.quotes import sent_quote

pytestmark = [pytest.mark.django_db, pytest.mark.crawl]
SHAPE = {"type", "code", "message", "fields", "request_id"}


def assert_error(answer, status, code=None):
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert set(body) - {"facts", "present"} == SHAPE
    assert body["message"]
    assert all(isinstance(sentence, str) for sentences in body["fields"].values() for sentence in sentences)
    assert body["request_id"] == answer["X-Request-ID"]
    if code:
        assert body["code"] == code
    return body


# --- Who calls ---


def test_nobody_gets_in_without_a_token():
    answer = APIClient().get("/api/v1/contacts/")

    assert_error(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("token", ["x", "tdm_" + "0" * 64, "tdm_\x00", "tdm_ü", "tdm_ two", "", "\x00"])
def test_a_wrong_token_is_refused(token):
    answer = APIClient().get("/api/v1/contacts/", HTTP_AUTHORIZATION=f"Token {token}")

    assert_error(answer, 401)


def test_a_token_that_was_made_for_a_service_user_opens_the_api(iris):
    token = make_token(iris)

    assert APIClient().get("/api/v1/contacts/", HTTP_AUTHORIZATION=f"Token {token}").status_code == 200


def test_an_expired_token_is_refused(iris):
    stored, token = AuthToken.objects.create(user=iris)
    AuthToken.objects.filter(pk=stored.pk).update(expiry=timezone.now() - timedelta(seconds=1))

    assert_error(APIClient().get("/api/v1/contacts/", HTTP_AUTHORIZATION=f"Token {token}"), 401)


def test_a_disabled_users_token_dies_at_once(ana, iris, api_as):
    api = api_as(iris)
    assert api.get("/api/v1/contacts/").status_code == 200

    disable_user(iris, by=ana)

    assert_error(api.get("/api/v1/contacts/"), 401)


def test_a_user_who_was_switched_off_in_the_database_is_refused_too(iris, api_as):
    api = api_as(iris)
    User.objects.filter(pk=iris.pk).update(is_active=False)

    assert_error(api.get("/api/v1/contacts/"), 401)


def test_a_signed_in_person_can_read_by_session_but_not_write_without_the_forms_secret(rani, admin_as):
    browser = admin_as(rani)
    browser.handler.enforce_csrf_checks = True

    assert browser.get("/api/v1/contacts/").status_code == 200
    answer = browser.post("/api/v1/contacts/", {"full_name": "Sri"}, content_type="application/json")
    assert_error(answer, 403, "permission_denied")


def test_too_many_requests_are_told_when_to_come_back(rani, api_as, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"user": "3/hour"}}
    cache.clear()
    api = api_as(rani)

    answers = [api.get("/api/v1/currencies/") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert_error(answers[3], 429, "throttled")
    assert 0 < int(answers[3]["Retry-After"]) <= 3600


def test_one_account_does_not_use_up_anothers_requests(rani, bima, api_as, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"user": "1/hour"}}
    cache.clear()
    api_as(rani).get("/api/v1/currencies/")

    assert api_as(bima).get("/api/v1/currencies/").status_code == 200


# --- One error shape ---


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing/",
        "/api/v1/",
        "/api/v1/nothing/",
        "/api/v1/contacts",
        "/api/v1/contacts/abc/",
        "/api/v1/contacts/-1/",
        "/api/v1/contacts/1.5/",
        "/api/v1/contacts/%00/",
        "/api/v1/currencies/%00%00%00/",
        "/api/v1/contacts/99999999999999999999999999/",
        "/api/v1/contacts/999999999999999999/",
        "/api/v1/contacts/1/nothing/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
def test_an_address_that_does_not_exist_answers_in_the_one_shape(ana, api_as, path, method):
    answer = getattr(api_as(ana), method)(path)

    assert_error(
        answer, 405 if path.endswith("/contacts/999999999999999999/") and method in ("post", "delete") else 404
    )


def test_nothing_can_be_deleted(ana, api_as):
    contact = ContactFactory()

    assert_error(api_as(ana).delete(f"/api/v1/contacts/{contact.pk}/"), 405, "method_not_allowed")
    assert_error(api_as(ana).delete("/api/v1/contacts/"), 405, "method_not_allowed")


def test_a_body_that_is_no_json_is_refused(ana, api_as):
    answer = api_as(ana).post("/api/v1/contacts/", "full_name=Sri", content_type="application/x-www-form-urlencoded")

    assert_error(answer, 415, "unsupported_media_type")


def test_only_json_is_answered(ana, api_as):
    assert_error(api_as(ana).get("/api/v1/contacts/", HTTP_ACCEPT="text/html"), 406)


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "",
        "[1, 2",
        "{'full_name': 'Sri'}",
        '{"full_name": NaN}',
        '{"full_name": Infinity}',
        '{"full_name": "Sri", "full_name": "Ani"}',
        '{"full_name": "Sri\\u0000"}',
        '{"full_name": "\\ud800"}',
        '{"\\ud800": "Sri"}',
        "[" * 100_000,
        '{"full_name":' * 50 + "1" + "}" * 50,
        '{"a":' + "9" * 10_000 + "}",
        b"\xff\xfe{\x00}\x00",
        b'{"full_name": "\xff"}',
        b"\x00",
        "null",
        "[]",
        "5",
        '"text"',
        "true",
    ],
)
def test_a_body_that_can_not_be_understood_answers_400(ana, api_as, body):
    answer = api_as(ana).post("/api/v1/contacts/", body, content_type="application/json")

    assert_error(answer, 400)


def test_a_body_of_another_charset_than_utf_8_is_refused_or_read_as_utf_8(ana, api_as):
    answer = api_as(ana).post(
        "/api/v1/contacts/", '{"full_name": "Sri"}'.encode("utf-16"), content_type="application/json; charset=utf-16"
    )

    assert_error(answer, 400)


def test_a_body_beyond_the_limit_answers_413(ana, api_as, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = api_as(ana).post(
        "/api/v1/contacts/", json.dumps({"full_name": "x" * 2000}), content_type="application/json"
    )

    assert_error(answer, 413, "too_large")


def test_a_field_that_does_not_exist_is_told_and_not_ignored(ana, api_as):
    body = assert_error(api_as(ana).post("/api/v1/contacts/", {"full_name": "Sri", "nmae": "x"}, format="json"), 400)

    assert list(body["fields"]) == ["nmae"]
    assert "full_name" in body["message"]


def test_errors_inside_lists_name_their_place(ana, api_as):
    lines = [{"product": 999, "quantity": "x"}]

    body = assert_error(api_as(ana).post("/api/v1/deals/", {"name": "Pump", "lines": lines}, format="json"), 400)

    assert set(body["fields"]) == {"lines.0.product", "lines.0.quantity"}


def test_a_request_id_of_the_caller_is_kept(ana, api_as):
    answer = api_as(ana).get("/api/v1/nothing/", HTTP_X_REQUEST_ID="order-4711-a")

    assert answer.json()["request_id"] == "order-4711-a"


# --- Values out of every range ---

HOSTILE = [
    *(None, True, 0, -1, 1.5, 10**30, 1e308, "", " ", "x", "1e400", "NaN", "Infinity", "0001-01-01", "9999-12-31"),
    *(
        "2026-02-30",
        "9" * 5000,
        "ß" * 3000,
        "\u202e💥",
        "' OR 1=1 --",
        [],
        [[]],
        [None],
        [{}],
        {},
        {"id": 1},
        [1, "2", None],
    ),
]
# One field of each kind that a resource has.
WRITABLE = {
    "contacts": "full_name emails phones company role country time_zone source owner lifecycle_stage external_id",
    "companies": "name domain employees founded annual_revenue annual_revenue_currency country parent lifecycle_stage",
    "notes": "contact company body",
    "users": "email name role team language time_zone is_active is_service external_id",
    "teams": "name parent manager",
    "products": "code name category unit price cost currency tax_category is_active",
    "product-categories": "name",
    "currencies": "code name minor_units is_company_currency",
    "exchange-rates": "currency valid_from rate",
    "pipelines": "name template is_default retired_at stages",
    "stages": "pipeline name position probability expected_days is_for_won retired_at",
    "loss-reasons": "code name position retired_at",
    "deals": (
        "name owner pipeline stage outcome company currency amount own_probability expected_close opened_on "
        "loss_reason external_id contacts people lines"
    ),
    "deal-notes": "deal body",
    "activities": (
        "kind subject note owner deal contact starts_at due_on minutes place attendees reminders state outcome"
    ),
    "activities/log": "kind what_happened outcome minutes at owner completes next_step next_kind next_on next_at",
    "reminders": "activity user minutes_before at_time days_before",
    "care-plans": "name pipeline is_active steps",
    "care-steps": "plan position days_after kind subject note is_active",
    "discount-limits": "user percent",
    "quotes": "deal seller contact lines discount valid_until terms language prices_include_tax state",
    "invoices": (
        "company contact deal quote seller owner currency language discount terms reference delivered_on payment_days "
        "lines prices_include_tax state"
    ),
    "payments": (
        "amount company contact seller currency received_on method reference note external_id pays pays_oldest"
    ),
    "allocations": "payment invoice amount",
    "dunning-levels": "level days_overdue tone is_active",
}
VALID = {
    "contacts": {"full_name": "Sri"},
    "companies": {"name": "PT Maju"},
    "users": {"email": "new@tandem.test", "name": "New"},
    "teams": {"name": "Papua"},
    "products": {"code": "X1", "name": "Pump", "price": "10.00"},
    "product-categories": {"name": "Pumps"},
    "currencies": {"code": "XTS", "name": "Test", "minor_units": 2},
    "exchange-rates": {"currency": "IDR", "valid_from": "2026-01-01", "rate": "0.00006"},
    "pipelines": {"name": "Renewal"},
    "stages": {"name": "Talk"},
    "loss-reasons": {"code": "other", "name": "Other"},
    "deals": {"name": "Pump"},
    "notes": {"body": "Called"},
    "deal-notes": {"body": "Called"},
    "activities": {"kind": "task", "subject": "Write", "due_on": "2030-01-01"},
    "activities/log": {"kind": "call", "what_happened": "Talked"},
    "reminders": {"minutes_before": 5},
    "care-plans": {"name": "Pumps"},
    "care-steps": {"days_after": 5, "subject": "Call"},
    "discount-limits": {"percent": "5"},
    "quotes": {},
    "invoices": {},
    "payments": {"amount": "5"},
    "allocations": {},
    "dunning-levels": {"level": 9, "days_overdue": 90},
}


def references(resource, owner):
    """What a valid body refers to besides: rows that are there."""
    ours, company = SellerFactory(), CompanyFactory()
    made = {
        "notes": lambda: {"contact": ContactFactory().pk},
        "deal-notes": lambda: {"deal": DealFactory().pk},
        "stages": lambda: {"pipeline": Pipeline.objects.get(is_default=True).pk},
        "reminders": lambda: {"activity": ActivityFactory(owner=owner).pk},
        "care-steps": lambda: {"plan": CarePlan.objects.get().pk},
        "discount-limits": lambda: {"user": owner.pk},
        "quotes": lambda: {"deal": DealFactory(amount=10).pk},
        "invoices": lambda: {"company": company.pk},
        "payments": lambda: {"company": company.pk},
        "allocations": lambda: {
            "payment": receive(seller=ours, currency=ours.currency, amount=Decimal(5), by=owner, company=company).pk,
            "invoice": issued(company=company).pk,
        },
    }
    return made.get(resource, dict)()


@pytest.mark.parametrize("resource", sorted(WRITABLE))
def test_no_value_of_any_field_breaks_the_server(ana, api_as, resource):
    api = api_as(ana)
    valid = VALID[resource] | references(resource, ana)
    for field, value in product(WRITABLE[resource].split(), HOSTILE):
        answer = api.post(f"/api/v1/{resource}/", {**valid, field: value}, format="json")
        assert answer.status_code in (201, 400, 409), (field, value, answer.content)
        if answer.status_code != 201:
            assert_error(answer, answer.status_code)


VERBS = {
    "contacts/{contact}/advance/": "to reason",
    "contacts/{contact}/step-back/": "to reason",
    "contacts/{contact}/archive/": "reason",
    "companies/{company}/advance/": "to",
    "deals/{deal}/move/": "stage seen_stage reason",
    "deals/{deal}/win/": "on reason",
    "deals/{deal}/lose/": "reason note on",
    "deals/{deal}/reopen/": "reason",
    "pipelines/{pipeline}/reorder/": "stages",
    "activities/{activity}/complete/": "outcome note minutes at",
    "activities/{activity}/reopen/": "reason",
    "activities/{activity}/snooze/": "days until reason",
    "activities/{activity}/reschedule/": "starts_at due_on reason",
    "activities/{activity}/reassign/": "to reason",
    "reminders/{reminder}/snooze/": "until",
    "quotes/{quote}/send/": "to message by_email",
    "quotes/{quote}/extend/": "until to by_email",
    "quotes/{quote}/accept/": "name at revision",
    "quotes/{quote}/decline/": "name reason at",
    "quotes/{quote}/ask-approval/": "note",
    "invoices/{draft}/issue/": "on",
    "invoices/{invoice}/send/": "to",
    "invoices/{invoice}/credit/": "reason lines on",
    "invoices/{invoice}/payments/": "amount received_on method reference external_id",
    "payments/{payment}/allocate/": "invoice amount oldest",
    "payments/{payment}/refund/": "amount reason on reference",
    "payments/{payment}/void/": "reason",
}


def promises_and_money(owner, company):
    """One of each that a verb can be sent to, by name."""
    SellerFactory()
    activity = ActivityFactory(owner=owner)
    invoice = issued(company=company)
    return {
        "activity": activity.pk,
        "reminder": activity.reminders.get(purpose="remind").pk,
        "quote": sent_quote(owner).quote_id,
        "draft": drafted(company=company).pk,
        "invoice": invoice.pk,
        "payment": pay(invoice, amount=Decimal(150), by=owner).pk,
    }


@pytest.mark.parametrize("path", VERBS)
def test_no_body_of_any_verb_breaks_the_server(ana, api_as, path):
    deal = DealFactory()
    contact, company = ContactFactory(), CompanyFactory()
    ids = {"contact": contact.pk, "company": company.pk, "deal": deal.pk, "pipeline": deal.pipeline_id}
    ids |= promises_and_money(ana, company)
    valid = {"advance": {"to": "mql"}, "step-back": {"to": "lead", "reason": "x"}, "lose": {"reason": "price"}}
    valid["move"] = {"stage": deal.stage_id}
    valid |= {"payments": {"amount": "1"}, "refund": {"amount": "1", "reason": "x"}, "accept": {"name": "Sri"}}
    valid |= {"decline": {"name": "Sri", "reason": "x"}, "credit": {"reason": "x"}}
    body = valid.get(path.split("/")[2], {})
    api = api_as(ana)
    for name, value in product(VERBS[path].split(), HOSTILE):
        answer = api.post(f"/api/v1/{path.format(**ids)}", {**body, name: value}, format="json")
        assert answer.status_code in (200, 201, 400, 409), (name, value, answer.content)
