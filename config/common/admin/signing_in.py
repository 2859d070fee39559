"""Signing in: address and password, then, for those who switched it on, the code of their device."""

import time
from typing import Any

import django_otp
from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import get_user_model, login
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView
from unfold.widgets import BASE_INPUT_CLASSES

from config.common import two_step
from config.common.errors import DomainError

# Who gave the right password and owes a code: kept in the session for a few minutes.
PENDING = "sign_in_waits_for_code"
SECONDS_TO_GIVE_THE_CODE = 300


class SignInForm(AdminAuthenticationForm):
    """E-mail address and password."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _("This address and password don't belong together. Check both, or ask an administrator."),
        "inactive": _("This account is disabled. Ask an administrator."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        for name, autocomplete in (("username", "username"), ("password", "current-password")):
            self.fields[name].widget.attrs.update({"class": " ".join(BASE_INPUT_CLASSES), "autocomplete": autocomplete})
        self.fields["username"].widget.attrs.update({"autofocus": True, "inputmode": "email"})


class CodeForm(forms.Form):
    """The code that the person's device shows now."""

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "class": " ".join(BASE_INPUT_CLASSES),
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": True,
            }
        ),
    )


class SignInView(LoginView):
    """Asks for address and password; lets in, or asks for the code next."""

    template_name = "admin/login.html"
    authentication_form = SignInForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Let in whoever has no confirmed device; note the others as waiting for their code."""
        user = form.get_user()
        if two_step.confirmed_device(user) is None:
            return super().form_valid(form)
        self.request.session[PENDING] = {
            "user": user.pk,
            "backend": user.backend,
            "next": self.get_success_url(),
            "until": time.time() + SECONDS_TO_GIVE_THE_CODE,
        }
        return HttpResponseRedirect(reverse("admin:login_code"))


class SignInCodeView(FormView[CodeForm]):
    """Asks for the code of the device."""

    template_name = "admin/login_code.html"
    form_class = CodeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Send whoever did not give a password, or gave it too long ago, back to the first step."""
        pending = request.session.get(PENDING)
        if not pending or pending["until"] < time.time():
            request.session.pop(PENDING, None)
            return HttpResponseRedirect(reverse(settings.LOGIN_URL))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        """Check the code and let the person in."""
        pending = self.request.session[PENDING]
        user: Any = get_user_model()._default_manager.filter(pk=pending["user"], is_active=True).first()
        device = two_step.confirmed_device(user) if user else None
        if user is None or device is None:
            del self.request.session[PENDING]
            return HttpResponseRedirect(reverse(settings.LOGIN_URL))
        try:
            two_step.check(device, form.cleaned_data["code"])
        except DomainError as refusal:
            form.add_error("code", refusal.sentence)
            return self.form_invalid(form)
        del self.request.session[PENDING]
        login(self.request, user, backend=pending["backend"])
        django_otp.login(self.request, device)
        return HttpResponseRedirect(pending["next"])
