"""Sends issued documents to customers, with their pages, in the document's language."""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from contacts.messages.models import Message
from contacts.messages.queueing import Attachment, queue_message
from contacts.models import Contact, User
from contacts.people.contact import normalise_email
from deals.billing.history import record
from deals.billing.invoice import Invoice
from deals.billing.kinds import InvoiceChangeKind
from deals.billing.locking import lock_invoice
from deals.billing.printing import file_name, pages_of
from deals.billing.refusals import InvoiceRefused, check_issued
from deals.billing.wording import document_subject, document_text
from deals.documents.parties import address_of

KIND = "invoice"


def send_invoice(invoice: Invoice, *, by: User, to: Contact | str | None = None) -> Message:
    """Queue the e-mail with an issued invoice or credit note, to its contact if nobody else is named.

    While the last one still waits to leave, it is returned instead: two clicks send once. Refuses with
    ``invoice_not_issued`` and ``invoice_no_address``; raises ValidationError for what is no address.
    """
    pages = pages_of(invoice)
    with transaction.atomic():
        document = lock_invoice(invoice.pk)
        check_issued(document)
        person, address = _addressee(document, to)
        about = Message.objects.about(document).filter(kind=KIND)
        waiting = about.waiting().filter(to_address=address).first()
        if waiting is not None:
            return waiting
        with translation.override(document.language):
            message = queue_message(
                key=f"{KIND}:{document.pk}:{about.count() + 1}",
                kind=KIND,
                to=address,
                to_name=person.called if person else "",
                contact=person,
                subject=document_subject(document),
                text=document_text(document, person, by),
                language=document.language,
                attachments=[Attachment(file_name(document), "application/pdf", bytes(pages.content))],
                sender=by,
                about=document,
            )
        record(document, InvoiceChangeKind.SENT, by=by, reason=address)
        return message


def _addressee(document: Invoice, to: Contact | str | None) -> tuple[Contact | None, str]:
    if isinstance(to, str):
        return None, normalise_email(to)
    person = to or document.contact
    address = address_of(person)
    if not address:
        sentence = _("There is no e-mail address to send %(number)s to. Add one to the contact, or name one.")
        raise InvoiceRefused(sentence % {"number": document.number}, code="invoice_no_address")
    return person, address
