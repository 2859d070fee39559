"""What the builder's form asks for: the rule as it stands, a name, and the segment that it makes."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from campaigns.admin.segments.drafting import (
    DraftCondition,
    DraftGroup,
    draft_of_form,
    draft_of_tree,
    edit,
    empty_draft,
    mark,
    raw_of,
    walk,
)
from campaigns.models import Persona, Segment
from campaigns.segments.models import SegmentKind
from campaigns.segments.previewing import preview_count
from campaigns.segments.refreshing import refresh
from campaigns.segments.refusing import SegmentRefused, TreeRefused
from campaigns.segments.saving import save_segment
from campaigns.segments.tree import Group, Node, read_tree
from campaigns.segments.words import node_words
from config.common.admin.base import sentence_of
from contacts.models import User
from deals.admin.reading import as_id

LONGEST_NAME, LONGEST_DESCRIPTION, MOST_PERSONAS = 120, 2000, 50
# So many people are let in while one waits; a greater crowd is left to the worker, which begins at once.
MOST_AT_ONCE = 20_000


@dataclass(slots=True)
class Build:
    """A segment in the builder."""

    draft: DraftGroup
    name: str = ""
    description: str = ""
    kind: str = SegmentKind.LIVE
    refresh_hours: str = "6"
    personas: list[str] = dataclasses.field(default_factory=list)
    fault: str = ""

    @property
    def is_live(self) -> bool:
        """Whether a rule decides."""
        return self.kind != SegmentKind.FIXED


def build_of(segment: Segment | None) -> Build:
    """Return what is stored, or the beginning of a new segment."""
    if segment is None:
        return Build(empty_draft())
    draft = draft_of_tree(segment.rule) if segment.rule else empty_draft()
    personas = [str(pk) for pk in segment.personas.values_list("pk", flat=True)]
    return Build(draft, segment.name, segment.description, segment.kind, str(segment.refresh_hours), personas)


def build_of_form(request: HttpRequest) -> Build:
    """Return what the form holds, after what its button asked for."""
    form = request.POST
    kind = SegmentKind.FIXED.value if form.get("kind") == SegmentKind.FIXED else SegmentKind.LIVE.value
    return Build(
        edit(draft_of_form(form), form.get("do", "")),
        _text(form.get("name"), LONGEST_NAME),
        _text(form.get("description"), LONGEST_DESCRIPTION),
        kind,
        form.get("refresh_hours", "6")[:4],
        form.getlist("personas")[:MOST_PERSONAS],
    )


def check(draft: DraftGroup) -> Group | None:
    """Return the tree that a draft stands for; where there is none, say at the row what is missing."""
    bare = [each for each in walk(draft) if isinstance(each, DraftCondition) and not each.field]
    for row in bare:
        row.fault = _("Choose what this condition asks for, or remove it.")
    if bare:
        return None
    try:
        return read_tree(raw_of(draft))
    except TreeRefused as refusal:
        mark(draft, refusal.path, refusal.sentence)
    return None


def save(build: Build, *, by: User, segment: Segment | None = None) -> Segment | None:
    """Save what was built and let its people in; nothing, with what is wrong in the build, where that can't be."""
    tree = check(build.draft) if build.is_live else None
    if build.is_live and tree is None:
        return None
    given: dict[str, Any] = {"name": build.name or _own_name(tree), "description": build.description}
    given["refresh_hours"] = _hours(build.refresh_hours)
    if by.has_perm("campaigns.view_persona"):
        chosen = [as_id(pk) for pk in build.personas]
        given["personas"] = list(Persona.objects.visible_to(by).filter(pk__in=chosen))
    if segment is None:
        given["kind"] = build.kind
    rule = raw_of(build.draft) if tree is not None else None
    try:
        saved = save_segment(by=by, segment=segment, rule=rule, **given)
    except TreeRefused as refusal:
        mark(build.draft, refusal.path, refusal.sentence)
        return None
    except (SegmentRefused, ValidationError) as refusal:
        build.fault = sentence_of(refusal)
        return None
    if tree is not None and preview_count(tree, owner=saved.owner) <= MOST_AT_ONCE:
        refresh(saved.pk, by=by)
    return saved


def _own_name(tree: Group | None) -> str:
    """Return a name for those who gave none: what the rule says, as far as a name has room."""
    words = _in_short(tree) if tree is not None else ""
    return words if len(words) <= LONGEST_NAME else words[: LONGEST_NAME - 2].rstrip() + " …"


def _in_short(node: Node) -> str:
    """Return the conditions of a rule side by side: with commas where all must hold, with strokes where one may."""
    if not isinstance(node, Group):
        return node_words(node)
    parts = [_in_short(rule) for rule in node.rules]
    if node.match == "none":
        return _("none of %(conditions)s") % {"conditions": " / ".join(parts)}
    return (", " if node.match == "all" else " / ").join(parts)


def _hours(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else 6


def _text(given: str | None, most: int) -> str:
    return (given or "").replace("\x00", "").strip()[:most]
