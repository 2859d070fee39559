"""Rules of segments as JSON, and a small crowd in which every field is somewhere set and somewhere not."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from campaigns.models import Campaign, Channel, Segment, Touch
from campaigns.segments.saving import save_segment
from contacts.consent.recording import record_consent
from contacts.models import Company, ConsentPurpose, Contact, Employment, User
from deals.models import Currency, ExchangeRate, LossReason, Product
from deals.pipeline.deal import Deal
from deals.pipeline.moving import lose, open_deal, win
from tests.factories.activities import ActivityFactory
from tests.factories.billing import issued, line
from tests.factories.contacts import CompanyFactory, ContactFactory
from tests.factories.deals import ProductFactory

INDUSTRIES = ("", "Makanan", "Điện tử", "Textile")


def is_(field: str, value: Any, operator: str = "is", **more: Any) -> dict[str, Any]:
    """A condition."""
    return {"field": field, "operator": operator, "value": value, **more}


def has(field: str, *where: dict[str, Any], operator: str = "any", value: Any = None) -> dict[str, Any]:
    """A condition on a relation's rows, of which all in ``where`` must hold."""
    condition: dict[str, Any] = {"field": field, "operator": operator}
    if value is not None:
        condition["value"] = value
    if where:
        condition["where"] = all_of(*where)
    return condition


def all_of(*rules: dict[str, Any]) -> dict[str, Any]:
    """A group of which all must hold."""
    return {"match": "all", "rules": list(rules)}


def any_of(*rules: dict[str, Any]) -> dict[str, Any]:
    """A group of which any must hold."""
    return {"match": "any", "rules": list(rules)}


def none_of(*rules: dict[str, Any]) -> dict[str, Any]:
    """A group of which none may hold."""
    return {"match": "none", "rules": list(rules)}


def live(owner: User, *rules: dict[str, Any], name: str = "Buyers", **fields: Any) -> Segment:
    """A live segment of those for whom all rules hold, not refreshed yet."""
    return save_segment(by=owner, name=name, kind="live", rule=all_of(*rules), **fields)


def crowd(owner: User, people: int = 24, seed: int = 4) -> list[Contact]:
    """People of all sorts, with companies, deals in two currencies (one has no rate), invoices, calls, consents."""
    chance = random.Random(seed)
    products: list[Product] = [ProductFactory() for _number in range(3)]
    _currencies()
    companies = [
        CompanyFactory(name=f"Công ty {number}", industry=INDUSTRIES[number % 4], country=("", "ID", "VN")[number % 3],
                       employees=(None, 5, 50)[number % 3])
        for number in range(5)
    ]  # fmt: skip
    contacts = [_person(chance, number, owner, companies) for number in range(people)]
    campaigns = [
        Campaign.objects.create(
            name=f"Campaign {number}", code=f"c{number}", starts_on="2026-01-01", ends_on="2026-12-31", owner=owner
        )
        for number in range(2)
    ]
    for contact in contacts:
        for _number in range(chance.choice((0, 0, 1, 2))):
            _deal(chance, contact, chance.choice(contacts), owner, products)
        _happenings(chance, contact, chance.choice(contacts), owner, campaigns)
        if chance.random() < 0.35:
            _bought(chance, contact, products)
    return contacts


def _currencies() -> None:
    Currency.objects.get_or_create(code="EUR", defaults={"name": "Euro"})
    Currency.objects.get_or_create(code="THB", defaults={"name": "Baht"})
    day = timezone.localdate() - timedelta(days=400)
    ExchangeRate.objects.get_or_create(currency_id="EUR", valid_from=day, defaults={"rate": Decimal("1.0712345")})


def _person(chance: random.Random, number: int, owner: User, companies: list[Company]) -> Contact:
    contact: Contact = ContactFactory(
        full_name=chance.choice(("Nguyễn Đức", "Siti ÁNNA", "Budi", "anna Berg")) + f" {number}",
        preferred_name=chance.choice(("", "Ánh")),
        country=chance.choice(("", "ID", "VN", "DE")),
        language=chance.choice(("", "id", "vi")),
        source=chance.choice(("form", "sales", "web")),
        owner=chance.choice((None, owner)),
        stage=chance.choice(("subscriber", "lead", "customer", "other")),
        emails=[f"{part}{number}@{part}.Example" for part in chance.choice(((), ("acme",), ("bolt", "acme")))],
    )
    if number % 9 == 8:
        Contact.objects.filter(pk=contact.pk).update(archived_at=timezone.now())
    # At and about the midnights of Jakarta and UTC.
    edge = datetime.now(UTC).replace(hour=17, minute=0, second=0, microsecond=0)
    made = edge - timedelta(days=chance.choice((0, 1, 29, 30, 31, 90)), seconds=chance.choice((-1, 0, 1, 25200)))
    Contact.objects.filter(pk=contact.pk).update(created_at=made)
    for company in chance.sample(companies, chance.choice((0, 1, 2))):
        until = chance.choice((None, None, timezone.localdate() - timedelta(days=1)))
        role = chance.choice(("", "Mua hàng", "BUYER"))
        Employment.objects.create(contact=contact, company=company, role=role, until=until)
    for purpose in ConsentPurpose.objects.order_by("pk")[:2]:
        if chance.random() < 0.6:
            record_consent(contact, purpose, is_given=chance.random() < 0.6, source="person")
    contact.refresh_from_db()
    return contact


def _deal(chance: random.Random, contact: Contact, other: Contact, owner: User, products: list[Product]) -> Deal:
    people = list({contact.pk: contact, other.pk: other}.values())
    deal = open_deal(
        name=chance.choice(("Drills", "Refit")), owner=owner, by=owner, contacts=people,
        amount=Decimal(chance.choice(("0", "100.10", "250.50", "1000"))),
        currency=Currency.objects.get(code=chance.choice(("USD", "EUR", "THB"))),
    )  # fmt: skip
    for product in chance.sample(products, chance.choice((0, 1, 2))):
        deal.lines.create(product=product, unit_price=Decimal(5))
    if (way := chance.random()) < 0.3:
        return win(deal, by=owner)
    return lose(deal, reason=LossReason.objects.order_by("position").first(), by=owner) if way < 0.5 else deal


def _happenings(
    chance: random.Random, contact: Contact, other: Contact, owner: User, campaigns: list[Campaign]
) -> None:
    for _number in range(chance.choice((0, 0, 1, 2))):
        activity = ActivityFactory(owner=owner, contact=chance.choice((contact, None)))
        if activity.contact_id is None or activity.contact_id != other.pk:
            activity.attendees.create(contact=other)
    for _number in range(chance.choice((0, 1, 2))):
        Touch.objects.create(
            contact=contact, campaign=chance.choice(campaigns), channel=chance.choice(list(Channel.objects.all()[:2])),
            kind=chance.choice(("click", "form")), source="hand",
            at=timezone.now() - timedelta(days=chance.choice((0, 10, 40))),
        )  # fmt: skip


def _bought(chance: random.Random, contact: Contact, products: list[Product]) -> None:
    lines = [
        line(price=chance.choice(("10.01", "70.5")), product=chance.choice((None, *products)))
        for _number in range(chance.choice((1, 2)))
    ]
    if (part := contact.deal_parts.first()) is not None and chance.random() < 0.5:
        issued(lines, deal=part.deal, contact=None, company=CompanyFactory(), currency=part.deal.currency)
    else:
        issued(lines, contact=contact)
