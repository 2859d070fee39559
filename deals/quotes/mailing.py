"""The letter that brings a quote: in the customer's language, with the pages and the link; none leaves too late."""

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from config.common.money import show_money
from contacts.messages.models import Message
from contacts.messages.queueing import Attachment, cancel_messages, queue_message
from contacts.models import User
from deals.documents.formats import show_day
from deals.documents.models import StoredPdf
from deals.quotes.linking import link_for
from deals.quotes.locking import lock_revision
from deals.quotes.pages import file_name
from deals.quotes.quote import Quote
from deals.quotes.revision import QuoteRevision
from deals.quotes.standing import Standing, standing

KIND = "quote"


def queue_letter(revision: QuoteRevision, *, to: str, by: User, message: str, pages: StoredPdf) -> Message:
    """Queue the letter of a sent revision; call it with the quote locked, so that each has a key of its own."""
    number = Message.objects.about(revision).count() + 1
    with translation.override(revision.language):
        words = _words(revision, by, message)
        return queue_message(
            key=f"quote:{revision.pk}:{number}",
            kind=KIND,
            to=to,
            to_name=revision.buyer_copy["attention"] or revision.buyer_copy["name"],
            contact=_whose(to, revision),
            subject=_subject(revision),
            text="\n\n".join(
                [
                    words["greeting"],
                    *words["paragraphs"],
                    f"{words['button']}:\n{words['link']}",
                    words["attached"],
                    words["closing"],
                    words["from"],
                ]
            ),
            html=render_to_string("deals/quote_mail.html", words),
            attachments=[Attachment(file_name(revision), "application/pdf", bytes(pages.content))],
            language=revision.language,
            sender=by,
            about=revision,
        )


def cancel_letters(quote: Quote, *, reason: str) -> None:
    """Stop the letters of a quote that have not left; call it with the quote locked."""
    for revision in quote.revisions.filter(sent_at__isnull=False):
        cancel_messages(about=revision, kind=KIND, reason=reason)


def objection(message: Message) -> str:
    """Return why a letter must not leave any more: asked just before it would, with the quote locked until it has."""
    revision = QuoteRevision.objects.filter(pk=message.about_id or 0).first()
    if revision is None:
        return _("There is no such quote any more.")
    stands = standing(lock_revision(revision))
    if stands == Standing.SENT:
        return ""
    return _("The quote is %(standing)s by now.") % {"standing": stands.label.lower()}


def _whose(to: str, revision: QuoteRevision) -> Any:
    contact = revision.quote.contact
    return contact if contact and contact.emails.filter(address__iexact=to).exists() else None


def _subject(revision: QuoteRevision) -> str:
    labels = {
        "number": revision.quote.number,
        "revision": revision.revision,
        "seller": revision.seller_copy["name"],
    }
    if revision.revision > 1:
        return _("Quote %(number)s from %(seller)s, revision %(revision)s") % labels
    return _("Quote %(number)s from %(seller)s") % labels


def _words(revision: QuoteRevision, by: User, message: str) -> dict[str, Any]:
    """Return the letter in parts, in the language that is active."""
    contact, places = revision.quote.contact, revision.currency.minor_units
    labels = {
        "name": contact.called if contact else revision.buyer_copy["name"],
        "number": revision.quote.number,
        "total": show_money(revision.total, revision.currency_id, places),
        "day": show_day(revision.valid_until) if revision.valid_until else "",
    }
    said = [part.strip() for part in message.splitlines() if part.strip()]
    offer = _("Here is our quote %(number)s: %(total)s in all, valid until %(day)s.")
    if revision.revision > 1:
        offer = _(
            "Here is our new quote %(number)s: %(total)s in all, valid until %(day)s. It replaces the earlier one."
        )
    return {
        "language": revision.language,
        "greeting": _("Hello %(name)s,") % labels,
        "paragraphs": [*said, offer % labels],
        "button": _("Read and answer the quote"),
        "link": link_for(revision),
        "attached": _("The quote is attached as a PDF, too."),
        "closing": _("Kind regards"),
        "from": f"{by.name}\n{revision.seller_copy['name']}",
    }
