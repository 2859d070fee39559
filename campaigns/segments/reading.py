"""The same tree read in plain Python for one person: why they are in, or not.

Nothing here asks the compiled query: the two are tested against each other on random people and rules.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.segments.asking import Asking, asking
from campaigns.segments.evaluating import combined, holds, rows_of, sum_of, worths
from campaigns.segments.fields import Relation
from campaigns.segments.models import HandPick, Segment, SegmentMember
from campaigns.segments.references import refuse_unknown
from campaigns.segments.refusing import TreeRefused
from campaigns.segments.tree import Condition, Group, Node, askable, read_tree
from campaigns.segments.words import field_words, node_words, show_value, told
from contacts.models import Contact, User


@dataclass(frozen=True, slots=True)
class Trace:
    """What one node of a rule says about one person. ``path`` is the node's; ``fact`` the person's value in words.

    ``is_hidden``: the reader may not see the fact (``fact`` says so), only what came of it.
    """

    path: str
    words: str
    verdict: bool
    fact: str = ""
    match: str = ""
    is_hidden: bool = False
    children: tuple["Trace", ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a person is in a segment, or not.

    ``is_member`` is what stands; ``should_be`` what the picks and the rule say now (None: the rule can't be read).
    ``pick`` is the sentence of a pick by hand, which decides whatever the rule says; ``dates`` when they were in.
    """

    is_member: bool
    should_be: bool | None
    sentence: str
    pick: str = ""
    rule: Trace | None = None
    refusal: str = ""
    dates: tuple[tuple[datetime, datetime | None], ...] = ()


def explain(tree: Group, contact: Contact, reader: User, *, owner: User, now: datetime) -> Trace:
    """Return what a rule says about a contact, node by node, by the owner's calendar, told to a reader."""
    return _trace(tree, contact, contact, reader, asking(owner, now))


def explain_membership(segment: Segment, contact: Contact, reader: User, *, now: datetime) -> Explanation:
    """Return why a contact is in a segment, or not. Whether the reader may see both is the caller's to ask."""
    stays = SegmentMember.objects.filter(segment=segment, contact=contact).order_by("-entered_at", "-pk")[:20]
    dates = tuple((stay.entered_at, stay.left_at) for stay in stays)
    is_member = any(left is None for _entered, left in dates)
    pick = HandPick.objects.filter(segment=segment, contact=contact).select_related("by").first()
    told_now = Explanation(is_member, None, "", _pick_words(pick) if pick else "", dates=dates)
    if segment.is_live:
        told_now = _with_rule(told_now, segment, contact, reader, now)
    if pick:
        told_now = replace(told_now, should_be=pick.is_in and not contact.is_archived)
    elif not segment.is_live:
        told_now = replace(told_now, should_be=is_member and not contact.is_archived)
    return replace(told_now, sentence=_sentence(told_now, segment, contact))


def _with_rule(told_now: Explanation, segment: Segment, contact: Contact, reader: User, now: datetime) -> Explanation:
    try:
        tree = read_tree(segment.rule)
        refuse_unknown(tree)
        trace = explain(tree, contact, reader, owner=segment.owner, now=now)
    except TreeRefused as refusal:
        return replace(told_now, refusal=refusal.sentence)
    return replace(told_now, rule=trace, should_be=trace.verdict and not contact.is_archived)


def _pick_words(pick: HandPick) -> str:
    words = {"name": pick.by, "day": show_value(pick.updated_at), "reason": pick.reason or _("no reason given")}
    if pick.is_in:
        return _("Put in by hand by %(name)s on %(day)s: %(reason)s") % words
    return _("Left out by hand by %(name)s on %(day)s: %(reason)s") % words


def _sentence(told_now: Explanation, segment: Segment, contact: Contact) -> str:
    names = {"contact": contact, "segment": segment}
    if contact.is_archived:
        return _("%(contact)s is archived, so they are in no segment.") % names
    if told_now.should_be is not None and told_now.should_be != told_now.is_member:
        if told_now.is_member:
            return _("%(contact)s is in “%(segment)s” still, and leaves with its next refresh.") % names
        return _("%(contact)s is not in “%(segment)s” yet, and enters with its next refresh.") % names
    if told_now.is_member:
        return _("%(contact)s is in “%(segment)s”.") % names
    return _("%(contact)s is not in “%(segment)s”.") % names


def _trace(node: Node, subject: Any, contact: Contact, reader: User, asked: Asking) -> Trace:
    if isinstance(node, Group):
        children = tuple(_trace(rule, subject, contact, reader, asked) for rule in node.rules)
        verdict = combined(node.match, [child.verdict for child in children])
        return Trace(node.path, node_words(node), verdict, match=node.match, children=children)
    field = askable(node)
    verdict = holds(node, subject, asked)
    told_now = Trace(node.path, node_words(node), verdict)
    if isinstance(field, Relation):
        return _of_relation(told_now, node, field, contact, reader, asked)
    if field.shown_to and not field.shown_to(subject, reader):
        return replace(told_now, fact=_("not visible to you"), is_hidden=True)
    return replace(told_now, fact=field_words(field, subject, asked))


def _of_where(node: Node, rows: list[Any], is_hidden: bool, asked: Asking) -> Trace:
    """Return how many of a relation's rows a part of its ``where`` chooses."""
    chosen = sum(1 for row in rows if holds(node, row, asked))
    facts = {"count": chosen, "all": len(rows)}
    fact = _("not visible to you") if is_hidden else _("%(count)s of %(all)s") % facts
    match = node.match if isinstance(node, Group) else ""
    inner = node.rules if isinstance(node, Group) else ()
    children = tuple(_of_where(rule, rows, is_hidden, asked) for rule in inner)
    return Trace(node.path, node_words(node), chosen > 0, fact, match, is_hidden, children)


def _of_relation(
    told_now: Trace, condition: Condition, relation: Relation, contact: Contact, reader: User, asked: Asking
) -> Trace:
    """Add what a reader may know of the rows that a condition asks about."""
    rows, seen = rows_of(relation, contact, asked), relation.visible(contact, reader)
    all_seen = all(row.pk in seen for row in rows)
    children = (_of_where(condition.where, rows, not all_seen, asked),) if condition.where else ()
    chosen = [row for row in rows if condition.where is None or holds(condition.where, row, asked)]
    # Told by the calendar that the verdict rests on.
    with timezone.override(asked.zone):
        shown = [relation.describe(row) for row in chosen if row.pk in seen]
    if not all_seen:
        fact = _("not visible to you")
        if shown:
            fact = _("%(words)s; the rest is not visible to you") % {"words": told(shown)}
        return replace(told_now, fact=fact, is_hidden=True, children=children)
    fact = told(shown) if shown else _("none")
    if chosen and condition.operator.startswith("sum"):
        fact = _with_sum(fact, relation, chosen, asked)
    return replace(told_now, fact=fact, children=children)


def _with_sum(words: str, relation: Relation, rows: list[Any], asked: Asking) -> str:
    facts = {"sum": show_value(sum_of(relation, rows, asked)), "words": words}
    without = sum(1 for each in worths(relation, rows, asked) if each is None)
    if not without:
        return _("%(sum)s in all: %(words)s") % facts
    sentence = ngettext(
        "%(sum)s in all, without %(count)s that has no exchange rate: %(words)s",
        "%(sum)s in all, without %(count)s that have no exchange rate: %(words)s",
        without,
    )
    return sentence % (facts | {"count": without})
