"""Teams, shown as the tree that they are."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext

from config.common.admin.base import TandemAdmin, change_address, display
from config.common.money import show_number
from contacts.models import Team, User
from contacts.people.panels import PanelRow

MOST_MEMBERS = 100


class TeamTree(ChangeList):
    """The list in the order of the tree, unless somebody searches or orders it."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page and put each team under the one it is part of."""
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        searched = bool(self.query) or bool(self.params.get("o"))
        self.result_list = rows if searched else in_tree_order(rows)


def in_tree_order(teams: list[Any]) -> list[Any]:
    """Return the teams depth first, each with its ``depth``; a team whose parent is not among them is a root."""
    here = {team.pk for team in teams}
    children: dict[int | None, list[Any]] = {}
    for team in teams:
        children.setdefault(team.parent_id if team.parent_id in here else None, []).append(team)
    ordered: list[Any] = []
    waiting = [(team, 0) for team in reversed(children.get(None, []))]
    while waiting:
        team, depth = waiting.pop()
        team.depth = depth
        ordered.append(team)
        waiting.extend((child, depth + 1) for child in reversed(children.get(team.pk, [])))
    return ordered


@admin.register(Team)
class TeamAdmin(TandemAdmin):
    """Who works with whom, and who manages them."""

    change_form_template = "contacts/team.html"
    add_form_template = "admin/change_form.html"
    list_display = ("tree_name", "manager", "members")
    list_select_related = ("manager", "parent")
    list_per_page = 200
    fields = ("name", "parent", "manager")
    search_help_text = gettext_lazy("Name")

    @display(description=gettext_lazy("Team"), ordering="name")
    def tree_name(self, team: Any) -> SafeString:
        """Return the name, indented by its place in the tree."""
        return format_html('<span class="td-tree td-tree-{}">{}</span>', min(getattr(team, "depth", 0), 6), team.name)

    @display(description=gettext_lazy("People"), ordering="people")
    def members(self, team: Any) -> int:
        """Return how many people are in the team itself."""
        return int(team.people)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Show the tree."""
        base: Any = super().get_changelist(request, **kwargs)
        return type("TeamChangeList", (TeamTree, base), {})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the people of each team."""
        teams: Any = super().get_queryset(request)
        people = Count("members", filter=Q(members__is_active=True))
        # Counting groups the rows, which drops their usual order.
        counted: QuerySet[Any] = teams.annotate(people=people).order_by("name", "pk")
        return counted

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Return how many teams there are, and how many people are in none."""
        number = rows.count()
        text = ngettext("%(number)s team.", "%(number)s teams.", number) % {"number": show_number(number)}
        people: Any = User.objects.visible_to(request.user)  # type: ignore[arg-type]
        alone = people.filter(team__isnull=True, is_active=True, is_service=False).count()
        if alone:
            lonely = ngettext("%(number)s person is in none.", "%(number)s people are in none.", alone)
            text += " " + lonely % {"number": show_number(alone)}
        return text

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer people who may sign in as managers."""
        if db_field.name == "manager":
            people: Any = User.objects.visible_to(request.user)  # type: ignore[arg-type]
            kwargs["queryset"] = people.filter(
                Q(is_active=True, is_service=False) | Q(managed_teams__isnull=False)
            ).distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show who is in the team, and the teams below."""
        team = kwargs.get("obj")
        if team is not None:
            visible: Any = User.objects.visible_to(request.user)  # type: ignore[arg-type]
            people = visible.filter(team=team).select_related("role")[:MOST_MEMBERS]
            below = Team.objects.visible_to(request.user).filter(parent=team)  # type: ignore[arg-type]
            context["people"] = [
                PanelRow(person.name, change_address(person), str(person.role or "")) for person in people
            ]
            context["below"] = [PanelRow(each.name, change_address(each)) for each in below]
        return super().render_change_form(request, context, *args, **kwargs)
