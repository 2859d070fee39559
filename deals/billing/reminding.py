"""Sends the reminders that a dry run showed: each invoice once a level, one letter a customer, in their language."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from contacts.messages.models import Message
from contacts.messages.queueing import Attachment, queue_message
from contacts.models import User
from deals.billing.dunning import DunningItem, DunningLetter
from deals.billing.history import record
from deals.billing.invoice import Invoice
from deals.billing.kinds import InvoiceChangeKind
from deals.billing.locking import lock_invoices
from deals.billing.planning import PlannedLetter, fingerprint, plan_reminders
from deals.billing.printing import file_name, pages_of
from deals.billing.refusals import DunningRefused
from deals.billing.wording import reminder_subject, reminder_text

KIND = "dunning"


def send_reminders(seen: str, *, day: date, by: User) -> list[DunningLetter]:
    """Send exactly the letters of the dry run that had this fingerprint, and return them.

    Refuses with ``reminders_changed`` where something was paid, credited or sent meanwhile, and with
    ``nothing_to_remind``. Two who send at once send once.
    """
    planned = _to_send(by, day)
    if not planned:
        raise DunningRefused(_("There is nobody to remind."), code="nothing_to_remind")
    # Printed before anything is locked.
    for letter in planned:
        for item in letter.items:
            pages_of(item.invoice)
    with transaction.atomic():
        lock_invoices(item.invoice.pk for letter in planned for item in letter.items)
        fresh = _to_send(by, day)
        if fingerprint(fresh) != seen:
            sentence = _("Something was paid, credited or sent since you looked. Look at the list again, then send.")
            raise DunningRefused(sentence, code="reminders_changed")
        return [_send(letter, day, by) for letter in fresh]


def objection_to(message: Message) -> str:
    """Return why a reminder must not leave any more: everything that it is about was paid or credited."""
    invoices = Invoice.objects.filter(dunning_items__letter__message_key=message.key).with_balance()
    if invoices and not any(each.open_amount > 0 for each in invoices):
        return _("Everything in this letter was paid meanwhile.")
    return ""


def _to_send(user: User, day: date) -> Sequence[PlannedLetter]:
    return [letter for letter in plan_reminders(user, day) if not letter.skipped]


def _send(planned: PlannedLetter, day: date, by: User) -> DunningLetter:
    assert planned.level is not None  # noqa: S101
    reached = planned.reached
    # An invoice reaches a level once, so this was never said before.
    key = f"{KIND}:{reached[0].invoice.pk}:{reached[0].level}"
    letter = DunningLetter.objects.create(
        seller=planned.seller,
        company=planned.company,
        contact=planned.contact,
        level=planned.level.level,
        language=planned.language,
        at=timezone.now(),
        by=by,
        message_key=key,
    )
    DunningItem.objects.bulk_create(
        DunningItem(letter=letter, invoice=item.invoice, level=item.level, open_amount=item.open_amount)
        for item in reached
        if item.level is not None
    )
    for item in reached:
        record(item.invoice, InvoiceChangeKind.REMINDED, by=by, reason=str(planned.level))
    with translation.override(planned.language):
        queue_message(
            key=key,
            kind=KIND,
            to=planned.address,
            to_name=planned.contact.called if planned.contact else "",
            contact=planned.contact,
            subject=reminder_subject(planned),
            text=reminder_text(planned, day, by),
            language=planned.language,
            attachments=[_attached(item.invoice) for item in planned.items],
            sender=by,
            about=letter,
        )
    return letter


def _attached(invoice: Invoice) -> Attachment:
    return Attachment(file_name(invoice), "application/pdf", bytes(pages_of(invoice).content))
