"""The admin site of the house: who gets in, and a search that never shows what was visible yesterday."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.views import LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from unfold.forms import AdminOwnPasswordChangeForm

from config.common import two_step
from config.common.admin import palette
from config.common.admin.bar import signs_for
from config.common.admin.base import TandemAdmin
from config.common.admin.pages import pages
from config.common.admin.signing_in import SignInCodeView, SignInView

if TYPE_CHECKING:
    # Unfold has no types; its site keeps the promises of Django's.
    from django.contrib.admin import AdminSite as UnfoldAdminSite
else:
    from unfold.sites import UnfoldAdminSite


class OwnPasswordView(PasswordChangeView):
    """Changes one's own password and says so on the home page."""

    form_class = AdminOwnPasswordChangeForm
    success_url = reverse_lazy("admin:index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Save the password; this session goes on, all others end."""
        response = super().form_valid(form)
        messages.success(self.request, _("Your password was changed. Everywhere else you are signed out."))
        return response


def _has_device(user: Any) -> bool:
    # The backend reads it with the user of a session.
    known = getattr(user, "has_device", None)
    return two_step.confirmed_device(user) is not None if known is None else bool(known)


class TandemAdminSite(UnfoldAdminSite):
    """Unfold's site with our palette. Its own search caches answers for minutes; rights may change meanwhile."""

    enable_nav_sidebar = True
    index_title = gettext_lazy("Home")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take only pages built on our bases.

        Those that libraries bring know no visibility, and some show secrets: the keys of people's devices, tokens.
        """
        if admin_class is not None and issubclass(admin_class, TandemAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Add the second step of signing in and the pages that apps registered."""
        own = [path(route, self.admin_view(view), name=name) for route, name, view in pages()]
        return [path("login/code/", self.login_code, name="login_code"), *own, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the signs of the top bar for those who are in."""
        context = super().each_context(request)
        return {**context, "signs": signs_for(request) if context["has_permission"] else []}

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in people who may sign in and gave the code if they have a device; service users have the API."""
        user: Any = request.user
        return bool(user.is_active and getattr(user, "is_staff", False)) and self._gave_the_code(request)

    def _gave_the_code(self, request: Any) -> bool:
        if not hasattr(request, "gave_the_code"):
            request.gave_the_code = request.user.is_verified() or not _has_device(request.user)
        return bool(request.gave_the_code)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Ask for address and password; whoever is signed in goes home."""
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        context = {**self.each_context(request), "title": _("Sign in"), "app_path": request.get_full_path()}
        return SignInView.as_view(extra_context={**context, **(extra_context or {})})(request)

    @method_decorator(never_cache)
    def login_code(self, request: HttpRequest) -> Any:
        """Ask for the code of the person's device."""
        return SignInCodeView.as_view(extra_context={**self.each_context(request), "title": _("Sign in")})(request)

    @method_decorator(never_cache)
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """End the session and offer to sign in again."""
        return LogoutView.as_view(next_page=reverse("admin:login"))(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Let a person change their own password."""
        context = {**self.each_context(request), "title": _("Change password"), **(extra_context or {})}
        template = "registration/password_change_form.html"
        return OwnPasswordView.as_view(extra_context=context, template_name=template)(request)

    def app_index(self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Go home: apps are how the code is built, not how people work."""
        return HttpResponseRedirect(reverse("admin:index"))

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Answer the palette: things to find, then things to create."""
        text = request.GET.get("s", "").replace("\x00", "").strip()
        if not text:
            return HttpResponse()
        results = palette.search(request, text)
        context = {"results": results, "search_term": text, **(extra_context or {})}
        return TemplateResponse(request, "admin/palette_results.html", context)
