"""What every table has: words about its rows, a name for each row, one order, named rules, and a gate for readers."""

import pytest
from django.apps import apps
from django.db.models import F, Model, UniqueConstraint
from django.db.models.expressions import OrderBy
from django.utils.functional import Promise
from simple_history.models import HistoricalChanges

from tests.architecture.source import STACK

MODELS = [
    model
    for config in apps.get_app_configs()
    if config.name.split(".")[0] in STACK
    for model in config.get_models()
    if not issubclass(model, HistoricalChanges)
]
# Rows that no list, page or address shows by themselves, and why.
NOT_SHOWN_BY_THEMSELVES = {
    "integrations.Delivery": "the outbox's own ledger, for the worker",
    "integrations.Heartbeat": "one row that only /readyz reads",
    "contacts.ImportLane": "one row a kind of import, there to be locked",
    "contacts.Role": "set-up, seen by administrators alone",
    "deals.ProductCategory": "names in the form of a product",
}
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: str(model._meta.label))


@every_model
def test_a_model_says_what_a_row_is(model: type[Model]) -> None:
    # Django writes a docstring of its own, a list of fields, where there is none.
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}(")


@every_model
def test_a_row_has_a_name(model: type[Model]) -> None:
    assert model.__str__ is not Model.__str__


@every_model
def test_a_model_has_a_name_in_each_language(model: type[Model]) -> None:
    assert isinstance(model._meta.verbose_name, Promise)
    assert isinstance(model._meta.verbose_name_plural, Promise)


@every_model
def test_rows_have_one_order_that_ends_in_something_unique(model: type[Model]) -> None:
    names = [_name(part) for part in model._meta.ordering or ()]
    assert names, "no ordering"

    unique_together = [
        set(rule.fields)
        for rule in model._meta.constraints
        if isinstance(rule, UniqueConstraint) and not rule.condition
    ]
    last = model._meta.pk if names[-1] == "pk" else model._meta.get_field(names[-1])
    assert getattr(last, "unique", False) or any(rule and rule <= set(names) for rule in unique_together)


@every_model
def test_rules_and_indexes_are_named_after_the_app_and_what_they_hold(model: type[Model]) -> None:
    named = [*model._meta.constraints, *model._meta.indexes]

    assert [each.name for each in named if not each.name.startswith(f"{model._meta.app_label}_")] == []


@every_model
def test_rows_that_reach_people_go_through_visible_to(model: type[Model]) -> None:
    gate = hasattr(model._default_manager.all(), "visible_to")

    assert gate or model._meta.label in NOT_SHOWN_BY_THEMSELVES


def test_what_is_not_shown_by_itself_is_still_there() -> None:
    assert NOT_SHOWN_BY_THEMSELVES.keys() <= {model._meta.label for model in MODELS}


def _name(part: object) -> str:
    if isinstance(part, OrderBy):
        part = part.expression
    return part.name if isinstance(part, F) else str(part).lstrip("-")
