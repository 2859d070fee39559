"""One's own page: how one is reminded, when the digest comes, and the address for one's calendar program."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from config.common.admin.navigation import register_account_link
from config.common.admin.pages import register_page, show_page
from config.common.admin.widgets import CheckboxInput, HourInput, Select
from config.common.links import absolute
from deals.activities.calendar import make_feed, revoke_feed
from deals.activities.rules import Rule
from deals.activities.wishes import change_wishes, wishes_of
from deals.admin.activities.reminder_rules import rule_text
from deals.admin.reading import reader_of
from deals.models import CalendarFeed, FollowUpSettings

_MINUTES = (0, 5, 10, 15, 30, 60, 120, 24 * 60)
PAGE = "admin:wishes"


class WishesForm(forms.ModelForm[FollowUpSettings]):
    """What everybody sets for themselves."""

    minutes_before = forms.TypedChoiceField(label=gettext_lazy("Remind me of what has an hour"), coerce=int)

    class Meta:
        model = FollowUpSettings
        fields = ("minutes_before", "day_time", "by_email", "digest_time")
        widgets = {"day_time": HourInput, "by_email": CheckboxInput, "digest_time": HourInput}
        labels = {
            "day_time": gettext_lazy("Remind me of what is for a day, at"),
            "by_email": gettext_lazy("By e-mail too, besides the bell"),
            "digest_time": gettext_lazy("Send me a digest of the day at"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = self.instance.minutes_before
        field: Any = self.fields["minutes_before"]
        field.widget = Select()
        field.choices = [(minutes, rule_text(Rule(minutes_before=minutes))) for minutes in sorted({*_MINUTES, present})]


@never_cache
def wishes_page(request: HttpRequest) -> HttpResponse:
    """Show and change one's own wishes."""
    user = reader_of(request)
    may_change = user.has_perm("deals.change_followupsettings")
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = WishesForm(request.POST or None, instance=wishes_of(user))
    if request.method == "POST" and form.is_valid():
        try:
            change_wishes(user, **{name: form.cleaned_data[name] for name in form.changed_data})
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved. What is planned already keeps its reminders."))
            return HttpResponseRedirect(reverse(PAGE))
    return _page(request, form)


@never_cache
@require_POST
def make_feed_page(request: HttpRequest) -> HttpResponse:
    """Make the private address anew and show it: this once, because only its hash is kept."""
    user = reader_of(request)
    if not user.has_perm("deals.add_calendarfeed"):
        raise PermissionDenied
    address = absolute(reverse("calendar-feed", args=[make_feed(user)]))
    return _page(request, WishesForm(instance=wishes_of(user)), feed_address=address)


@require_POST
def revoke_feed_page(request: HttpRequest) -> HttpResponse:
    """Let the private address die."""
    user = reader_of(request)
    if not user.has_perm("deals.change_calendarfeed"):
        raise PermissionDenied
    if revoke_feed(user):
        messages.success(request, _("The address is dead. Calendars that read it will show nothing new."))
    return HttpResponseRedirect(reverse(PAGE))


def _page(request: HttpRequest, form: WishesForm, **more: Any) -> HttpResponse:
    user = reader_of(request)
    context = {
        "form": form,
        "feed": CalendarFeed.objects.visible_to(user).filter(revoked_at=None).first(),
        "zone": user.time_zone,
        "may_make": user.has_perm("deals.add_calendarfeed"),
        **more,
    }
    title = _("Reminders and calendar")
    return show_page(request, admin.site, "deals/activities/wishes.html", title, **context)


register_page("account/reminders/", "wishes", wishes_page)
register_page("account/calendar/make/", "calendar_feed_make", make_feed_page)
register_page("account/calendar/revoke/", "calendar_feed_revoke", revoke_feed_page)
register_account_link(gettext_lazy("Reminders and calendar"), PAGE)
