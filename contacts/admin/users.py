"""Users: who may sign in, with which role, and the tokens of service users."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from knox.models import AuthToken

from config.common import two_step
from config.common.admin.base import TandemAdmin, change_address, display, sentence_of, visible_or_404
from config.common.admin.filters import ChoiceFilter
from config.common.admin.pages import show_page
from config.common.admin.versions import VersionedForm
from config.common.admin.widgets import PasswordInput, Select
from config.common.errors import DomainError
from config.common.money import show_number
from contacts.models import Role, User
from contacts.people.countries import time_zone_choices
from contacts.staff.accounts import (
    check_may_grant,
    disable_user,
    enable_user,
    make_token,
    may_do_everything,
    revoke_token,
    set_password,
)

TOKEN_DAYS = ((30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (365, gettext_lazy("a year")))


class UserForm(VersionedForm):
    """Changes a user. Nobody gives a role beyond their own, or changes their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            self.fields["time_zone"].widget.choices = time_zone_choices()
        if "role" in self.fields:
            self.fields["role"].required = True

    def clean_role(self) -> Role | None:
        """Refuse a role that may do more than whoever gives it."""
        role: Role | None = self.cleaned_data["role"]
        if role is None or "role" not in self.changed_data:
            return role
        if self.instance.pk == self.reader.pk:
            raise ValidationError(_("You can't change your own role. Ask another administrator."), code="own_role")
        try:
            check_may_grant(role, by=self.reader)
        except DomainError as refusal:
            raise ValidationError(refusal.sentence, code=refusal.code) from None
        return role


class AddUserForm(UserForm):
    """Adds a user with a first password, which they change themselves; service users have none."""

    password = forms.CharField(
        label=gettext_lazy("First password"),
        required=False,
        widget=PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Tell it to them; they change it under “My account”. Service users need none."),
    )

    def clean(self) -> dict[str, Any] | None:
        """Ask for a good password of people."""
        cleaned = super().clean()
        password = self.cleaned_data.get("password") or ""
        if not self.cleaned_data.get("is_service") and "password" not in self.errors:
            if not password:
                self.add_error("password", _("Give a first password, or tick “service user” under More."))
            else:
                self._check(password)
        return cleaned

    def _check(self, password: str) -> None:
        try:
            validate_password(password, self.instance)
        except ValidationError as error:
            self.add_error("password", error)

    def save(self, commit: bool = True) -> Any:
        """Set the password, if there is one."""
        self.instance.set_password(self.cleaned_data["password"] or None)
        return super().save(commit)


class PasswordForm(forms.Form):
    """A new password for somebody who forgot theirs."""

    password = forms.CharField(
        label=gettext_lazy("New password"), widget=PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Refuse a weak one."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class StateFilter(ChoiceFilter):
    """Who may sign in, who is disabled, and what are integrations."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer three states."""
        return [("active", _("May sign in")), ("disabled", _("Disabled")), ("service", _("Service users"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the users in the chosen state."""
        states = {
            "active": Q(is_active=True, is_service=False),
            "disabled": Q(is_active=False),
            "service": Q(is_service=True),
        }
        return queryset.filter(states[self.value() or ""]) if self.value() else queryset


class RoleFilter(ChoiceFilter):
    """By role."""

    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer all roles."""
        return [(str(role.pk), str(role)) for role in Role.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the users with the chosen role."""
        return queryset.filter(role=self.value()) if self.value() else queryset


@admin.register(User)
class UserAdmin(TandemAdmin):
    """People and integrations. Nobody is deleted: disabling shuts out at once and keeps what they did."""

    form = UserForm
    change_form_template = "contacts/user.html"
    add_form_template = "admin/change_form.html"
    list_display = ("name", "email", "role", "team", "state", "last_login")
    list_filter = (StateFilter, RoleFilter)
    list_select_related = ("role", "team")
    search_help_text = gettext_lazy("Name or e-mail address")
    silent_history: ClassVar = ("is_superuser",)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Offer, where somebody is chosen, only people who may sign in."""
        rows, may_repeat = super().get_search_results(request, queryset, search_term)
        choosing = bool(request.resolver_match and request.resolver_match.url_name == "autocomplete")
        return (rows.filter(is_active=True, is_service=False) if choosing else rows), may_repeat

    @display(description=gettext_lazy("State"))
    def state(self, user: User) -> Any:
        """Return whether they may sign in."""
        if not user.is_active:
            return format_html('<span class="td-badge td-badge-bad">{}</span>', _("Disabled"))
        return format_html(
            '<span class="td-badge">{}</span>', _("Service user") if user.is_service else _("May sign in")
        )

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Return how many people may sign in, how many are disabled, how many are integrations."""
        numbers = rows.aggregate(
            people=Count("pk", filter=Q(is_active=True, is_service=False)),
            disabled=Count("pk", filter=Q(is_active=False)),
            services=Count("pk", filter=Q(is_active=True, is_service=True)),
        )
        sentences = [
            ngettext("%(number)s person may sign in", "%(number)s people may sign in", numbers["people"]),
            ngettext("%(number)s is disabled", "%(number)s are disabled", numbers["disabled"]),
            ngettext(
                "%(number)s service user calls the API", "%(number)s service users call the API", numbers["services"]
            ),
        ]
        counts = (numbers["people"], numbers["disabled"], numbers["services"])
        told = [text % {"number": show_number(count)} for text, count in zip(sentences, counts, strict=True) if count]
        return f"{'; '.join(told)}." if told else ""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask for a first password only when adding."""
        if obj is None:
            kwargs["form"] = AddUserForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for five things; the rest has defaults."""
        if obj is None:
            more = ("is_service", ("language", "time_zone"))
            few = ("name", "email", "role", "team", "password")
            return [(None, {"fields": few}), (_("More"), {"fields": more, "classes": ["collapse"]})]
        return [(None, {"fields": (("name", "email"), ("role", "team"), ("language", "time_zone"), "external_id")})]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let time zones be chosen."""
        if db_field.name == "time_zone":
            kwargs["widget"] = Select()
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may do everything is changed only by others who may."""
        user: Any = request.user
        beyond = obj is not None and may_do_everything(obj) and not may_do_everything(user)
        return not beyond and super().has_change_permission(request, obj)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put state, second step and tokens above the details."""
        user = kwargs.get("obj")
        if user is not None:
            context.update(
                person=user,
                may_change=self.has_change_permission(request, user),
                is_self=user.pk == request.user.pk,
                has_device=two_step.confirmed_device(user) is not None,
                tokens=AuthToken.objects.filter(user=user).order_by("-created") if user.is_service else [],
                token_days=TOKEN_DAYS,
            )
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Verbs --------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """Add the verbs."""
        wrap = self.admin_site.admin_view
        verbs = {
            "disable": self.disable_view,
            "enable": self.enable_view,
            "reset-two-step": self.reset_two_step_view,
            "make-token": self.make_token_view,
            "revoke-token": self.revoke_token_view,
        }
        own = [
            path(f"<int:object_id>/{name}/", wrap(require_POST(view)), name=f"contacts_user_{name}")
            for name, view in verbs.items()
        ]
        password = path("<int:object_id>/password/", wrap(self.password_view), name="contacts_user_password")
        return [*own, password, *super().get_urls()]

    def disable_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Shut out at once."""

        def act(user: User) -> str:
            disable_user(user, by=request.user)  # type: ignore[arg-type]
            return _("%(name)s is disabled: signed out everywhere, and all tokens are revoked.") % {"name": user}

        return self._do(request, object_id, act)

    def enable_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Let in again."""

        def act(user: User) -> str:
            enable_user(user, by=request.user)  # type: ignore[arg-type]
            return _("%(name)s may sign in again.") % {"name": user}

        return self._do(request, object_id, act)

    def reset_two_step_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Help somebody who lost their device."""

        def act(user: User) -> str:
            two_step.reset(user)
            return _("%(name)s signs in with the password alone until they set two-step sign-in up again.") % {
                "name": user
            }

        return self._do(request, object_id, act)

    def revoke_token_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Make a token worthless."""

        def act(user: User) -> str:
            revoke_token(user, request.POST.get("token_key", ""))
            return _("The token is revoked; whoever calls with it is refused.")

        return self._do(request, object_id, act)

    def make_token_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Make a token and show it, this once."""
        user = self._found(request, object_id)
        days = request.POST.get("days", "")
        try:
            token = make_token(user, days=int(days) if days in {str(number) for number, _label in TOKEN_DAYS} else None)
        except DomainError as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(change_address(user))
        address = request.build_absolute_uri("/api/v1/contacts/?page_size=5")
        response = show_page(
            request,
            self.admin_site,
            "contacts/token.html",
            _("A token for %(name)s") % {"name": user},
            person=user,
            token=token,
            curl=f"curl -H 'Authorization: Token {token}' '{address}'",
        )
        response["Cache-Control"] = "no-store"
        return response

    def password_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Set a new password for somebody who forgot theirs."""
        user = self._found(request, object_id)
        if user.pk == request.user.pk:
            return HttpResponseRedirect(reverse("admin:password_change"))
        form = PasswordForm(request.POST or None, user=user)
        if request.method == "POST" and form.is_valid():
            set_password(user, form.cleaned_data["password"])
            messages.success(request, _("%(name)s has a new password and is signed out everywhere.") % {"name": user})
            return HttpResponseRedirect(change_address(user))
        title = _("A new password for %(name)s") % {"name": user}
        return show_page(request, self.admin_site, "contacts/password.html", title, form=form, person=user)

    def _found(self, request: HttpRequest, object_id: int) -> User:
        user: User = visible_or_404(User.objects, request.user, object_id)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    def _do(self, request: HttpRequest, object_id: int, act: Callable[[User], str]) -> HttpResponse:
        user = self._found(request, object_id)
        try:
            messages.success(request, act(user))
        except (DomainError, ValidationError) as refusal:
            messages.error(request, sentence_of(refusal))
        return HttpResponseRedirect(change_address(user))
