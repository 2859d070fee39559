"""``/api/v1/quotes/``: drafted on a deal, approved, sent, answered, invoiced; and what is refused in which words."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from config.integrations.models import Event
from contacts.models import Contact, Message, User
from deals.models import Deal, Invoice, Quote, StoredPdf
from deals.pipeline.editing import LineInput, set_lines
from tests.factories.billing import SellerFactory
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/quotes/"
As = Callable[[User], APIClient]
VERBS = (
    "ask-approval",
    "approve",
    "refuse-approval",
    "send",
    "send-again",
    "revise",
    "discard-draft",
    "extend",
    "withdraw",
    "accept",
    "decline",
    "invoice",
)


@pytest.fixture(autouse=True)
def seller(db: None) -> Any:
    return SellerFactory()


def deal_of(owner: User, *, price: int = 100, quantity: int = 2, discount: str = "0") -> Deal:
    """A deal over 200 dollars with Sri of PT Maju, who can be reached."""
    company = CompanyFactory(owner=owner, name="PT Maju", country="ID")
    sri = Contact.objects.filter(full_name="Sri Rahayu").first() or ContactFactory(
        owner=owner, full_name="Sri Rahayu", company=company, emails=["sri@maju.example"]
    )
    deal = DealFactory(owner=owner, name="Pumps", company=company, contacts=[sri])
    product = ProductFactory(price=Decimal(price), tax_category="zero")
    return set_lines(deal, [LineInput(product, quantity=Decimal(quantity), discount=Decimal(discount))])


def post(api: APIClient, path: str, body: Any = None, **headers: Any) -> Any:
    return api.post(f"{URL}{path}", body or {}, format="json", **headers)


def drafted(api: APIClient, deal: Deal, **body: Any) -> Any:
    answer = post(api, "", {"deal": deal.pk, **body})
    assert answer.status_code == 201, answer.content
    return answer.json()


def sent(api: APIClient, deal: Deal, **body: Any) -> Any:
    return done(post(api, f"{drafted(api, deal, **body)['id']}/send/"))


def done(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def refusal(answer: Any) -> str:
    assert answer.status_code == 409, answer.content
    code: str = answer.json()["code"]
    return code


# --- Draft ---


def test_a_quote_is_drafted_with_the_lines_of_its_deal(rani: User, api_as: As) -> None:
    row = drafted(api_as(rani), deal_of(rani))

    (revision,) = row["revisions"]
    assert (row["state"], row["standing"], row["number"], row["total"], row["currency"], row["link"]) == (
        "draft",
        "draft",
        "",
        "200.00",
        "USD",
        None,
    )
    assert (revision["revision"], revision["sent_at"], revision["language"]) == (1, None, "id")
    assert [(line["quantity"], line["unit_price"], line["amount"]) for line in revision["lines"]] == [
        ("2.000", "100.00", "200.00")
    ]
    assert [change["kind"] for change in row["changes"]] == ["drafted"]


def test_its_lines_and_terms_may_be_said_at_once(rani: User, api_as: As) -> None:
    lines = [{"description": "Design", "unit_price": "1250.50", "quantity": "2", "tax_category": "zero"}]

    row = drafted(
        api_as(rani),
        deal_of(rani),
        lines=lines,
        discount="10",
        terms="Half in advance",
        introduction="Thank you",
        language="en",
    )

    (revision,) = row["revisions"]
    assert (row["total"], revision["discount_amount"], revision["terms"]) == ("2250.90", "250.10", "Half in advance")
    assert (revision["introduction"], revision["language"]) == ("Thank you", "en")


def test_the_draft_is_changed_until_it_is_sent(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = drafted(api, deal_of(rani))
    address = f"{URL}{quote['id']}/"

    changed = done(api.patch(address, {"discount": "5", "prices_include_tax": True}, format="json"))
    assert (changed["total"], changed["revisions"][0]["prices_include_tax"]) == ("190.00", True)
    assert changed["updated_at"] != quote["updated_at"]

    done(post(api, f"{quote['id']}/send/"))
    assert refusal(api.patch(address, {"discount": "6"}, format="json")) == "revision_sent"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"discount": "101"}, "discount"),
        ({"language": "xx"}, "language"),
        ({"valid_until": "2020-01-01"}, "valid_until"),
        ({"lines": [{"description": "x"}]}, "unit_price"),
        ({"lines": [{"description": "x", "unit_price": "1"}, {"unit_price": "1.005"}]}, "lines.1.unit_price"),
        ({"lines": [{"description": "x", "unit_price": "1", "quantity": "0"}]}, "lines.0.quantity"),
        ({"lines": [{"description": "x", "unit_price": "1", "colour": "red"}]}, "lines.0.colour"),
        ({"contact": 987654}, "contact"),
        ({"total": "5", "colour": 1}, "colour"),
        ({"state": "accepted"}, "state"),
        ({"number": "Q-1"}, "number"),
        ({"seller": 987654}, "seller"),
        ({"deal": 987654}, "deal"),
    ],
)
def test_what_can_not_be_understood_is_told_at_its_field(
    rani: User, api_as: As, body: dict[str, Any], field: str
) -> None:
    api = api_as(rani)
    quote = drafted(api, deal_of(rani))

    answer = api.patch(f"{URL}{quote['id']}/", body, format="json")

    assert answer.status_code == 400, answer.content
    assert list(answer.json()["fields"]) == [field]
    assert done(api.get(f"{URL}{quote['id']}/"))["total"] == "200.00"


def test_what_was_read_can_be_written_back_and_changes_nothing(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = sent(api, deal_of(rani))
    read = done(api.get(f"{URL}{quote['id']}/"))

    assert done(api.put(f"{URL}{quote['id']}/", read, format="json")) == read


def test_a_lost_deal_gets_no_quote(rani: User, api_as: As) -> None:
    deal = DealFactory(owner=rani, lost=True)

    assert refusal(post(api_as(rani), "", {"deal": deal.pk})) == "deal_lost"


# --- Approval ---


def test_a_discount_beyond_the_limit_is_sent_once_a_manager_approved_it(rani: User, maya: User, api_as: As) -> None:
    api, manager = api_as(rani), api_as(maya)
    quote = drafted(api, deal_of(rani), discount="25")
    path = f"{quote['id']}/"
    assert quote["revisions"][0]["approval"] == "needed"

    answer = post(api, f"{path}send/")
    assert refusal(answer) == "approval_needed"
    assert answer.json()["facts"] == {"discount": "25.00", "limit": "10.00"}
    assert post(api, f"{path}approve/").status_code == 403
    asked = done(post(api, f"{path}ask-approval/", {"note": "A big customer"}))
    assert asked["revisions"][0]["approval"] == "asked"
    assert refusal(post(api, f"{path}ask-approval/")) == "approval_pending"
    refused = done(post(manager, f"{path}refuse-approval/", {"note": "Too much"}))
    assert (refused["revisions"][0]["approval"], refused["revisions"][0]["approval_note"]) == ("refused", "Too much")
    assert post(manager, f"{path}refuse-approval/").status_code == 400
    done(post(api, f"{path}ask-approval/"))
    given = done(post(manager, f"{path}approve/"))
    assert (given["revisions"][0]["approval"], given["revisions"][0]["approved_by"]) == ("given", maya.pk)
    assert refusal(post(manager, f"{path}approve/")) == "approval_given"
    assert done(post(api, f"{path}send/"))["state"] == "sent"


def test_a_discount_that_rose_since_the_manager_looked_is_not_approved(rani: User, maya: User, api_as: As) -> None:
    api, manager = api_as(rani), api_as(maya)
    quote = drafted(api, deal_of(rani), discount="25")
    post(api, f"{quote['id']}/ask-approval/")
    seen = manager.get(f"{URL}{quote['id']}/")["ETag"]
    done(api.patch(f"{URL}{quote['id']}/", {"discount": "60"}, format="json"))

    answer = post(manager, f"{quote['id']}/approve/", headers={"If-Match": seen})

    assert answer.status_code == 412
    assert answer.json()["present"]["record"]["revisions"][0]["discount"] == "60.00"


# --- Send ---


def test_a_sent_quote_has_a_number_a_link_and_a_letter_with_its_pages(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = drafted(api, deal_of(rani))

    row = done(post(api, f"{quote['id']}/send/", {"message": "As we said."}))

    assert (row["state"], row["standing"], row["revision"]) == ("sent", "sent", 1)
    assert row["number"].startswith("Q-")
    assert row["revisions"][0]["sent_to"] == "sri@maju.example"
    letter = Message.objects.get(kind="quote")
    assert row["link"] in letter.text
    assert "As we said." in letter.text
    assert Event.objects.filter(name="deals.quote_sent", subject_id=quote["id"]).count() == 1


@pytest.mark.parametrize(
    ("body", "status"), [({"to": "nobody"}, 400), ({"by_email": "perhaps"}, 400), ({"cc": "x@example.com"}, 400)]
)
def test_a_body_that_makes_no_sense_sends_nothing(rani: User, api_as: As, body: dict[str, Any], status: int) -> None:
    api = api_as(rani)
    quote = drafted(api, deal_of(rani))

    assert post(api, f"{quote['id']}/send/", body).status_code == status
    assert Quote.objects.get().state == "draft"


def test_without_an_address_it_can_be_handed_over_by_its_link(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = drafted(api, DealFactory(owner=rani, amount=Decimal(50), company=CompanyFactory(owner=rani)))

    assert refusal(post(api, f"{quote['id']}/send/")) == "no_address"
    row = done(post(api, f"{quote['id']}/send/", {"by_email": False}))
    assert row["link"].startswith("http")
    assert not Message.objects.exists()


def test_a_send_that_is_repeated_with_its_key_is_done_once(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = drafted(api, deal_of(rani))

    answers = [post(api, f"{quote['id']}/send/", headers={"Idempotency-Key": "send-1"}) for _time in range(2)]

    assert answers[0].content == answers[1].content
    assert Message.objects.count() == 1
    assert refusal(post(api, f"{quote['id']}/send/")) == "no_draft"


def test_the_pages_are_served_as_they_were_stored(rani: User, api_as: As) -> None:
    api = api_as(rani)
    draft = drafted(api, deal_of(rani))
    assert refusal(api.get(f"{URL}{draft['id']}/pdf/")) == "quote_not_sent"
    quote = done(post(api, f"{draft['id']}/send/"))

    answer = api.get(f"{URL}{quote['id']}/pdf/", HTTP_ACCEPT="application/pdf")

    stored = StoredPdf.objects.get()
    assert (answer.status_code, answer["Content-Type"], answer["ETag"]) == (
        200,
        "application/pdf",
        f'"{stored.sha256}"',
    )
    assert answer["Content-Disposition"] == f'attachment; filename="{quote["number"]}.pdf"'
    assert answer.content == bytes(stored.content)
    again = api.get(f"{URL}{quote['id']}/pdf/?revision=1", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert api.get(f"{URL}{quote['id']}/pdf/?revision=2").status_code == 404
    wrong = api.get(f"{URL}{quote['id']}/pdf/?revision=x", HTTP_ACCEPT="application/pdf")
    assert (wrong.status_code, wrong["Content-Type"]) == (400, "application/json")


def test_the_link_is_for_those_who_may_change_the_quote(rani: User, fina: User, maya: User, api_as: As) -> None:
    quote = sent(api_as(rani), deal_of(rani))

    assert done(api_as(maya).get(f"{URL}{quote['id']}/"))["link"] == quote["link"]
    assert done(api_as(fina).get(f"{URL}{quote['id']}/"))["link"] is None


# --- Revise ---


def test_the_next_revision_replaces_the_one_before_and_says_what_changed(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = sent(api, deal_of(rani))
    path = f"{quote['id']}/"

    assert [row["revision"] for row in done(post(api, f"{path}revise/"))["revisions"]] == [2, 1]
    assert refusal(post(api, f"{path}revise/")) == "revision_in_draft"
    done(post(api, f"{path}discard-draft/"))
    done(post(api, f"{path}revise/"))
    product = quote["revisions"][0]["lines"][0]["description"]
    lines = [{"description": "Training", "unit_price": "80", "tax_category": "zero"}]
    done(api.patch(f"{URL}{path}", {"lines": lines, "discount": "5"}, format="json"))
    row = done(post(api, f"{path}send/"))
    assert (row["number"], row["revision"], row["total"]) == (quote["number"], 2, "76.00")
    assert row["link"] != quote["link"]

    changed = done(api.get(f"{URL}{path}compare/?from=1&to=2"))
    assert [(each["name"], each["before"], each["after"]) for each in changed[:2]] == [
        ("line", None, "1 × Training"),
        ("line", f"2 × {product}", None),
    ]
    assert {(each["name"], each["before"], each["after"]) for each in changed} >= {
        ("discount", "0.00", "5.00"),
        ("total", "200.00", "76.00"),
    }
    assert done(api.get(f"{URL}{path}compare/")) == changed
    for query in ("from=7", "to=3", "from=1&to=9"):
        assert api.get(f"{URL}{path}compare/?{query}").status_code == 404
    assert api.get(f"{URL}{path}compare/?from=x").status_code == 400
    assert api.get(f"{URL}{path}compare/?of=1").status_code == 400


def test_a_longer_time_is_a_revision_that_is_sent(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = sent(api, deal_of(rani))
    later = str(timezone.localdate() + timedelta(days=60))

    row = done(post(api, f"{quote['id']}/extend/", {"until": later}))

    assert (row["revision"], row["valid_until"], row["changes"][0]["kind"]) == (2, later, "extended")
    assert refusal(post(api, f"{quote['id']}/extend/", {"until": later})) == "not_later"
    assert post(api, f"{quote['id']}/extend/").status_code == 400


def test_a_letter_is_mailed_again(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = sent(api, deal_of(rani))

    done(post(api, f"{quote['id']}/send-again/", {"to": "ani@maju.example"}))

    assert set(Message.objects.values_list("to_address", flat=True)) == {"sri@maju.example", "ani@maju.example"}


def test_a_withdrawn_quote_takes_no_answer(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = sent(api, deal_of(rani))
    path = f"{quote['id']}/"

    assert post(api, f"{path}withdraw/").status_code == 400
    assert done(post(api, f"{path}withdraw/", {"reason": "Wrong price"}))["standing"] == "withdrawn"
    assert refusal(post(api, f"{path}accept/", {"name": "Sri"})) == "quote_withdrawn"
    assert refusal(post(api, f"{path}revise/")) == "quote_withdrawn"
    assert refusal(post(api, f"{path}send-again/")) == "quote_withdrawn"


# --- Answer ---


def test_an_acceptance_that_was_heard_elsewhere_wins_the_deal(rani: User, api_as: As) -> None:
    api, deal = api_as(rani), deal_of(rani)
    draft = drafted(api, deal)
    assert refusal(post(api, f"{draft['id']}/accept/", {"name": "Sri"})) == "quote_not_sent"
    quote = done(post(api, f"{draft['id']}/send/"))

    row = done(post(api, f"{quote['id']}/accept/", {"name": "Sri Rahayu"}))

    answer = row["revisions"][0]["answer"]
    assert (row["state"], answer["accepted"], answer["name"], answer["recorded_by"]) == (
        "accepted",
        True,
        "Sri Rahayu",
        rani.pk,
    )
    assert answer["sha256"] == StoredPdf.objects.get().sha256
    shown = done(api.get(f"/api/v1/deals/{deal.pk}/"))
    assert (shown["outcome"], shown["money"]) == (
        "won",
        [{"currency": "USD", "quoted": "200.00", "invoiced": "0.00", "paid": "0.00"}],
    )
    assert refusal(post(api, f"{quote['id']}/accept/", {"name": "Sri"})) == "quote_accepted"
    assert refusal(post(api, f"{quote['id']}/withdraw/", {"reason": "x"})) == "quote_accepted"


def test_what_was_replaced_can_not_be_accepted(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = sent(api, deal_of(rani))
    done(post(api, f"{quote['id']}/revise/"))
    done(post(api, f"{quote['id']}/send/"))

    assert refusal(post(api, f"{quote['id']}/accept/", {"name": "Sri", "revision": 1})) == "quote_replaced"
    assert post(api, f"{quote['id']}/accept/", {"name": "Sri", "revision": 9}).status_code == 404
    assert post(api, f"{quote['id']}/accept/", {"name": ""}).status_code == 400
    early = {"name": "Sri", "at": "2020-01-01T00:00:00Z"}
    assert refusal(post(api, f"{quote['id']}/accept/", early)) == "answer_time_impossible"


def test_a_declined_quote_says_why_and_the_next_revision_can_be_sent(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = sent(api, deal_of(rani))

    assert post(api, f"{quote['id']}/decline/", {"name": "Sri"}).status_code == 400
    row = done(post(api, f"{quote['id']}/decline/", {"name": "Sri", "reason": "Too dear"}))
    assert (row["state"], row["revisions"][0]["answer"]["reason"]) == ("declined", "Too dear")
    done(post(api, f"{quote['id']}/revise/"))
    assert done(post(api, f"{quote['id']}/send/"))["state"] == "sent"


def test_an_expired_quote_says_so_in_lists_and_takes_no_answer(rani: User, api_as: As) -> None:
    quote = sent(api_as(rani), deal_of(rani))

    with time_machine.travel(timezone.now() + timedelta(days=40)):
        api = api_as(rani)
        (row,) = done(api.get(f"{URL}?standing=expired"))["results"]
        assert (row["id"], row["state"], row["standing"]) == (quote["id"], "sent", "expired")
        assert done(api.get(f"{URL}?standing=sent"))["results"] == []
        assert refusal(post(api, f"{quote['id']}/accept/", {"name": "Sri"})) == "quote_expired"


def test_an_accepted_quote_is_invoiced_once(rani: User, api_as: As) -> None:
    api = api_as(rani)
    quote = sent(api, deal_of(rani), discount="5")
    assert refusal(post(api, f"{quote['id']}/invoice/")) == "quote_not_accepted"
    done(post(api, f"{quote['id']}/accept/", {"name": "Sri"}))

    first, second = (done(post(api, f"{quote['id']}/invoice/"), 201) for _time in range(2))

    assert first == second
    assert (first["state"], first["quote"], first["total"], first["discount"]) == (
        "draft",
        quote["id"],
        "190.00",
        "5.00",
    )
    assert Invoice.objects.count() == 1


# --- Who sees what ---


def test_another_reps_quote_is_not_there(rani: User, bima: User, api_as: As) -> None:
    hidden = sent(api_as(bima), deal_of(bima))
    api = api_as(rani)

    assert done(api.get(URL))["results"] == []
    assert api.get(f"{URL}{hidden['id']}/").status_code == 404
    assert api.patch(f"{URL}{hidden['id']}/", {"discount": "1"}, format="json").status_code == 404
    for name in ("pdf", "compare"):
        assert api.get(f"{URL}{hidden['id']}/{name}/").status_code == 404
    for name in VERBS:
        assert post(api, f"{hidden['id']}/{name}/").status_code in (403, 404), name
    assert post(api, "", {"deal": hidden["deal"]}).status_code == 400
    events = done(api.get("/api/v1/events/?subject_type=deals.quote"))["results"]
    assert events == []


def test_who_may_read_only_changes_nothing(rani: User, mira: User, api_as: As) -> None:
    quote, api = sent(api_as(rani), deal_of(rani)), api_as(mira)

    assert api.get(f"{URL}{quote['id']}/pdf/").status_code == 200
    assert post(api, "", {"deal": quote["deal"]}).status_code == 403
    assert api.patch(f"{URL}{quote['id']}/", {}, format="json").status_code == 403
    for name in VERBS:
        assert post(api, f"{quote['id']}/{name}/").status_code == 403, name


# --- Lists ---


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=sent", {"sent"}),
        ("state=draft,accepted", {"draft", "accepted"}),
        ("standing=accepted", {"accepted"}),
        ("search=pumps", {"draft", "sent", "accepted"}),
        ("search=Q-", {"sent", "accepted"}),
        ("valid_to=2020-01-01", set()),
    ],
)
def test_the_list_is_filtered(rani: User, api_as: As, query: str, found: set[str]) -> None:
    api = api_as(rani)
    drafted(api, deal_of(rani))
    sent(api, deal_of(rani))
    accepted = sent(api, deal_of(rani))
    done(post(api, f"{accepted['id']}/accept/", {"name": "Sri"}))

    assert {row["state"] for row in done(api.get(f"{URL}?{query}"))["results"]} == found


def test_a_list_costs_the_same_for_one_quote_and_for_twenty(rani: User, api_as: As) -> None:
    api, deal = api_as(rani), deal_of(rani)
    first = drafted(api, deal)
    with CaptureQueriesContext(connection) as few:
        done(api.get(f"{URL}?page_size=200"))
    quote = Quote.objects.get(pk=first["id"])
    revision = quote.revisions.get()
    for number in range(19):
        quote.pk = None
        quote.save(force_insert=True)
        revision.pk, revision.quote, revision.total = None, quote, Decimal(number)
        revision.net, revision.subtotal = revision.total, revision.total
        revision.save(force_insert=True)

    with CaptureQueriesContext(connection) as many:
        rows = done(api.get(f"{URL}?page_size=200"))["results"]

    assert (len(rows), len(many)) == (20, len(few))
    assert len(few) < 12
