"""What a form asks for: its fields in order, and its consents by the newest words in the form's language."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.capture.form import AskFor, FormConsent, FormField, WebForm
from contacts.consent.models import ConsentText


@dataclass(frozen=True, slots=True)
class AskedConsent:
    """A consent as a form asks for it: the words that are agreed to."""

    consent: FormConsent
    text: ConsentText


def asked_fields(form: WebForm) -> list[FormField]:
    """Return the fields to fill in, without the e-mail address unless the form has words of its own for it."""
    return list(form.fields.all())


def asked_consents(form: WebForm) -> list[AskedConsent]:
    """Return the consents with the newest text of each; one that has no text in any language can't be asked for."""
    consents = list(form.consents.select_related("purpose").filter(purpose__is_active=True))
    texts = ConsentText.objects.filter(purpose__in=[consent.purpose_id for consent in consents])
    newest: dict[tuple[int, str], ConsentText] = {}
    for text in texts.order_by("version"):
        newest[text.purpose_id, text.language] = text
    languages = (form.language, settings.LANGUAGE_CODE, *(code for code, _name in settings.LANGUAGES))
    asked = []
    for consent in consents:
        found = next((text for code in languages if (text := newest.get((consent.purpose_id, code)))), None)
        if found is not None:
            asked.append(AskedConsent(consent, found))
    return asked


def usual_label(asks_for: str) -> str:
    """Return how a field without words of its own is called, in the language that is active."""
    return {
        AskFor.NAME: _("Your name"),
        AskFor.EMAIL: _("E-mail address"),
        AskFor.PHONE: _("Phone number"),
        AskFor.COMPANY: _("Company"),
        AskFor.JOB: _("Your role in the company"),
        AskFor.COUNTRY: _("Country"),
        AskFor.MESSAGE: _("Message"),
    }.get(AskFor(asks_for), "")
