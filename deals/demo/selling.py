"""Writes quotes, invoices and payments into the demo company's diary."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from config.common.demo import Diary, read_table
from config.common.money import round_to
from contacts.models import Contact
from deals.billing.crediting import credit
from deals.billing.drafting import change_draft, invoice_from_quote
from deals.billing.issuing import issue
from deals.billing.mailing import send_invoice
from deals.billing.models import Invoice, Payment
from deals.billing.paying import pay, refund
from deals.billing.planning import fingerprint, plan_reminders
from deals.billing.reminding import send_reminders
from deals.demo.money import INVOICES, QUOTES, REMINDERS, SELLERS
from deals.documents.models import Seller
from deals.pipeline.models import Deal
from deals.quotes.answering import accept, decline
from deals.quotes.approving import ask_approval
from deals.quotes.drafting import change_revision, draft_quote, revise
from deals.quotes.models import Quote
from deals.quotes.sending import send
from deals.quotes.standing import current_revision

_COLUMNS = (
    "legal_form", "name", "tax_number", "street", "city", "postal_code", "region", "country", "currency_id",
    "time_zone", "bank_name", "bank_account", "bank_code", "phone",
)  # fmt: skip
_PREFIXES = {"quote": "Q", "invoice": "INV", "credit_note": "CN"}
QUOTED_BEFORE = 6
USUAL_TERMS = ("2", "30", "27:100", "")
# Where customers clicked: addresses that are kept for documentation (RFC 5737).
CUSTOMERS_ADDRESS = "203.0.113.24"


def write_sellers(diary: Diary) -> None:
    """Make the company's two legal persons; the diary knows them by country."""
    for key, *cells in read_table(SELLERS):
        values = dict(zip(_COLUMNS, cells, strict=True))
        diary.rows[f"seller {key}"] = Seller.objects.create(
            **values,
            email=f"accounts.{key.lower()}@tandem.example",
            website="cakra.tandem.example",
            bank_holder=f"{values['legal_form']} {values['name']}",
            signatory=diary.rows["finance" if key == "ID" else "bao"].name,
            is_default=key == "ID",
            # Each has numbers of its own; what a colleague reads tells whose.
            **({f"{series}_prefix": f"{key}{prefix}" for series, prefix in _PREFIXES.items()} if key != "ID" else {}),
        )


def write_offers(diary: Diary) -> None:
    """Note the quotes on open deals, and the letters to customers who are late."""
    for name, days_ago, valid, what in read_table(QUOTES):
        offer = partial(_offer, diary, name, int(valid), what)
        diary.note(diary.moment(int(days_ago), 14), offer)
    for ago in REMINDERS:
        diary.note(diary.moment(ago, 9), partial(_remind, diary, ago), by=diary.rows["finance"])


def write_sale(diary: Diary, name: str, won_ago: int, by_hand: Callable[[], object], *, by: Any) -> None:
    """Note how a won deal was quoted, won by the customer's acceptance (or by hand, without a customer), and billed."""
    quoted = partial(_quote, diary, name)
    diary.note(diary.moment(won_ago + QUOTED_BEFORE, 14), quoted, by=by)
    diary.note(diary.moment(won_ago, 12), lambda: _accept(diary, name) or by_hand(), by=by)
    told = {row[0]: row[1:] for row in read_table(INVOICES)}
    _Bill(diary, name, won_ago, *told.get(name, USUAL_TERMS)).write()


def _quote(diary: Diary, name: str, valid_days: int = 30) -> Quote | None:
    deal = _deal(diary, name)
    if deal.company is None or not deal.is_open:
        return None
    quote = draft_quote(deal, by=deal.owner, seller=diary.rows[f"seller {deal.company.country}"])
    # Managers sell above the limit; a rep's colleagues have agreed before.
    send(quote, by=_approver(diary, deal), to=_address(deal))
    diary.rows[f"quote {name}"] = quote
    return quote


def _accept(diary: Diary, name: str) -> bool:
    quote: Quote | None = diary.rows.get(f"quote {name}")
    revision = current_revision(quote) if quote else None
    if quote is None or revision is None:
        return False
    signed = str(quote.contact or quote.deal.company)
    accept(revision, name=signed, address=CUSTOMERS_ADDRESS, user_agent="Mozilla/5.0 (Linux; Android 15)")
    return True


def _offer(diary: Diary, name: str, valid: int, what: str) -> None:
    deal = _deal(diary, name)
    assert deal.company is not None  # noqa: S101  offers are to companies
    quote = draft_quote(deal, by=deal.owner, seller=diary.rows[f"seller {deal.company.country}"])
    revision = quote.revisions.get()
    change_revision(revision, by=deal.owner, valid_until=diary.today + timedelta(days=valid))
    how, _space, words = what.partition(" ")
    if how == "discount":
        change_revision(revision, by=deal.owner, discount=Decimal(words))
        ask_approval(quote.revisions.get(), by=deal.owner, note="They take it this month at this price.")
    elif how != "draft":
        send(quote, by=_approver(diary, deal), to=_address(deal))
    if how == "declined":
        decline(quote.revisions.get(), name=str(quote.contact), reason=words, address=CUSTOMERS_ADDRESS)
    if how == "revised":
        change_revision(revise(quote, by=deal.owner), by=deal.owner, discount=Decimal(words))
        send(quote, by=_approver(diary, deal), to=_address(deal))


@dataclass
class _Bill:
    """The invoice of a won deal, and what was paid."""

    diary: Diary
    name: str
    won_ago: int
    after: str
    terms: str
    payments: str
    then: str
    _invoice: Invoice | None = field(default=None, init=False)

    def write(self) -> None:
        """Note drafting, issuing, payments and corrections, as far as they lie in the past."""
        if self.then == "unbilled":
            return
        billed = self.won_ago - int(self.after)
        self._note(billed, 15, self._draft)
        if self.then == "draft":
            return
        self._note(billed, 16, self._issue)
        for place, part in enumerate(self.payments.split()):
            days, per_cent = part.split(":")
            self._note(billed - int(days), 13 + place, partial(self._pay, Decimal(per_cent)))
        if self.then:
            last = int(self.payments.split()[-1].split(":")[0])
            self._note(billed - last - 3, 15, self._correct)

    def _note(self, days_ago: int, hour: int, act: Callable[[], object]) -> None:
        if days_ago >= 0:
            self.diary.note(self.diary.moment(days_ago, hour), act, by=self._clerk)

    @property
    def _clerk(self) -> Any:
        return self.diary.rows["finance"]

    def _draft(self) -> None:
        quote = self.diary.rows.get(f"quote {self.name}")
        if quote is not None:
            self._invoice = invoice_from_quote(quote, by=self._clerk)
            change_draft(self._invoice, by=self._clerk, payment_days=int(self.terms))

    def _issue(self) -> None:
        if self._invoice is not None:
            self._invoice = issue(self._invoice, by=self._clerk)
            send_invoice(self._invoice, by=self._clerk, to=_address(_deal(self.diary, self.name)))

    def _pay(self, per_cent: Decimal) -> None:
        if self._invoice is not None:
            amount = round_to(self._invoice.total * per_cent / 100, self._invoice.currency.minor_units)
            pay(self._invoice, amount=amount, by=self._clerk, reference=f"Transfer {self._invoice.number}")

    def _correct(self) -> None:
        if self._invoice is None:
            return
        if self.then == "refund":
            payment: Any = Payment.objects.with_balance().filter(allocations__invoice=self._invoice).latest("pk")
            refund(payment, amount=payment.credit, by=self._clerk, reason="Paid too much")
            return
        _credit, line, quantity, *words = self.then.split(maxsplit=3)
        row = self._invoice.lines.order_by("position", "pk")[int(line)]
        credit(self._invoice, by=self._clerk, reason=words[0], lines={row.pk: Decimal(quantity)})


def _remind(diary: Diary, days_ago: int) -> None:
    clerk, day = diary.rows["finance"], diary.day(days_ago)
    letters = plan_reminders(clerk, day)
    if any(letter.level for letter in letters):
        send_reminders(fingerprint(letters), day=day, by=clerk)


def _deal(diary: Diary, name: str) -> Deal:
    deal: Deal = Deal.objects.select_related("company", "owner").get(pk=diary.rows[name].pk)
    return deal


def _approver(diary: Diary, deal: Deal) -> Any:
    return diary.rows["bao" if deal.company and deal.company.country == "VN" else "manager"]


def _address(deal: Deal) -> str:
    """Return where letters go: the first person of the deal with an address, else the company's office."""
    people = Contact.objects.filter(deal_parts__deal=deal, emails__is_primary=True).order_by("deal_parts__pk")
    address = people.values_list("emails__address", flat=True).first()
    return address or f"office.{deal.company_id}@customers.tandem.example"
