"""The compiled query and the plain Python reading of one rule choose the same people, on random people and rules."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.segments.asking import Asking, asking
from campaigns.segments.compiling import members_of
from campaigns.segments.evaluating import holds
from campaigns.segments.fields import Field, Relation, fields_of
from campaigns.segments.operators import Operator, Takes
from campaigns.segments.refreshing import refresh
from campaigns.segments.tree import Group, read_tree
from contacts.models import Contact, User
from tests.factories.campaigns_segments import crowd, has, is_, live, none_of

pytestmark = pytest.mark.django_db
TEXTS = ["nguyen duc", "ANNA", "makanan", "ĐIỆN TỬ", "mua hang", "buyer", "acme.example", "ty 1", "berg", "%", "_"]
AMOUNTS = ["0", "10.01", "100.1", "107.230", "268.344", "500", "1250.5"]
DAYS = [0, 1, 29, 30, 31, 90]


@pytest.fixture
def everybody(ana: User) -> list[Contact]:
    people = crowd(ana, people=16)
    refresh(live(ana, is_("contact.country", "ID"), name="Indonesia").pk)
    return list(Contact.objects.filter(pk__in=[person.pk for person in people]))


def _value(field: Field | Relation, operator: Operator, user: User) -> st.SearchStrategy[Any]:
    today = timezone.localdate()
    if operator.takes == Takes.DAYS:
        return st.sampled_from(DAYS)
    if operator.takes == Takes.DAY:
        return st.sampled_from([(today - timedelta(days=number)).isoformat() for number in (-1, 0, 1, 30)])
    if operator.takes == Takes.NUMBER:
        return st.sampled_from(AMOUNTS[1:]) if operator.code.startswith("sum") else st.integers(1, 3)
    assert isinstance(field, Field)
    if field.choices is not None:
        codes = _likely(field, user)
        return (
            st.lists(st.sampled_from(codes), min_size=1, max_size=3)
            if operator.takes == Takes.MANY
            else st.sampled_from(codes)
        )
    some = {"text": TEXTS, "amount": AMOUNTS, "number": [0, 5, 49, 50, 51], "boolean": [True, False]}
    return st.sampled_from(some[field.type])


def _likely(field: Field, user: User) -> list[Any]:
    assert field.choices is not None
    codes = [code for code, _name in field.choices(user)]
    common = [code for code in codes if code in ("ID", "VN", "DE", "id", "vi")]
    return (common or codes)[:8]


def _conditions(scope: str, user: User, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    offered = []
    for field in fields_of(scope).values():
        for operator in field.operators:
            if isinstance(field, Field) and field.choices is not None and not _likely(field, user):
                continue
            parts = {"field": st.just(field.code), "operator": st.just(operator.code)}
            if operator.takes != Takes.NOTHING:
                parts["value"] = _value(field, operator, user)
            if isinstance(field, Relation):
                parts["where"] = st.none() | _groups(field.code, user, depth + 1)
            offered.append(st.fixed_dictionaries(parts))
    return st.sampled_from(offered).flatmap(lambda one: one)


def _groups(scope: str, user: User, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    rules: st.SearchStrategy[Any] = st.deferred(lambda: _conditions(scope, user, depth))
    if depth < 2:
        rules = rules | rules | st.deferred(lambda: _groups(scope, user, depth + 1))
    return st.fixed_dictionaries(
        {"match": st.sampled_from(["all", "any", "none"]), "rules": st.lists(rules, min_size=1, max_size=3)}
    )


def test_both_readings_choose_the_same_people(everybody: list[Contact], ana: User) -> None:
    compared, asked = 0, asking(ana, NOW)

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(rule=_groups("", ana))
    def agree(rule: dict[str, Any]) -> None:
        nonlocal compared
        assert _by_query(read_tree(rule), ana) == _by_reading(read_tree(rule), asked, everybody)
        compared += 1

    agree()

    assert compared >= EXAMPLES


def test_every_operator_of_every_field_reads_alike(everybody: list[Contact], ana: User) -> None:
    asked = asking(ana, NOW)
    for rule in _each(ana):
        tree = read_tree({"match": "all", "rules": [rule]})
        assert _by_query(tree, ana) == _by_reading(tree, asked, everybody), rule


EXAMPLES = 60


def _each(user: User) -> list[dict[str, Any]]:
    """Every field with every operator once; of rows turned round, which shows what is neither true nor false."""
    rules: list[dict[str, Any]] = []
    for field in fields_of().values():
        rules += [_once(field, operator, user) for operator in field.operators]
        if isinstance(field, Relation):
            for each in fields_of(field.code).values():
                rules += [has(field.code, none_of(_once(each, operator, user))) for operator in each.operators]
    return rules


def _once(field: Field | Relation, operator: Operator, user: User) -> dict[str, Any]:
    today = timezone.localdate().isoformat()
    rule: dict[str, Any] = {"field": field.code, "operator": operator.code}
    if operator.takes == Takes.NOTHING:
        return rule
    by_shape = {Takes.DAYS: 30, Takes.DAY: today, Takes.NUMBER: "100.1" if "sum" in operator.code else 2}
    if operator.takes in by_shape:
        return rule | {"value": by_shape[operator.takes]}
    assert isinstance(field, Field)
    if field.choices is not None:
        value: Any = _likely(field, user)[0]
        return rule | {"value": [value] if operator.takes == Takes.MANY else value}
    return rule | {"value": {"text": "an", "amount": "100.1", "number": 5, "boolean": True}[field.type]}


def _by_query(tree: Group, owner: User) -> set[int]:
    return set(members_of(tree, owner=owner, now=NOW).values_list("pk", flat=True))


def _by_reading(tree: Group, asked: Asking, people: list[Contact]) -> set[int]:
    return {person.pk for person in people if not person.is_archived and holds(tree, person, asked)}


NOW = timezone.now()
