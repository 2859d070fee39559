"""How forms and what was posted through them are shown: addresses, the snippet that embeds one, answers by label."""

from html import escape

from django.utils.translation import gettext as _

from campaigns.capture.form import AskFor, WebForm
from campaigns.capture.submission import Submission
from config.common.links import absolute
from contacts.people.countries import country_name

# The place of the page; campaigns.views.urls has it too.
PATH = "/f/%s/"


def form_address(form: WebForm) -> str:
    """Return the whole address of a form's page."""
    return absolute(PATH % form.slug)


def embed_snippet(form: WebForm) -> str:
    """Return the words of HTML that put a form into another page, as text: to be copied, not shown as a frame."""
    address, title = escape(form_address(form)), escape(form.title)
    return f'<iframe src="{address}" title="{title}" width="100%" height="720" loading="lazy"></iframe>'


def answered(submission: Submission, *, in_codes: bool = False) -> list[tuple[str, str]]:
    """Return the answers with the label of each field, in the form's order; those of fields that went come last.

    Countries are named in the reader's language, or given by their code.
    """
    left = dict(submission.answers)
    told = []
    for field in submission.form.fields.all():
        if str(field.pk) in left:
            answer = str(left.pop(str(field.pk)))
            is_country = field.asks_for == AskFor.COUNTRY and answer and not in_codes
            told.append((str(field), country_name(answer) if is_country else answer))
    gone = [(_("Field %(number)s") % {"number": key}, str(answer)) for key, answer in left.items()]
    return [*told, *gone]
