"""What stands on a segment's page: its numbers, builder, preview, members, picks, refreshes, and who uses it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin.segments.building import Build, check
from campaigns.admin.segments.rows import Option, Showing
from campaigns.models import Campaign, HandPick, MarketingPlan, Persona, Segment, SegmentMember, SegmentRefresh
from campaigns.segments.previewing import preview, sees_everybody
from campaigns.segments.refusing import TreeRefused
from config.common.admin.base import change_address
from config.common.admin.showing import short_moment
from config.common.money import show_number
from contacts.models import User
from contacts.people.panels import PanelRow

MEMBERS_SHOWN, PICKS_SHOWN, REFRESHES_SHOWN, USERS_SHOWN = 10, 50, 10, 20
PERSONAS_SHOWN = 50
CHANGE = "campaigns.change_segment"


def address(name: str, segment: Segment) -> str:
    """Return the address of one of a segment's pages or verbs."""
    return reverse(f"admin:campaigns_segment_{name}", args=[segment.pk])


def builder_context(build: Build, reader: User, segment: Segment | None = None) -> dict[str, Any]:
    """Return what the builder's templates need."""
    return {
        "build": build,
        "segment": segment,
        "rule": Showing(reader).block(build.draft),
        "personas": _personas(build, reader),
        "rows_address": reverse("admin:campaigns_segment_rows"),
        "preview_address": reverse("admin:campaigns_segment_preview"),
    }


def _personas(build: Build, reader: User) -> list[Option]:
    if not reader.has_perm("campaigns.view_persona"):
        return []
    offered = Persona.objects.visible_to(reader)[:PERSONAS_SHOWN]
    return [Option(str(each.pk), str(each), str(each.pk) in build.personas) for each in offered]


def preview_context(build: Build, reader: User, segment: Segment | None = None) -> dict[str, Any]:
    """Return what a rule would mean now; where it can't be asked yet, why."""
    tree = check(build.draft)
    if tree is None:
        return {"unfinished": _first_fault(build)}
    owner = segment.owner if segment else reader
    try:
        found = preview(tree, owner=owner, reader=reader, segment=segment)
    except TreeRefused as refusal:
        return {"unfinished": refusal.sentence}
    count = ngettext("%(number)s contact", "%(number)s contacts", found.count) % {"number": show_number(found.count)}
    return {
        "preview": found,
        "count": count if sees_everybody(reader) else _("%(contacts)s that you may see") % {"contacts": count},
        "sample": [(each, change_address(each)) for each in found.sample],
        "more": max(found.count - len(found.sample), 0),
    }


def _first_fault(build: Build) -> str:
    empty = all(not getattr(each, "field", "x") for each in build.draft.rules)
    return _("Choose what the first condition asks for.") if empty else _("Finish the rule to see whom it means.")


def segment_context(request: HttpRequest, segment: Any, build: Build) -> dict[str, Any]:
    """Return everything on the page of a segment, for the rights of its reader."""
    reader: Any = request.user
    may_change = reader.has_perm(CHANGE) and segment.archived_at is None
    members = members_seen(segment, reader)
    names = ("members", "why", "refresh", "archive", "restore", "pick", "unpick")
    return {
        **builder_context(build, reader, segment),
        "heading": heading(segment, reader),
        "may_change": may_change,
        "may_archive": reader.has_perm(CHANGE),
        "members": [(each, change_address(each.contact)) for each in members[:MEMBERS_SHOWN]],
        "picks": _picks(segment, reader),
        "refreshes": SegmentRefresh.objects.filter(segment=segment).select_related("by")[:REFRESHES_SHOWN],
        "used_by": used_by(segment, reader),
        "act": {name: address(name, segment) for name in names},
        "suggest": reverse("admin:suggest", args=["contact"]),
    }


def heading(segment: Any, reader: User) -> str:
    """Return one sentence with a segment's numbers: how many, what changed this week, when it was refreshed."""
    size = segment.seen_size
    words = ngettext("%(number)s contact", "%(number)s contacts", size) % {"number": show_number(size)}
    if not sees_everybody(reader):
        words = _("%(contacts)s that you may see") % {"contacts": words}
    week = _("+%(entered)s −%(left)s this week") % {
        "entered": show_number(segment.week_in),
        "left": show_number(segment.week_out),
    }
    parts = [words, week]
    if segment.archived_at:
        parts.append(_("archived"))
    elif segment.is_live:
        when = short_moment(segment.refreshed_at) if segment.refreshed_at else None
        parts.append(_("refreshed %(when)s") % {"when": _plain(when)} if when else _("not refreshed yet"))
    return ", ".join(parts) + "."


def _plain(moment: Any) -> str:
    return str(moment).rpartition("</")[0].rpartition(">")[2]


def members_seen(segment: Segment, reader: User) -> QuerySet[Any]:
    """Return the present members that a reader may see, the newest first."""
    rows = SegmentMember.objects.visible_to(reader).filter(segment=segment, left_at__isnull=True)
    seen: QuerySet[Any] = rows.select_related("contact").order_by("-entered_at", "-id")
    return seen


def _picks(segment: Segment, reader: User) -> list[tuple[Any, str]]:
    rows = HandPick.objects.visible_to(reader).filter(segment=segment).select_related("contact", "by")
    return [(pick, change_address(pick.contact)) for pick in rows[:PICKS_SHOWN]]


def used_by(segment: Segment, reader: User) -> list[PanelRow]:
    """Return the campaigns, plans and segments that use a segment, as far as the reader may see them."""
    rows: list[PanelRow] = []
    if reader.has_perm("campaigns.view_campaign"):
        campaigns = Campaign.objects.visible_to(reader).filter(segments=segment)[:USERS_SHOWN]
        rows += [PanelRow(str(each), _address(each), _("Campaign")) for each in campaigns]
    if reader.has_perm("campaigns.view_marketingplan"):
        plans = MarketingPlan.objects.visible_to(reader)
        strategies = plans.filter(strategies__segment=segment).distinct()[:USERS_SHOWN]
        rows += [PanelRow(str(each), _address(each), _("Plan")) for each in strategies]
        makers = plans.filter(mql_segment=segment)[:USERS_SHOWN]
        rows += [PanelRow(str(each), _address(each), _("Plan: says who is an MQL")) for each in makers]
    return rows


def _address(row: Any) -> str:
    """Return the address of a row's page, if it has one."""
    try:
        return change_address(row)
    except NoReverseMatch:
        return ""
