"""What a contact allows, on its page; the page on which it is recorded; and the purposes that one may ask for."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from config.common.admin.base import Inline, TandemAdmin, change_address, display, sentence_of, visible_or_404
from config.common.admin.pages import register_page, show_page
from config.common.admin.showing import short_day
from config.common.admin.versions import VersionedForm
from config.common.admin.widgets import Select, Textarea
from config.common.errors import DomainError
from config.common.money import show_number
from contacts.consent.models import ConsentSource
from contacts.consent.recording import new_text, record_consent
from contacts.consent.telling import VIEW, consent_changes, present_consents, reason, title
from contacts.models import Consent, ConsentPurpose, ConsentText, Contact, User
from contacts.people.panels import PageButton, Panel, PanelRow, register_panel
from contacts.people.timeline import register_timeline

ADD = "contacts.add_consentchange"
PAGE = "admin:contact_consent"
ROWS_SHOWN, LONGEST_EVIDENCE, LONGEST_TEXT = 200, 300, 2000
LANGUAGES = (("en", gettext_lazy("English")), ("id", gettext_lazy("Indonesian")), ("vi", gettext_lazy("Vietnamese")))


def register() -> None:
    """Put consent onto the page of a contact; called by ``ready``."""
    register_panel("contacts.contact", consent_panel)
    register_timeline("contacts.contact", consent_changes)


def consent_panel(contact: Contact, reader: User) -> Panel | None:
    """Return what a contact allows and forbids, since when, and because of what."""
    if not reader.has_perm(VIEW):
        return None
    page = reverse(PAGE, args=[contact.pk])
    rows = [_row(consent) for consent in present_consents(contact)]
    button = None
    if reader.has_perm(ADD) and not contact.is_archived:
        button = PageButton(_("Record"), f"{page}#record")
    empty = _("Nothing is known, and silence is no consent.")
    return Panel(_("Consent"), rows, 25, empty, page if rows else "", _("All changes"), button)


def _row(consent: Consent) -> PanelRow:
    words = _("Allowed since %(day)s") if consent.is_given else _("Withdrawn on %(day)s")
    value, tone = (_("yes"), "good") if consent.is_given else (_("no"), "bad")
    line = f"{words % {'day': short_day(consent.since)}} · {reason(consent.change)}"
    return PanelRow(str(consent.purpose), line=line, value=value, tone=tone)


class RecordForm(forms.Form):
    """What a person said: which purpose, yes or no, when, by which text, and what shows it."""

    purpose = forms.ModelChoiceField(label=gettext_lazy("Purpose"), queryset=ConsentPurpose.objects.none())
    is_given = forms.TypedChoiceField(
        label=gettext_lazy("The person"),
        choices=(("yes", gettext_lazy("allows it")), ("no", gettext_lazy("withdraws it"))),
        coerce=lambda answer: answer == "yes",
    )
    at = forms.DateTimeField(label=gettext_lazy("When"), required=False)
    text = forms.ModelChoiceField(
        label=gettext_lazy("Text"), queryset=ConsentText.objects.none(), required=False,
        empty_label=gettext_lazy("In their own words"),
    )  # fmt: skip
    evidence = forms.CharField(label=gettext_lazy("Evidence"), max_length=LONGEST_EVIDENCE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: Any = self.fields
        own["purpose"].queryset = ConsentPurpose.objects.filter(is_active=True)
        own["text"].queryset = ConsentText.objects.filter(purpose__is_active=True).select_related("purpose")
        own["at"].widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        own["evidence"].widget.attrs["placeholder"] = _("Told me on the phone; signed slip of 3 November")
        for field in own.values():
            field.widget.attrs["class"] = "td-input"

    def clean_at(self) -> datetime:
        """Take this moment where none is given."""
        given: datetime | None = self.cleaned_data["at"]
        return given or timezone.now()


@require_http_methods(["GET", "HEAD", "POST"])
def consent_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how a contact stands and every change with its reason; record another one."""
    user: Any = request.user
    contact = _visible(request, pk)
    may_record = user.has_perm(ADD) and not contact.is_archived
    form = RecordForm(request.POST or None)
    if request.method == "POST":
        if not may_record:
            raise PermissionDenied
        if form.is_valid() and _record(request, contact, form):
            return HttpResponseRedirect(change_address(contact))
    changes = contact.consent_changes.select_related("purpose", "text", "by").order_by("-at", "-id")[:ROWS_SHOWN]
    context = {
        "contact": contact,
        "form": form if may_record else None,
        "present": [_row(consent) for consent in present_consents(contact)],
        "changes": [(change, title(change), reason(change)) for change in changes],
        "contact_address": change_address(contact),
    }
    heading = _("Consent of %(name)s") % {"name": contact}
    response = show_page(request, admin.site, "contacts/consent.html", heading, **context)
    response.status_code = 422 if form.is_bound else 200
    return response


def _visible(request: HttpRequest, pk: int) -> Contact:
    user: Any = request.user
    if not (user.has_perm("contacts.view_contact") and user.has_perm("contacts.view_consentchange")):
        raise PermissionDenied
    contact: Contact = visible_or_404(Contact.objects.all(), user, pk)
    return contact


def _record(request: HttpRequest, contact: Contact, form: RecordForm) -> bool:
    user: Any = request.user
    try:
        change = record_consent(contact, source=ConsentSource.PERSON, by=user, **form.cleaned_data)
    except (DomainError, ValidationError) as refusal:
        form.add_error(None, sentence_of(refusal))
        return False
    messages.success(request, title(change))
    return True


class PurposeForm(VersionedForm):
    """A purpose; what is written as its text becomes that text's next version."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES, required=False, widget=Select)
    text = forms.CharField(
        label=gettext_lazy("New version of the text"), max_length=LONGEST_TEXT, required=False, widget=Textarea
    )

    class Meta:
        model = ConsentPurpose
        fields = ("code", "name", "is_active")


class TextInline(Inline):
    """Every version of the words by which we asked."""

    model = ConsentText
    fields = ("language", "version", "text", "created_at")
    readonly_fields = fields
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Texts are written as new versions, above."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What people agreed to stays as it was."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What people agreed to stays readable."""
        return False


@admin.register(ConsentPurpose)
class ConsentPurposeAdmin(TandemAdmin):
    """What people may allow us, and the words by which we ask."""

    form = PurposeForm
    list_display = ("__str__", "code", "is_active", "allowed", "texts_shown")
    search_fields = ()
    fields: ClassVar = (("name", "code"), "is_active", "language", "text")
    inlines: ClassVar = (TextInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count who allows each purpose, and its texts."""
        rows: Any = super().get_queryset(request)
        given = Count("consents", filter=Q(consents__is_given=True), distinct=True)
        counted: QuerySet[Any] = rows.annotate(given=given, versions=Count("texts", distinct=True)).order_by("pk")
        return counted

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A code that rules know stays."""
        return ["code"] if obj is not None else []

    @display(description=gettext_lazy("Allowed by"), ordering="given")
    def allowed(self, purpose: Any) -> str:
        """Return how many contacts allow it."""
        return show_number(purpose.given)

    @display(description=gettext_lazy("Texts"), ordering="versions")
    def texts_shown(self, purpose: Any) -> str:
        """Return how many versions its text has, in all languages."""
        return show_number(purpose.versions)

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Return how many purposes are asked for."""
        number = rows.filter(is_active=True).count()
        text = ngettext("We ask for %(number)s purpose.", "We ask for %(number)s purposes.", number)
        return text % {"number": show_number(number)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the purpose and, where one was written, the next version of its text."""
        own = ("language", "text")
        words, language = form.cleaned_data["text"].strip(), form.cleaned_data["language"] or "en"
        form.changed_data[:] = [name for name in form.changed_data if name not in own]
        super().save_model(request, obj, form, change)
        if words:
            new_text(obj, language, words)


register_page("contacts/contact/<int:pk>/consent/", "contact_consent", consent_page)
