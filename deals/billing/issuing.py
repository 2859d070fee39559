"""Issuing: a draft becomes a fact, with a number without gap, dated, taxed and copied in one transaction.

The tax point is the day of issue: the rates in force on the day that the document carries are those it is taxed by.
A day of delivery is printed and decides nothing.
"""

from datetime import date, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.common.money import as_text
from config.integrations.announcing import announce
from contacts.models import User
from deals import signals
from deals.billing.history import record
from deals.billing.invoice import Invoice
from deals.billing.kinds import InvoiceChangeKind, InvoiceState
from deals.billing.locking import lock_draft
from deals.billing.refusals import InvoiceRefused, check_draft
from deals.billing.settling import note_whether_paid
from deals.documents.numbering import local_day, take_number
from deals.documents.parties import buyer_copy, seller_copy
from deals.documents.pricing import price
from deals.documents.seller import Series
from deals.documents.totals import Totals

_ISSUED = (
    "state", "number", "year", "sequence", "issued_on", "issued_at", "issued_by", "due_on",
    "seller_copy", "buyer_copy", "updated_at",
)  # fmt: skip


@transaction.atomic
def issue(invoice: Invoice, *, by: User, on: date | None = None) -> Invoice:
    """Issue a draft: taxed at the rates of its day, copied, numbered, announced. From then on it never changes.

    It is dated ``on``, or today where the seller is, and never before the last of its series. Refuses with
    ``invoice_issued``, ``invoice_discarded``, ``invoice_without_lines``, ``invoice_without_buyer``,
    ``seller_inactive``; raises NumberRefused (``dated_in_the_future``, ``dated_before_the_last``),
    TaxRateMissing and AmountTooLarge.
    """
    draft = lock_draft(invoice.pk)
    check_draft(draft)
    day = on or local_day(draft.seller)
    _check_complete(draft, price(draft, country=draft.seller.country, day=day))
    make_fact(draft, Series.INVOICE, by=by, on=on, taxed_on=day)
    announce(signals.invoice_issued, subject=draft, by=by, deal=draft.deal_id, **facts(draft))
    if not draft.total:
        note_whether_paid(draft, by=by, was_open=True)
    return draft


def make_fact(draft: Invoice, series: Series, *, by: User, on: date | None, taxed_on: date | None = None) -> None:
    """Number a locked draft, and freeze it with copies of seller and buyer; its pages are made after commit.

    The number is taken as late as can be: until this transaction ends, no other document of the seller gets one.
    """
    _copy_parties(draft)
    numbered = take_number(draft.seller, series, on=on)
    if taxed_on is not None and numbered.day != taxed_on:
        # Midnight passed, or the last one is dated ahead: the day that counts is the one it carries.
        price(draft, country=draft.seller.country, day=numbered.day)
    draft.state = InvoiceState.ISSUED
    draft.number, draft.year, draft.sequence = numbered.number, numbered.year, numbered.sequence
    draft.issued_on, draft.issued_at, draft.issued_by = numbered.day, timezone.now(), by
    draft.due_on = numbered.day + timedelta(days=draft.payment_days)
    draft.save(update_fields=_ISSUED)
    record(draft, InvoiceChangeKind.ISSUED, by=by)
    told = partial(signals.pages_due.send_robust, sender=Invoice, document=draft.pk)
    transaction.on_commit(told, robust=True)


def facts(document: Invoice) -> dict[str, str]:
    """Return what events tell of an issued document."""
    total = as_text(document.total, document.currency.minor_units)
    return {"number": document.number, "total": total, "currency": document.currency_id}


def _check_complete(draft: Invoice, totals: Totals) -> None:
    if not totals.lines:
        raise InvoiceRefused(_("There is nothing on this invoice. Add a line first."), code="invoice_without_lines")
    if not draft.seller.is_active:
        sentence = _("%(seller)s issues nothing any more. Choose another seller.")
        raise InvoiceRefused(sentence % {"seller": draft.seller}, code="seller_inactive")


def _copy_parties(draft: Invoice) -> None:
    draft.seller_copy = seller_copy(draft.seller, draft.language)
    draft.buyer_copy = buyer_copy(draft.company, draft.contact, draft.language)
    if not draft.buyer_copy["name"].strip():
        raise InvoiceRefused(_("Choose who is billed first."), code="invoice_without_buyer")
