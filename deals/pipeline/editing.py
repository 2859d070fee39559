"""Changes of a deal that are no change of state: its people, its lines, what follows from its columns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from config.common.money import ZERO
from contacts.models import Contact, User
from deals.catalogue.models import Product
from deals.pipeline.deal import BuyingRole, Deal, DealContact, DealLine
from deals.pipeline.following import follow_lifecycle
from deals.pipeline.moving import DealRefused


@dataclass(frozen=True, slots=True)
class LineInput:
    """One line as a person or an integration gives it; without a price the product's is taken."""

    product: Product
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    discount: Decimal = ZERO
    description: str = ""


@transaction.atomic
def change_deal(deal: Deal, changes: dict[str, Any], *, by: User) -> Deal:
    """Change columns of a deal (not its state). A company given now follows the lifecycle like one given at opening."""
    for name, value in changes.items():
        setattr(deal, name, value)
    if {"amount", "currency"} & changes.keys() and deal.lines.exists():
        _refuse_what_lines_decide(deal, changes)
    deal.full_clean()
    deal.save(update_fields=[*changes, "folded", "updated_at"])
    if "company" in changes:
        follow_lifecycle(deal, by=by)
    return deal


@transaction.atomic
def set_people(deal: Deal, people: Sequence[tuple[Contact, str]], *, by: User) -> None:
    """Make exactly these people, with these roles, take part in the deal; new ones follow the lifecycle."""
    deal = _lock(deal)
    wanted = {contact.pk: role for contact, role in people}
    deal.people.exclude(contact__in=wanted).delete()
    present = {part.contact_id: part for part in deal.people.all()}
    for contact_id, role in wanted.items():
        part = present.get(contact_id) or DealContact(deal=deal, contact_id=contact_id)
        if part.pk is None or part.role != role:
            part.role = role
            part.full_clean()
            part.save()
    _touch(deal)
    follow_lifecycle(deal, by=by)


@transaction.atomic
def add_person(deal: Deal, contact: Contact, *, by: User, role: str = BuyingRole.BUYS) -> DealContact:
    """Add somebody to a deal; an open deal makes them an Opportunity, a won one a Customer."""
    deal = _lock(deal)
    if deal.people.filter(contact=contact).exists():
        raise DealRefused(
            _("%(name)s is part of this deal already.") % {"name": contact}, code="person_already_in_deal"
        )
    part = DealContact(deal=deal, contact=contact, role=role)
    part.full_clean()
    part.save()
    _touch(deal)
    follow_lifecycle(deal, by=by)
    return part


@transaction.atomic
def remove_person(deal: Deal, contact: Contact, *, by: User) -> None:
    """Take somebody out of a deal. Nobody's lifecycle moves back."""
    deal = _lock(deal)
    gone, _rows = deal.people.filter(contact=contact).delete()
    if not gone:
        raise DealRefused(_("%(name)s is not part of this deal.") % {"name": contact}, code="person_not_in_deal")
    _touch(deal)


@transaction.atomic
def set_lines(deal: Deal, lines: Sequence[LineInput]) -> Deal:
    """Replace the deal's lines; its amount becomes their sum. Without lines the amount stays what it was."""
    deal = _lock(deal)
    rows = [build_line(deal, line, position) for position, line in enumerate(lines)]
    deal.lines.all().delete()
    for row in rows:
        row.full_clean(exclude=["deal"])
        row.save()
    return follow_lines(deal)


def build_line(deal: Deal, line: LineInput, position: int) -> DealLine:
    """Return an unsaved line; the product's price counts if it is in the deal's currency, else one must be given."""
    price = line.unit_price
    if price is None:
        if line.product.currency_id != deal.currency_id:
            sentence = _(
                "%(product)s is priced in %(theirs)s and the deal is in %(ours)s: give the unit price in %(ours)s."
            )
            labels = {"product": line.product, "theirs": line.product.currency_id, "ours": deal.currency_id}
            raise ValidationError({"unit_price": [sentence % labels]})
        price = line.product.price
    return DealLine(
        deal=deal,
        product=line.product,
        description=line.description,
        quantity=line.quantity,
        unit_price=price,
        discount=line.discount,
        position=position,
    )


@transaction.atomic
def follow_lines(deal: Deal) -> Deal:
    """Let the amount be the sum of the lines, where there are any. Raises ValidationError if it is too large."""
    deal = _lock(deal)
    rows = list(deal.lines.all())
    if rows:
        deal.amount = sum((row.total(deal.currency.minor_units) for row in rows), ZERO)
        deal.clean_fields(exclude={field.name for field in Deal._meta.fields} - {"amount"})
    deal.save(update_fields=["amount", "updated_at"])
    return deal


def _refuse_what_lines_decide(deal: Deal, changes: Collection[str]) -> None:
    stored = Deal.objects.get(pk=deal.pk)
    if "amount" in changes and deal.amount != stored.amount:
        raise ValidationError(
            {"amount": [_("The amount is the sum of the lines. Change the lines, or remove them first.")]}
        )
    if "currency" in changes and deal.currency_id != stored.currency_id:
        raise ValidationError({"currency": [_("The lines are priced in the present currency. Remove them first.")]})


def _lock(deal: Deal) -> Deal:
    # Locked without joins: see moving.
    Deal.objects.select_for_update().get(pk=deal.pk)
    locked: Deal = Deal.objects.select_related("currency").get(pk=deal.pk)
    return locked


def _touch(deal: Deal) -> None:
    deal.save(update_fields=["updated_at"])
