"""A field in which one types what an activity is about: a deal, a contact or a company that one may see."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from config.common.admin.pages import register_page
from contacts.admin.typed import LONGEST_NAME, TypedWidget
from contacts.models import Company, Contact, User
from contacts.people.employment import primary_company_name
from deals.admin.reading import as_id, reader_of
from deals.models import Deal

MOST_PER_KIND = 5
_MODELS: dict[str, Any] = {"deal": Deal, "contact": Contact, "company": Company}
_NAMES = {"deal": "name", "contact": "full_name", "company": "name"}


@dataclass(frozen=True, slots=True)
class About:
    """What was typed, and the record that was chosen from the suggestions: ``deal-5``; or nothing."""

    text: str = ""
    pk: str = ""

    def __str__(self) -> str:
        return self.text

    @classmethod
    def of(cls, kind: str, record: Any) -> "About":
        """Return the record as if it had been chosen."""
        return cls(str(record), f"{kind}-{record.pk}")


class AboutWidget(TypedWidget):
    """A text box with suggestions of all three kinds."""

    template_name = "deals/activities/about.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__("about", attrs)

    def format_value(self, value: Any) -> Any:
        """Show the text."""
        return value.text if isinstance(value, About) else value

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the chosen record and where suggestions come from."""
        context = super().get_context(name, value, attrs)
        context["chosen"] = value.pk if isinstance(value, About) else ""
        context["suggest"] = reverse_lazy("admin:suggest_about")
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Read both inputs."""
        return About((data.get(name) or "").strip(), data.get(f"{name}_id") or "")


class AboutField(forms.Field):
    """What something is about. Its value is ``About``; ``find`` returns the record."""

    widget = AboutWidget

    def to_python(self, value: Any) -> About:
        """Return the text and the chosen record."""
        return value if isinstance(value, About) else About(str(value or "").strip())

    def validate(self, value: About) -> None:
        """Refuse what no name can be."""
        if len(value.text) > LONGEST_NAME or "\x00" in value.text:
            raise ValidationError(_("A name has at most %(most)s characters."), params={"most": LONGEST_NAME})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """The text decides."""
        return self.to_python(initial).text != self.to_python(data).text


def find(about: About, user: User) -> dict[str, Any]:
    """Return what was meant as ``{"deal": …}``; empty if nothing was typed. Raises ValidationError if it is unclear."""
    if not about.text:
        return {}
    kind, _sign, pk = about.pk.partition("-")
    if kind in _MODELS:
        chosen = _visible(kind, user).filter(pk=as_id(pk)).first()
        # Whoever types on after choosing means what they typed.
        if chosen is not None and str(chosen) == about.text:
            return {kind: chosen}
    found = [
        (each, row)
        for each, column in _NAMES.items()
        for row in _visible(each, user).filter(**{f"{column}__iexact": about.text})[:2]
    ]
    if len(found) == 1:
        return dict(found)
    if found:
        message = _("Several are called “%(name)s”. Choose one from the suggestions.")
        raise ValidationError(message, params={"name": about})
    message = _("Nothing here is called “%(name)s”. Choose a deal, a contact or a company from the suggestions.")
    raise ValidationError(message, params={"name": about})


@require_GET
def suggest_about(request: HttpRequest) -> JsonResponse:
    """Return ``{results: [{id, text, hint}]}`` for ``?q=``: only what the user may see, open deals first."""
    user = reader_of(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    if not text:
        return JsonResponse({"results": []})
    deals = _visible("deal", user).search(text).open().select_related("company").order_by("name", "pk")
    contacts = _visible("contact", user).search(text).annotate(company_name=primary_company_name(user))
    companies = _visible("company", user).search(text).order_by("name", "pk")
    results = [_line("deal", row, _("Deal"), str(row.company or "")) for row in deals[:MOST_PER_KIND]]
    found = contacts.order_by("full_name", "pk")[:MOST_PER_KIND]
    results += [_line("contact", row, _("Contact"), row.company_name or "") for row in found]
    results += [_line("company", row, _("Company"), row.city) for row in companies[:MOST_PER_KIND]]
    return JsonResponse({"results": results})


def _visible(kind: str, user: User) -> Any:
    model = _MODELS[kind]
    if not user.has_perm(f"{model._meta.app_label}.view_{kind}"):
        return model.objects.none()
    rows = model.objects.visible_to(user)
    return rows if kind == "deal" else rows.live()


def _line(kind: str, row: Any, label: str, more: str) -> dict[str, str]:
    return {"id": f"{kind}-{row.pk}", "text": str(row), "hint": f"{label} · {more}" if more else label}


register_page("activities/about/", "suggest_about", suggest_about)
