"""Roles: how far they see and what they may do, as a table of nouns and verbs."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import TandemAdmin, display
from config.common.admin.versions import VersionedForm
from config.common.models import AppendOnlyModel
from config.common.money import show_number
from contacts.models import Role
from contacts.staff.accounts import may_do_everything

# In the order of the table; upper apps are known by name only.
APPS = ("contacts", "deals", "campaigns", "integrations")
VERBS = {
    "view": gettext_lazy("see"),
    "add": gettext_lazy("add"),
    "change": gettext_lazy("change"),
    "delete": gettext_lazy("remove"),
}


@dataclass(slots=True)
class Noun:
    """A row of the table: a kind of record, and what may be done with it."""

    name: str
    verbs: list[Any] = field(default_factory=lambda: [None] * len(VERBS))
    others: list[Any] = field(default_factory=list)


class PermissionTable(forms.CheckboxSelectMultiple):
    """Permissions as a table: one row a noun, one column a verb, special ones behind."""

    template_name = "contacts/permissions.html"
    permissions: tuple[Permission, ...] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Group the boxes."""
        chosen = {str(each) for each in value or ()}
        nouns: dict[Any, Noun] = {}
        for permission in self.permissions:
            model: Any = permission.content_type.model_class()
            noun = nouns.setdefault(model, Noun(str(capfirst(model._meta.verbose_name_plural))))
            verb = permission.codename.removesuffix(f"_{model._meta.model_name}")
            box = {"value": permission.pk, "checked": str(permission.pk) in chosen, "name": permission.name}
            if verb in VERBS:
                noun.verbs[list(VERBS).index(verb)] = box
            else:
                noun.others.append({**box, "name": _(permission.name)})
        context = super().get_context(name, value, attrs)
        return {**context, "nouns": list(nouns.values()), "verbs": list(VERBS.values())}

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> list[Any]:
        """The table has its own order."""
        return []


def meant_for_people() -> list[Permission]:
    """Return the permissions that mean something to people, in the order of the table.

    A kind of record without a page, which no shipped role was ever offered, is inner machinery; ledgers are only read,
    unless a role is offered to write into one (what a customer said about consent).
    """
    offered = {code for codes in Role.objects.values_list("offered", flat=True) for code in codes}
    rows = Permission.objects.filter(content_type__app_label__in=APPS).select_related("content_type")
    found = []
    for permission in rows.exclude(content_type__model__startswith="historical"):
        model: Any = permission.content_type.model_class()
        if model is None:
            continue
        noun = model._meta.model_name
        known = admin.site.is_registered(model) or any(
            f"{model._meta.app_label}.{verb}_{noun}" in offered for verb in VERBS
        )
        writes = permission.codename in (f"add_{noun}", f"change_{noun}", f"delete_{noun}")
        is_offered = f"{model._meta.app_label}.{permission.codename}" in offered
        if known and not (issubclass(model, AppendOnlyModel) and writes and not is_offered):
            found.append(permission)
    return sorted(found, key=lambda each: (APPS.index(each.content_type.app_label), each.content_type.model))


class RoleForm(VersionedForm):
    """Changes a role. Permissions that the table doesn't show stay as they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "permissions" in self.fields:
            table: Any = self.fields["permissions"].widget
            table.permissions = tuple(meant_for_people())
        if "every_permission" in self.fields and not may_do_everything(self.reader):
            self.fields["every_permission"].disabled = True

    def clean_every_permission(self) -> bool:
        """Refuse to take everything from one's own role: nobody might be left who could give it back."""
        everything: bool = self.cleaned_data["every_permission"]
        is_own = self.instance.pk is not None and self.instance.pk == self.reader.role_id
        if is_own and not everything and self.initial.get("every_permission"):
            raise ValidationError(_("This is your own role. Ask an administrator with another role to change this."))
        return everything

    def clean_permissions(self) -> Any:
        """Keep what the role has besides."""
        chosen = self.cleaned_data["permissions"]
        if not self.instance.pk:
            return chosen
        besides = self.instance.permissions.exclude(pk__in=[each.pk for each in meant_for_people()])
        return Permission.objects.filter(Q(pk__in=[each.pk for each in chosen]) | Q(pk__in=besides.values("pk")))

    def save(self, commit: bool = True) -> Any:
        """Make the code of a new role from its name."""
        if not self.instance.code:
            self.instance.code = _free_code(self.cleaned_data["name"])
        return super().save(commit)


def _free_code(name: str) -> str:
    base = slugify(name)[:34] or "role"
    taken = set(Role.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(code for code in (base, *(f"{base}-{number}" for number in range(2, 1000))) if code not in taken)


@admin.register(Role)
class RoleAdmin(TandemAdmin):
    """What people may do, and how far they see. Shipped roles can be edited; more can be made."""

    form = RoleForm
    list_display = ("__str__", "scope", "home", "every_permission", "people")
    search_fields = ()
    fieldsets = (
        (None, {"fields": (("name", "home"), ("scope", "sees_unowned"), "every_permission")}),
        (gettext_lazy("What the role may do"), {"fields": ("permissions",)}),
    )

    @display(description=gettext_lazy("Users"), ordering="number")
    def people(self, role: Any) -> int:
        """Return how many users have the role."""
        return int(role.number)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the users of each role."""
        roles: Any = super().get_queryset(request)
        number = Count("users", filter=Q(users__is_active=True))
        # Counting groups the rows, which drops their usual order.
        counted: QuerySet[Any] = roles.annotate(number=number).order_by("name", "pk")
        return counted

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Return how many roles."""
        number = rows.count()
        return ngettext("%(number)s role.", "%(number)s roles.", number) % {"number": show_number(number)}

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Show permissions as a table."""
        kwargs["queryset"] = Permission.objects.filter(pk__in=[each.pk for each in meant_for_people()])
        kwargs["widget"] = PermissionTable()
        return super().formfield_for_manytomany(db_field, request, **kwargs)
