"""The words of e-mails that go with documents, and of reminders, in the language that is active."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.money import show_money
from contacts.models import Contact, User
from deals.billing.dunning import Tone
from deals.billing.invoice import Invoice
from deals.billing.kinds import InvoiceKind
from deals.billing.planning import PlannedItem, PlannedLetter
from deals.documents.formats import show_day


def document_subject(document: Invoice) -> str:
    """Return what the e-mail with a document is headed with."""
    labels = {"number": document.number, "seller": document.seller_copy["name"]}
    if document.kind == InvoiceKind.CREDIT_NOTE:
        return _("Credit note %(number)s from %(seller)s") % labels
    return _("Invoice %(number)s from %(seller)s") % labels


def document_text(document: Invoice, to: Contact | None, by: User) -> str:
    """Return the e-mail that goes with a document."""
    total = show_money(document.total, document.currency_id, document.currency.minor_units)
    labels = {"number": document.number, "total": total, "due": _day(document.due_on)}
    if document.kind == InvoiceKind.CREDIT_NOTE:
        said = _("attached is our credit note %(number)s over %(total)s.") % labels
    else:
        said = _("attached is our invoice %(number)s over %(total)s. Please pay it by %(due)s.") % labels
    return _letter(to, [said], by, document.seller_copy["name"])


def reminder_subject(letter: PlannedLetter) -> str:
    """Return what a reminder is headed with."""
    labels = {"seller": letter.seller, "numbers": _numbers(letter)}
    if letter.level and letter.level.tone == Tone.LAST:
        return _("Last reminder from %(seller)s: %(numbers)s") % labels
    if letter.level and letter.level.tone == Tone.FIRM:
        return _("Reminder from %(seller)s: please pay %(numbers)s") % labels
    return _("A friendly reminder from %(seller)s: %(numbers)s") % labels


def reminder_text(letter: PlannedLetter, day: date, by: User) -> str:
    """Return a reminder: how it is said depends on the level's tone."""
    tone = letter.level.tone if letter.level else Tone.FRIENDLY
    listed = "\n".join(_listed(item, day) for item in letter.items)
    opening, closing = _said(tone, len(letter.items))
    return _letter(letter.contact, [opening, listed, closing], by, str(letter.seller))


def _said(tone: str, invoices: int) -> tuple[str, str]:
    """Return how a reminder of this tone begins and ends."""
    if tone == Tone.LAST:
        return (
            ngettext(
                "in spite of our reminders this invoice has not been paid:",
                "in spite of our reminders these invoices have not been paid:",
                invoices,
            ),
            _("Please pay within seven days. Otherwise we must take further steps. If you have paid, please tell us."),
        )
    if tone == Tone.FIRM:
        return (
            ngettext(
                "this invoice is overdue, and we have not received your payment:",
                "these invoices are overdue, and we have not received your payment:",
                invoices,
            ),
            _("Please pay within a week, or tell us what keeps you from it."),
        )
    return (
        ngettext(
            "perhaps this invoice slipped your attention:", "perhaps these invoices slipped your attention:", invoices
        ),
        _("If your payment is on its way, please take this letter as settled."),
    )


def _listed(item: PlannedItem, day: date) -> str:
    invoice, days = item.invoice, item.days_late(day)
    amount = show_money(item.open_amount, invoice.currency_id, invoice.currency.minor_units)
    sentence = ngettext(
        "– %(number)s: %(amount)s, due on %(due)s (%(days)s day late)",
        "– %(number)s: %(amount)s, due on %(due)s (%(days)s days late)",
        days,
    )
    return sentence % {"number": invoice.number, "amount": amount, "due": _day(invoice.due_on), "days": days}


def _day(day: date | None) -> str:
    return show_day(day) if day else ""


def _numbers(letter: PlannedLetter) -> str:
    numbers = [item.invoice.number for item in letter.items]
    return ", ".join(numbers[:3]) + (" …" if len(numbers) > 3 else "")


def _letter(to: Contact | None, paragraphs: list[str], by: User, seller: str) -> str:
    greeting = _("Dear %(name)s,") % {"name": to.called} if to else _("Dear customer,")
    farewell = "\n".join([_("Kind regards"), by.name, seller])
    return "\n\n".join([greeting, *paragraphs, farewell]) + "\n"
