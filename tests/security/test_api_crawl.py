"""Everything the API says to rep A, generated from its addresses, filters and orders: none of it is rep B's."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from config.common.api.filters import DayFilter, IdsFilter, MomentFilter, YesFilter
from config.integrations.models import Event
from contacts.lifecycle.moving import step_back
from contacts.messages.queueing import notify, queue_message
from contacts.models import Company, Contact, Note, Team, User
from contacts.people.archiving import archive
from contacts.people.editing import NewJob, PhoneInput, change_company, change_contact
from deals.activities.doing import cancel, log
from deals.billing.allocating import take_back
from deals.billing.crediting import credit
from deals.billing.paying import pay, refund
from deals.models import Activity, Deal, DealNote, Invoice, LossReason, Payment, Quote, Reminder, Stage
from deals.pipeline.editing import LineInput, add_person, change_deal, set_lines
from deals.pipeline.moving import lose, move, reopen, win
from deals.quotes.answering import decline
from deals.quotes.drafting import change_revision, draft_quote
from deals.quotes.sending import send
from tests.factories.activities import ActivityFactory
from tests.factories.billing import SellerFactory, issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory, UserFactory
from tests.factories.deals import DealFactory, ProductFactory

pytestmark = [pytest.mark.django_db, pytest.mark.crawl]
MARKER = "zq7secret"


@pytest.fixture
def secrets(bima, rani, ana):
    """Bima's world, marked everywhere, next to records that Rani sees too."""
    User.objects.filter(pk=bima.pk).update(email=f"{MARKER}@tandem.test", external_id=MARKER, team=None)
    Team.objects.filter(name="Bali").update(name=f"{MARKER} team")
    bima = User.objects.get(pk=bima.pk)
    parent = CompanyFactory(owner=bima, name=f"{MARKER} holding")
    company = CompanyFactory(owner=bima, name=f"{MARKER} company", parent=parent, industry=MARKER, city=MARKER)
    contact = ContactFactory(
        owner=bima,
        full_name=f"{MARKER} contact",
        company=company,
        emails=[f"{MARKER}@example.com"],
        external_id=MARKER,
        source_detail=MARKER,
    )
    deal = DealFactory(owner=bima, name=f"{MARKER} deal", company=company, contacts=[contact], external_id=MARKER)
    set_lines(deal, [LineInput(ProductFactory(), description=MARKER)])
    move(deal, Stage.objects.filter(pipeline=deal.pipeline).order_by("position")[1], by=bima, reason=MARKER)
    win(deal, by=bima, reason=MARKER)
    reopen(deal, reason=MARKER, by=bima)
    Note.objects.create(contact=contact, body=MARKER, author=bima)
    Note.objects.create(company=company, body=MARKER, author=bima)
    DealNote.objects.create(deal=deal, body=MARKER, author=bima)
    step_back(contact, to="lead", reason=MARKER, by=ana)
    notify(bima, key=MARKER, kind="reminder", title=MARKER, body=MARKER, about=contact)
    queue_message(key=MARKER, kind=MARKER, to=contact, subject=MARKER, text=MARKER, sender=bima, about=deal)
    gone = ContactFactory(owner=bima, full_name=f"{MARKER} gone")
    archive(gone, by=bima, reason=MARKER)
    # What both see: Bima's deal with them, Bima's employment of them, Bima's parent of it, must not show through.
    shared_company = CompanyFactory(name="Shared company")
    change_company(shared_company, {"parent": parent})
    shared = ContactFactory(full_name="Shared contact", company=shared_company)
    change_contact(shared, {}, job=NewJob(company, MARKER), phones=[PhoneInput("+628123456789")])
    other = DealFactory(owner=bima, name=f"{MARKER} shared deal", company=shared_company, contacts=[shared])
    change_deal(other, {"name": f"{MARKER} changed deal"}, by=bima)
    lose(other, reason=LossReason.objects.get(code="price"), by=bima, note=MARKER)
    own = DealFactory(owner=rani, name="Own deal", company=shared_company)
    add_person(own, shared, by=rani)
    _promises_and_money(bima, rani, deal, other, own)
    DealFactory(owner=bima, name=f"{MARKER} third deal", contacts=[shared])
    UserFactory(name=f"{MARKER} colleague", team=bima.team)
    return {"contact": shared, "company": shared_company, "deal": own}


def _promises_and_money(bima, rani, deal, other, own):
    """What Bima promised, quoted and billed on his deals, one of them with the contact whom Rani sees too."""
    seller = SellerFactory()
    for number, about in enumerate((deal, other)):
        promise = ActivityFactory(owner=bima, subject=f"{MARKER} call", note=MARKER, place=MARKER, deal=about)
        cancel(promise, by=bima, reason=MARKER)
        late = ActivityFactory(owner=bima, subject=MARKER, deal=about, due_on=date(2026, 1, 1))
        Reminder.objects.filter(activity=late).update(last_error=MARKER)
        log(kind="call", what_happened=f"{MARKER} talk", deal=about, by=bima)
        billed = [line(100, description=MARKER)]
        invoice = issued(billed, by=bima, owner=bima, deal=about, seller=seller, reference=MARKER, terms=MARKER)
        money = pay(
            invoice, amount=Decimal(150), by=bima, reference=MARKER, note=MARKER, external_id=f"{MARKER}{number}"
        )
        refund(money, amount=Decimal(5), by=bima, reason=MARKER)
        take_back(money.allocations.get(), by=bima, reason=MARKER)
        credit(invoice, by=bima, reason=MARKER)
    quote = draft_quote(deal, by=bima)
    changes = {"introduction": MARKER, "terms": MARKER, "lines": [line(description=MARKER)]}
    change_revision(quote.revisions.get(), by=bima, **changes)
    sent = send(quote, by=bima, to=f"{MARKER}@example.com", message=MARKER)
    decline(sent, name=MARKER, reason=MARKER, recorded_by=bima)
    ActivityFactory(owner=rani, subject="Own call", deal=own)
    mine = draft_quote(own, by=rani)
    change_revision(mine.revisions.get(), by=rani, lines=[line()])
    send(mine, by=rani, by_email=False)
    pay(issued(by=rani, owner=rani, deal=own, seller=seller), amount=Decimal(5), by=bima)


def addresses():
    """Every (pattern, view) under /api/v1/, from the resolver."""

    def walk(patterns, prefix=""):
        for entry in patterns:
            path = prefix + str(entry.pattern).lstrip("^").rstrip("$")
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, path)
            elif isinstance(entry, URLPattern) and path.startswith("api/v1/"):
                yield "/" + path.replace("\\Z", ""), entry.callback

    return sorted(walk(get_resolver().url_patterns), key=lambda pair: pair[0])


def filled(pattern, pk):
    """The address with an id in it."""
    start = pattern.find("(?P<")
    if start < 0:
        return pattern
    end = pattern.index(")", start)
    return filled(pattern[:start] + str(pk) + pattern[end + 1 :], pk)


def keys_of(view, user):
    """Ids to put into an address: of everything there is, whoever may see it."""
    queryset = getattr(getattr(view, "cls", None), "queryset", None)
    if queryset is None:
        return [1]
    return list(queryset.model._default_manager.values_list("pk", flat=True)[:60])


class Curious:
    """What a curious rep would ask each kind of filter for."""

    def __init__(self):
        models = (User, Team, Company, Contact, Deal, Stage)
        newest = [list(model._default_manager.order_by("-pk").values_list("pk", flat=True)[:2]) for model in models]
        self.ids = [*dict.fromkeys(str(pk) for pks in newest for pk in pks), "1", "none", MARKER]

    def values(self, asked):
        if isinstance(asked, IdsFilter):
            return self.ids
        if isinstance(asked, DayFilter | MomentFilter):
            return ("2000-01-01", "2000-01-01T00:00:00Z", MARKER)
        if isinstance(asked, YesFilter):
            return ("true", "false", MARKER)
        return (MARKER, "1", "none", "won", "customer", "price")


def check(answer, address):
    assert answer.status_code in (200, 400, 403, 404, 405, 409), (address, answer.status_code, answer.content)
    # Pages are no text, and what is in them is compressed: who gets them is what counts.
    text = answer.content.decode(errors="replace")
    assert MARKER not in text, (address, text[:2000])
    for name, value in answer.items():
        assert MARKER not in value, (address, name)


def test_the_crawl_covers_the_api_and_the_marker_is_everywhere_for_those_who_see_all(ana, api_as, secrets):
    patterns = [pattern for pattern, _view in addresses()]
    assert len(patterns) > 50
    api = api_as(ana)

    for name in ("users", "teams", "companies", "contacts", "lifecycle-changes", "notes", "deals", "stage-changes"):
        assert MARKER in api.get(f"/api/v1/{name}/?page_size=200").content.decode(), name
    for name in ("deal-notes", "events", "messages"):
        assert MARKER in api.get(f"/api/v1/{name}/?page_size=200").content.decode(), name
    assert MARKER in str(list(Event.objects.values_list("payload", flat=True)))


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_no_address_shows_rep_b_to_rep_a(rani, api_as, secrets, method):
    api = api_as(rani)
    for pattern, view in addresses():
        for pk in keys_of(view, rani) if "(?P<" in pattern else [None]:
            address = filled(pattern, pk)
            check(getattr(api, method)(address), address)


def test_no_filter_search_or_order_shows_rep_b_to_rep_a(rani, api_as, secrets):
    api = api_as(rani)
    curious = Curious()
    for pattern, view in addresses():
        view_class = getattr(view, "cls", None)
        if "(?P<" in pattern or not hasattr(view_class, "filterset_class"):
            continue
        filterset = view_class.filterset_class
        asked = {**(filterset.base_filters if filterset else {}), "search": None}
        for name, value in [(each, value) for each, kind in asked.items() for value in curious.values(kind)]:
            answer = api.get(pattern, {name: value})
            if value == MARKER:
                assert answer.status_code == 400 or not answer.json().get("results"), (pattern, name)
            # The answer holds its own address in links, so the question is left out of it.
            text = answer.content.decode().replace(f"={MARKER}", "=")
            # 405: an address beside the list that only takes a POST.
            assert answer.status_code in (200, 400, 403, 405)
            assert answer.status_code == 400 or MARKER not in text, (pattern, name, value)
        for order in getattr(view_class, "ordering_fields", {}):
            for sign in ("", "-"):
                check(api.get(pattern, {"ordering": sign + order}), pattern)


def test_counts_tell_nothing_of_rep_b(rani, api_as, secrets):
    for pattern, view in addresses():
        queryset = getattr(getattr(view, "cls", None), "queryset", None)
        if "(?P<" not in pattern and queryset is not None and hasattr(queryset, "visible_to"):
            answer = api_as(rani).get(pattern, {"with_count": "1", "page_size": "200"})
            if "count" in answer.json():
                assert answer.json()["count"] == len(answer.json()["results"]), pattern


def world():
    """Everything that a verb could have changed."""
    models = (Deal, Contact, Activity, Reminder, Quote, Invoice, Payment)
    return Event.objects.count(), [list(model._default_manager.order_by("pk").values()) for model in models]


def test_no_verb_reaches_rep_bs_rows(rani, api_as, secrets):
    api = api_as(rani)
    before = world()
    bodies = ({}, {"to": "mql", "reason": "x"}, {"reason": "price"}, {"stage": 2}, {"stages": [1]}, {"name": "x"})
    for pattern, view in addresses():
        queryset = getattr(getattr(view, "cls", None), "queryset", None)
        if "(?P<" not in pattern or queryset is None or not hasattr(queryset, "visible_to"):
            continue
        seen = set(queryset.all().visible_to(rani).values_list("pk", flat=True))
        for pk in set(keys_of(view, rani)) - seen:
            for method, body in product(("post", "patch", "put", "delete"), bodies[:4]):
                answer = getattr(api, method)(filled(pattern, pk), body, format="json")
                assert answer.status_code in (403, 404, 405), (pattern, method, answer.content)
                assert MARKER not in answer.content.decode()

    assert world() == before


def test_rep_bs_rows_can_not_be_referred_to_in_any_body(rani, bima, api_as, secrets):
    api = api_as(rani)
    hidden_contact = Contact.objects.get(full_name=f"{MARKER} contact").pk
    hidden_company = Company.objects.get(name=f"{MARKER} company").pk
    hidden_deal = Deal.objects.get(name=f"{MARKER} deal").pk
    hidden_promise = Activity.objects.filter(owner=bima).first().pk
    hidden_quote = Quote.objects.get(deal=hidden_deal).pk
    task = {"kind": "task", "subject": "x", "due_on": "2030-01-01"}
    bodies = [
        ("contacts", {"full_name": "x", "company": hidden_company}),
        ("contacts", {"full_name": "x", "owner": bima.pk}),
        ("companies", {"name": "x", "parent": hidden_company}),
        ("companies", {"name": "x", "owner": bima.pk}),
        ("notes", {"body": "x", "contact": hidden_contact}),
        ("notes", {"body": "x", "company": hidden_company}),
        ("deals", {"name": "x", "company": hidden_company}),
        ("deals", {"name": "x", "owner": bima.pk}),
        ("deals", {"name": "x", "contacts": [hidden_contact]}),
        ("deals", {"name": "x", "people": [{"contact": hidden_contact}]}),
        ("deal-notes", {"body": "x", "deal": hidden_deal}),
        ("activities", {**task, "deal": hidden_deal}),
        ("activities", {**task, "contact": hidden_contact}),
        ("activities", {**task, "company": hidden_company}),
        ("activities", {**task, "owner": bima.pk}),
        ("activities", {**task, "attendees": [{"user": bima.pk}]}),
        ("activities", {**task, "attendees": [{"contact": hidden_contact}]}),
        ("activities/log", {"kind": "call", "what_happened": "x", "completes": hidden_promise}),
        ("activities/log", {"kind": "call", "what_happened": "x", "deal": hidden_deal}),
        ("reminders", {"activity": hidden_promise, "minutes_before": 5}),
        ("quotes", {"deal": hidden_deal}),
        ("quotes", {"deal": secrets["deal"].pk, "contact": hidden_contact}),
        ("invoices", {"company": hidden_company}),
        ("invoices", {"contact": hidden_contact}),
        ("invoices", {"deal": hidden_deal}),
        ("invoices", {"quote": hidden_quote}),
    ]

    for name, body in bodies:
        answer = api.post(f"/api/v1/{name}/", body, format="json")
        assert answer.status_code == 400, (name, body)
        assert "There is no record with the id" in answer.json()["message"], answer.content
        assert MARKER not in answer.content.decode()


def test_what_both_see_shows_rep_a_their_own_part_only(rani, api_as, secrets):
    api = api_as(rani)
    contact, company = secrets["contact"].pk, secrets["company"].pk

    row = api.get(f"/api/v1/contacts/{contact}/").json()
    assert [job["company"] for job in row["employments"]] == [company]
    assert (
        api.get("/api/v1/contacts/", {"company": Company.objects.get(name=f"{MARKER} company").pk}).json()["results"]
        == []
    )
    causes = api.get("/api/v1/lifecycle-changes/", {"contact": contact}).json()["results"]
    assert [cause["cause"] for cause in causes if cause["cause_kind"] == "deal"] == ["A deal was opened"]


def test_a_manager_sees_the_team_and_nothing_beside_it(maya, rani, api_as, secrets):
    api = api_as(maya)

    assert "Own deal" in api.get("/api/v1/deals/").content.decode()
    for pattern, view in addresses():
        for pk in keys_of(view, maya) if "(?P<" in pattern else [None]:
            check(api.get(filled(pattern, pk)), pattern)
