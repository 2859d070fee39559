"""The dry run of reminders: which customers would get which letter about which invoices, and who would not, and why."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from contacts.models import Company, Contact, User
from deals.billing.dunning import DunningItem, DunningLevel
from deals.billing.invoice import Invoice
from deals.documents.defaults import language_of
from deals.documents.models import Seller


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An overdue invoice in a letter: ``level`` is the one it newly reached, nothing if it is only listed."""

    invoice: Invoice
    level: int | None

    @property
    def open_amount(self) -> Decimal:
        """What is still to be paid."""
        return self.invoice.open_amount

    def days_late(self, day: date) -> int:
        """How many days ago it was due."""
        return (day - self.invoice.due_on).days if self.invoice.due_on else 0


@dataclass(frozen=True, slots=True)
class PlannedLetter:
    """One letter to one customer about all that is overdue; ``skipped`` says why it won't be sent, if so."""

    seller: Seller
    company: Company | None
    contact: Contact | None
    address: str
    language: str
    level: DunningLevel | None
    items: tuple[PlannedItem, ...]
    skipped: str = ""

    @property
    def customer(self) -> str:
        """Who owes."""
        return str(self.company or self.contact)

    @property
    def reached(self) -> list[PlannedItem]:
        """The invoices that newly reached a level."""
        return [item for item in self.items if item.level is not None]


def plan_reminders(user: User, day: date) -> list[PlannedLetter]:
    """Return what reminding would send on a day about the invoices that the user sees; nothing is written.

    A customer gets one letter about all that is overdue, in the tone of the highest level that any of it newly
    reached. Listed too, with why, are those who would get none: nobody with an e-mail address, nothing new. Costs
    four queries, however many letters.
    """
    levels = list(DunningLevel.objects.filter(is_active=True).order_by("days_overdue", "level"))
    rows = Invoice.objects.visible_to(user).overdue(day)
    items = DunningItem.objects.filter(invoice__in=rows.values("pk")).order_by()
    reminded = dict(items.values_list("invoice").annotate(Max("level")))
    overdue = rows.order_by("due_on", "pk").select_related("seller", "company", "contact", "currency")
    by_customer: dict[tuple[int, int | None, int | None], list[PlannedItem]] = defaultdict(list)
    late_enough: set[tuple[int, int | None, int | None]] = set()
    for invoice in overdue.prefetch_related("contact__emails"):
        key = (invoice.seller_id, invoice.company_id, None if invoice.company_id else invoice.contact_id)
        reached = _reached(levels, (day - invoice.due_on).days)
        is_new = reached is not None and reached.level > reminded.get(invoice.pk, 0)
        by_customer[key].append(PlannedItem(invoice, reached.level if reached and is_new else None))
        if reached is not None:
            late_enough.add(key)
    by_number = {level.level: level for level in levels}
    return [_letter(items, by_number) for key, items in by_customer.items() if key in late_enough]


def fingerprint(letters: Iterable[PlannedLetter]) -> str:
    """Return a short text that changes with anything that would be sent, to whom, or in which tone."""
    said = [
        f"{letter.address}|{letter.language}|{letter.level.tone if letter.level else ''}|"
        + ",".join(f"{item.invoice.pk}:{item.level}:{item.open_amount.normalize():f}" for item in letter.items)
        for letter in letters
        if not letter.skipped
    ]
    return hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest()


def _reached(levels: Sequence[DunningLevel], days: int) -> DunningLevel | None:
    return max((each for each in levels if each.days_overdue <= days), key=lambda each: each.level, default=None)


def _letter(items: Sequence[PlannedItem], levels: dict[int, DunningLevel]) -> PlannedLetter:
    newest = items[-1].invoice
    contact, address = _addressee(items)
    reached = max((item.level for item in items if item.level is not None), default=None)
    skipped = ""
    if reached is None:
        skipped = _("Already reminded at this level.")
    elif not address:
        skipped = _("Nobody with an e-mail address is named on these invoices.")
    return PlannedLetter(
        seller=newest.seller,
        company=newest.company,
        contact=contact or newest.contact,
        address=address,
        language=language_of(newest.company, contact or newest.contact),
        level=levels.get(reached) if reached is not None else None,
        items=tuple(items),
        skipped=skipped,
    )


def _addressee(items: Sequence[PlannedItem]) -> tuple[Contact | None, str]:
    """Return the person named on the newest invoice on which one with an e-mail address is."""
    for item in reversed(items):
        contact = item.invoice.contact
        emails = sorted(contact.emails.all(), key=lambda each: (not each.is_primary, each.pk)) if contact else []
        if emails:
            return contact, emails[0].address
    return None, ""
