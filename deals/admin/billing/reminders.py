"""The page “Payment reminders”: the dry run of what would be sent, the button that sends exactly that, and what was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.admin.pages import register_page, show_page
from config.common.money import show_number
from contacts.models import User
from deals.admin.billing.answering import Done, attempt, go_on
from deals.admin.billing.forms import ActForm
from deals.admin.billing.page import MEDIA
from deals.admin.billing.showing import badge, due_words, invoice_list, money
from deals.admin.reading import reader_of
from deals.billing.dunning import Tone
from deals.billing.planning import PlannedItem, PlannedLetter, fingerprint, plan_reminders
from deals.billing.reminding import send_reminders
from deals.billing.wording import reminder_subject, reminder_text
from deals.documents.priced import LANGUAGES
from deals.models import DunningItem, DunningLetter, DunningLevel

VIEW, SEND = "deals.view_dunningletter", "deals.add_dunningletter"
MOST_LETTERS_SENT = 10
_TONES = {Tone.FRIENDLY: "", Tone.FIRM: "warn", Tone.LAST: "bad"}


class SeenForm(ActForm):
    """Sends what was shown, known by its fingerprint."""

    key = "remind"

    seen = forms.CharField(max_length=80, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An overdue invoice in a letter: as a line of its table."""

    number: str
    link: str
    due: str
    amount: str
    level: str


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """A letter as the dry run shows it, word for word."""

    letter: PlannedLetter
    level: Any
    items: list[ShownItem]
    total: str
    subject: str
    text: str
    customer_link: str
    language: str


def reminders_page(request: HttpRequest) -> HttpResponse:
    """Show the letters that would go out today and those that would not, with why; send them when asked to."""
    user = reader_of(request)
    if not user.has_perm(VIEW):
        raise PermissionDenied
    today = timezone.localdate()
    form = None
    if request.method == "POST":
        if not user.has_perm(SEND):
            raise PermissionDenied
        form = SeenForm(None, request.POST, today=today)
        done = attempt(form, lambda: _sent(request.POST.get("seen", ""), user, today))
        if done is not None:
            return go_on(request, done, request.path)
    return _page(request, user, today, form)


def _page(request: HttpRequest, user: User, today: date, refused: SeenForm | None) -> HttpResponse:
    planned = plan_reminders(user, today)
    to_send = [letter for letter in planned if not letter.skipped]
    context = {
        "heading": _heading(to_send),
        "letters": [_shown(letter, today, user) for letter in to_send],
        "skipped": [_shown(letter, today, user) for letter in planned if letter.skipped],
        "refused": refused,
        "form": SeenForm(None, today=today, initial={"seen": fingerprint(planned)}),
        "may_send": user.has_perm(SEND),
        "sent": sent_letters(user)[:MOST_LETTERS_SENT],
        "levels": DunningLevel.objects.filter(is_active=True),
        "media": MEDIA,
    }
    page = show_page(request, admin.site, "deals/billing/reminders.html", _("Payment reminders"), **context)
    page.status_code = 409 if refused is not None else 200
    return page


def sent_letters(user: User) -> Any:
    """Return the letters that the user may see, newest first, with what lists show of them."""
    items = Prefetch("items", queryset=DunningItem.objects.visible_to(user).select_related("invoice__currency"))
    return DunningLetter.objects.visible_to(user).select_related("company", "contact", "by").prefetch_related(items)


def _sent(seen: str, user: User, today: date) -> Done:
    number = len(send_reminders(seen, day=today, by=user))
    sentence = ngettext("%(number)s letter is on its way.", "%(number)s letters are on their way.", number)
    return Done(sentence % {"number": number})


def _heading(letters: list[PlannedLetter]) -> str:
    if not letters:
        return _("Nobody is to be reminded today.")
    numbers = {"letters": len(letters), "invoices": sum(len(letter.items) for letter in letters)}
    about = ngettext("%(invoices)s overdue invoice", "%(invoices)s overdue invoices", numbers["invoices"]) % numbers
    sentence = ngettext(
        "%(letters)s letter about %(about)s would go out",
        "%(letters)s letters about %(about)s would go out",
        len(letters),
    )
    return sentence % {"letters": show_number(len(letters)), "about": about}


def _shown(letter: PlannedLetter, today: date, user: User) -> ShownLetter:
    with translation.override(letter.language):
        # Said as it will be sent: in the customer's language.
        subject, text = reminder_subject(letter), reminder_text(letter, today, user)
    payer = (
        {"company": letter.company.pk} if letter.company else {"person": letter.contact.pk if letter.contact else ""}
    )
    return ShownLetter(
        letter=letter,
        level=_level(letter),
        items=[_item(item, today) for item in letter.items],
        total=_total(letter.items),
        subject=subject,
        text=text,
        customer_link=invoice_list(status="overdue", **payer),
        language=str(dict(LANGUAGES or ()).get(letter.language, letter.language)),
    )


def _level(letter: PlannedLetter) -> Any:
    if letter.level is None:
        return ""
    return badge(f"{letter.level} · {letter.level.get_tone_display()}", _TONES[Tone(letter.level.tone)])


def _item(item: PlannedItem, today: date) -> ShownItem:
    invoice: Any = item.invoice
    return ShownItem(
        number=invoice.number,
        link=reverse("admin:deals_invoice_change", args=[invoice.pk]),
        due=due_words(invoice.due_on, today),
        amount=money(item.open_amount, invoice.currency),
        level=_("new: level %(level)s") % {"level": item.level} if item.level else _("listed again"),
    )


def _total(items: Iterable[PlannedItem]) -> str:
    """Return what is open in all, in each currency by itself."""
    sums: dict[str, Any] = {}
    for item in items:
        code = item.invoice.currency_id
        before = sums[code][1] if code in sums else 0
        sums[code] = (item.invoice.currency, before + item.open_amount)
    return " + ".join(money(amount, currency) for currency, amount in sums.values())


register_page("billing/reminders/", "payment_reminders", reminders_page)
