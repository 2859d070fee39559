"""Who may call what: the role's permission for the model and the verb. Which rows, is the QuerySet's matter."""

from typing import Any

from django.http import Http404
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

_BY_METHOD = {"GET": "view", "HEAD": "view", "OPTIONS": "view", "POST": "add", "PUT": "change", "PATCH": "change"}


def permission_code(model: Any, verb: str) -> str:
    """Return Django's code of a permission, such as ``deals.change_deal``."""
    return f"{model._meta.app_label}.{verb}_{model._meta.model_name}"


class ModelPermissions(BasePermission):
    """Ask for the model's view, add or change permission; verbs on one row need *change* or what they name themselves.

    A view without a model states ``required_permission`` itself (or ``None`` for everybody who is signed in).
    Without the right to *see* the model, a single row answers 404, like a row that isn't there.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check the verb against the role."""
        if not request.user or not request.user.is_authenticated:
            return False
        if hasattr(view, "required_permission"):
            return view.required_permission is None or request.user.has_perm(view.required_permission)
        if (request.method or "").lower() not in (*getattr(view, "action_map", {}), "head", "options"):
            return True  # nobody may: the view answers 405
        model = view.queryset.model
        on_one_row = (view.lookup_url_kwarg or view.lookup_field) in view.kwargs
        if on_one_row and not request.user.has_perm(permission_code(model, "view")):
            raise Http404
        return bool(request.user.has_perm(self._needed(request, view, on_one_row)))

    def _needed(self, request: Request, view: Any, on_one_row: bool) -> str:
        verbs: dict[str, str] = getattr(view, "verb_permissions", {})
        action = getattr(view, "action", "") or ""
        if action in verbs:
            return verbs[action]
        verb = _BY_METHOD[request.method or "GET"]
        return permission_code(view.queryset.model, "change" if verb == "add" and on_one_row else verb)


class SignedIn(BasePermission):
    """Anybody with an account."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check that somebody is signed in."""
        return bool(request.user and request.user.is_authenticated)
