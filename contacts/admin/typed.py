"""A field in which one types a name and gets suggestions: what is chosen exists, what is new will be made."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from config.common.admin.pages import register_page
from config.common.admin.widgets import INPUT_CLASS
from contacts.lifecycle.adding import Job, add_company, add_contact
from contacts.models import Company, Contact, User
from contacts.people.employment import primary_company_name

MOST_SUGGESTIONS = 8
LONGEST_NAME = 200
LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class Typed:
    """A name as it was typed, and the id of the suggestion that was chosen, if one was."""

    text: str = ""
    pk: int | None = None

    def __str__(self) -> str:
        return self.text


class TypedWidget(forms.TextInput):
    """A text box with suggestions from an address; without JavaScript a plain text box."""

    template_name = "contacts/typed.html"

    class Media:
        js: ClassVar = ("contacts/typing.js",)

    def __init__(self, kind: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": INPUT_CLASS, "maxlength": LONGEST_NAME, "autocomplete": "off", **(attrs or {})})
        self.kind = kind

    def format_value(self, value: Any) -> Any:
        """Show the text."""
        return value.text if isinstance(value, Typed) else value

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the chosen id and where suggestions come from."""
        context = super().get_context(name, value, attrs)
        context["chosen"] = value.pk if isinstance(value, Typed) and value.pk else ""
        context["suggest"] = reverse_lazy("admin:suggest", args=[self.kind])
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Read both inputs."""
        text, chosen = (data.get(name) or "").strip(), data.get(f"{name}_id") or ""
        return Typed(text, int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) <= LONGEST_ID else None)


class TypedField(forms.Field):
    """A company or a contact by typing. Its value is ``Typed``; ``company_for`` and ``contact_for`` make rows of it."""

    def __init__(self, kind: str, *, label: Any, required: bool = False, help_text: Any = "") -> None:
        super().__init__(required=required, label=label, help_text=help_text, widget=TypedWidget(kind))

    def to_python(self, value: Any) -> Typed:
        """Return the text and the chosen id."""
        if isinstance(value, Typed):
            return value
        return Typed(str(value or "").strip())

    def validate(self, value: Typed) -> None:
        """Refuse nothing where something is needed, and what no name can be."""
        if self.required and not value.text:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(value.text) > LONGEST_NAME or "\x00" in value.text:
            raise ValidationError(_("A name has at most %(most)s characters."), params={"most": LONGEST_NAME})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """The text decides; a chosen id counts only beside it."""
        before, after = self.to_python(initial), self.to_python(data)
        return before.text != after.text or (after.pk is not None and before.pk != after.pk)


def find_company(typed: Typed, user: User) -> Company | None:
    """Return the company that was meant, if the user may see it. Raises ValidationError where several could be."""
    found: Company | None = _find(Company.objects.live().visible_to(user), "name", typed)
    return found


def find_contact(typed: Typed, user: User) -> Contact | None:
    """Return the contact that was meant, if the user may see it. Raises ValidationError where several could be."""
    found: Contact | None = _find(Contact.objects.live().visible_to(user), "full_name", typed)
    return found


def check_typed(typed: Typed, user: User, kind: str) -> None:
    """Refuse a name that means several rows, or a new one where the user may not add any."""
    find = find_company if kind == "company" else find_contact
    if typed.text and find(typed, user) is None and not user.has_perm(f"contacts.add_{kind}"):
        message = _("“%(name)s” is not here, and your role may not add it. Choose one of the suggestions.")
        raise ValidationError(message, params={"name": typed})


def company_for(typed: Typed, *, by: User, owner: User | None) -> Company | None:
    """Return the company that was meant, made now if it is new; None if nothing was typed."""
    if not typed.text:
        return None
    return find_company(typed, by) or add_company(by=by, name=typed.text, owner=owner)


def contact_for(typed: Typed, *, by: User, owner: User | None, company: Company | None) -> Contact | None:
    """Return the contact that was meant, made now (with the company as employer) if new; None if nothing was typed."""
    if not typed.text:
        return None
    job = Job(company) if company else None
    return find_contact(typed, by) or add_contact(by=by, full_name=typed.text, owner=owner, job=job)


def _find(rows: Any, column: str, typed: Typed) -> Any:
    if typed.pk is not None:
        chosen = rows.filter(pk=typed.pk).first()
        # Whoever types on after choosing means what they typed.
        if chosen is not None and str(chosen) == typed.text:
            return chosen
    found = list(rows.filter(**{f"{column}__iexact": typed.text}).order_by("pk")[:2])
    if len(found) > 1:
        message = _("Several are called “%(name)s”. Choose one from the suggestions.")
        raise ValidationError(message, params={"name": typed})
    return found[0] if found else None


@require_GET
def suggest(request: HttpRequest, kind: str) -> JsonResponse:
    """Return ``{results: [{id, text, hint}]}`` for ``?q=``: only what the user may see."""
    user: Any = request.user
    finders = {"company": _companies, "contact": _contacts}
    if kind not in finders:
        raise Http404
    if not user.has_perm(f"contacts.view_{kind}"):
        raise PermissionDenied
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    return JsonResponse({"results": finders[kind](user, text) if text else []})


def _companies(user: Any, text: str) -> list[dict[str, Any]]:
    rows = Company.objects.live().visible_to(user).search(text).order_by("name", "pk")[:MOST_SUGGESTIONS]
    return [{"id": row.pk, "text": row.name, "hint": row.city or row.domain} for row in rows]


def _contacts(user: Any, text: str) -> list[dict[str, Any]]:
    rows = Contact.objects.live().visible_to(user).search(text).annotate(company_name=primary_company_name(user))
    found = rows.order_by("full_name", "pk")[:MOST_SUGGESTIONS]
    return [{"id": row.pk, "text": row.full_name, "hint": row.company_name or ""} for row in found]


register_page("suggest/<slug:kind>/", "suggest", suggest)
