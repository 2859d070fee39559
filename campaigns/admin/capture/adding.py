"""The page "Add touches": what happened away from the web, for one person or a whole list."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from campaigns.capture.listing import People, Recorded, people_of, read_people, record_list
from campaigns.capture.touch import TouchKind
from campaigns.models import Campaign, Channel, Segment
from config.common.admin.base import sentence_of
from config.common.admin.pages import register_page, show_page
from config.common.admin.widgets import DayInput
from config.common.errors import DomainError
from config.common.money import show_number

ADD = "campaigns.add_touch"
MOST_SHOWN = 20
# What happens away from the web first.
_OFFLINE = (TouchKind.ATTENDED, TouchKind.CALL, TouchKind.PRINT)
_OTHERS = (TouchKind.VISIT, TouchKind.REPLY, TouchKind.CLICK, TouchKind.VIEW, TouchKind.SENT, TouchKind.OPENED)
_KINDS = (*_OFFLINE, *_OTHERS)


class TouchesForm(forms.Form):
    """Which campaign, what happened, when, and to whom."""

    campaign = forms.ModelChoiceField(label=_("Campaign"), queryset=Campaign.objects.none())
    channel = forms.ModelChoiceField(label=_("Channel"), queryset=Channel.objects.filter(is_active=True))
    kind = forms.ChoiceField(label=_("What happened"), choices=[(kind.value, kind.label) for kind in _KINDS])
    day = forms.DateField(label=_("Day"), widget=DayInput)
    detail = forms.CharField(label=_("Detail"), required=False, max_length=200)
    people = forms.CharField(
        label=_("People"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One a line: an e-mail address, “Name <address>”, or the exact name of a contact."),
    )
    segment = forms.ModelChoiceField(
        label=_("or everybody in the segment"), queryset=Segment.objects.none(), required=False
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: Any = self.fields
        own["campaign"].queryset = Campaign.objects.visible_to(user).order_by("-starts_on", "-id")
        own["segment"].queryset = Segment.objects.visible_to(user).in_use().order_by("name", "id")
        own["day"].initial = timezone.localdate
        for name, each in own.items():
            each.widget.attrs["class"] = "td-input"
            if each.help_text:
                each.widget.attrs["aria-describedby"] = f"id_{name}_help"

    def clean(self) -> dict[str, Any]:
        """Ask for people; a day that has come."""
        given: dict[str, Any] = super().clean() or {}
        if bool(given.get("people", "").strip()) == bool(given.get("segment")):
            self.add_error("people", _("Write down people, or choose a segment."))
        if given.get("day") and given["day"] > timezone.localdate():
            self.add_error("day", _("A touch is something that happened: choose a day that has come."))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
def add_touches(request: HttpRequest) -> HttpResponse:
    """Record touches of a list; addresses that nobody has are told, and added as leads only if wanted."""
    user: Any = request.user
    if not user.has_perm(ADD):
        raise PermissionDenied
    filled = TouchesForm(request.POST or None, user=user, initial={"campaign": request.GET.get("campaign")})
    people = None
    if request.method == "POST" and filled.is_valid():
        try:
            given, answer = filled.cleaned_data, request.POST.get("unknown", "")
            people = people_of(given["segment"], user) if given["segment"] else read_people(given["people"], user)
            if not _asks(people, answer):
                _tell(request, _record(people, given, answer, user), people)
                address = reverse("admin:campaigns_touch_changelist")
                return HttpResponseRedirect(f"{address}?campaign={given['campaign'].pk}")
        except (DomainError, ValidationError) as refusal:
            filled.add_error(None, sentence_of(refusal))
    title = gettext("Add touches")
    context = {"form": filled, "people": people, "unknown": list(people.unknown)[:MOST_SHOWN] if people else ()}
    context["may_add"] = user.has_perm("contacts.add_contact")
    response = show_page(request, admin.site, "campaigns/capture/add_touches.html", title, **context)
    response.status_code = 200 if request.method != "POST" or people else 422
    return response


def _asks(people: People, answer: str) -> bool:
    """Whether the person must first say what to do with addresses that nobody has, or with lines that aren't clear."""
    return bool(people.unknown or people.unclear) and answer not in ("add", "skip")


def _record(people: People, given: dict[str, Any], answer: str, user: Any) -> Recorded:
    adds = answer == "add" and user.has_perm("contacts.add_contact")
    chosen = {name: given[name] for name in ("campaign", "channel", "kind", "day", "detail")}
    return record_list(people, add_unknown=adds, by=user, **chosen)


def _tell(request: HttpRequest, done: Recorded, people: People) -> None:
    sentence = ngettext("%(number)s touch was recorded.", "%(number)s touches were recorded.", done.touches)
    sentences = [sentence % {"number": show_number(done.touches)}]
    if done.there_already:
        sentence = ngettext(
            "%(number)s person had it already.", "%(number)s people had it already.", done.there_already
        )
        sentences.append(sentence % {"number": show_number(done.there_already)})
    if done.added:
        sentence = ngettext("%(number)s lead was added.", "%(number)s leads were added.", done.added)
        sentences.append(sentence % {"number": show_number(done.added)})
    messages.success(request, " ".join(sentences))


register_page("campaigns/touch/list/add/", "campaigns_touches_add", add_touches)
