"""My account: name, language, time zone; and two-step sign-in."""

from base64 import b32encode
from typing import Any

import django_otp
import segno
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common import two_step
from config.common.admin.navigation import register_account_link
from config.common.admin.pages import register_page, show_page
from config.common.admin.widgets import Select, TextInput
from config.common.errors import DomainError
from config.common.saving import save_changed
from contacts.models import User
from contacts.people.countries import time_zone_choices
from contacts.staff.accounts import end_sessions


class AccountForm(forms.ModelForm[User]):
    """What everybody sets for themselves."""

    class Meta:
        model = User
        fields = ("name", "language", "time_zone")
        widgets = {"name": TextInput, "language": Select, "time_zone": Select}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget.choices = time_zone_choices()


class CodeForm(forms.Form):
    """A code from the device."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=12,
        widget=TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


def account(request: HttpRequest) -> HttpResponse:
    """Show and change one's own account."""
    user: Any = request.user
    form = AccountForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        save_changed(form.instance, form.changed_data)
        with translation.override(form.instance.language):
            messages.success(request, _("Your account was saved."))
        return HttpResponseRedirect(reverse("admin:account"))
    has_device = two_step.confirmed_device(user) is not None
    return show_page(request, admin.site, "contacts/account.html", _("My account"), form=form, has_device=has_device)


def two_steps(request: HttpRequest) -> HttpResponse:
    """Switch two-step sign-in on or off; both need a code."""
    user: Any = request.user
    device = two_step.confirmed_device(user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _switch(request, user, form.cleaned_data["code"], on=device is None)
        except DomainError as refusal:
            form.add_error("code", refusal.sentence)
        else:
            return HttpResponseRedirect(reverse("admin:two_step"))
    context: dict[str, Any] = {"form": form, "is_on": device is not None}
    if device is None:
        waiting = two_step.begin(user)
        image = segno.make(waiting.config_url, error="m").svg_inline(scale=5, border=3, light="white", svgclass=None)
        context["image"] = mark_safe(image)
        context["key"] = b32encode(waiting.bin_key).decode().rstrip("=")
    return show_page(request, admin.site, "contacts/two_step.html", _("Two-step sign-in"), **context)


def _switch(request: HttpRequest, user: User, code: str, *, on: bool) -> None:
    if not on:
        two_step.remove(user, code)
        messages.success(request, _("Two-step sign-in is off: your password alone is enough from now on."))
        return
    device = two_step.confirm(user, code)
    # Sessions that gave no code end; this one goes on, since it just gave one.
    end_sessions(user)
    update_session_auth_hash(request, user)
    django_otp.login(request, device)
    messages.success(request, _("Two-step sign-in is on: next time you are asked for a code too."))


register_page("account/", "account", account)
register_page("account/two-step/", "two_step", two_steps)
register_account_link(gettext_lazy("My account"), "admin:account")
register_account_link(gettext_lazy("Two-step sign-in"), "admin:two_step")
register_account_link(gettext_lazy("Change password"), "admin:password_change")
