"""A row is checked by one statement, and told of every fault as if each constraint had been asked alone."""

from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from campaigns.models import CampaignGoal
from tests.factories.campaigns import CampaignFactory

pytestmark = pytest.mark.django_db


def goal(**values):
    usual = {"measure": "leads", "target": Decimal(5), "starts_on": date(2026, 1, 1), "due_on": date(2026, 2, 1)}
    return CampaignGoal(campaign=CampaignFactory(), **{**usual, **values})


def faults(row, exclude=None):
    try:
        row.validate_constraints(exclude=exclude)
    except ValidationError as error:
        return sorted(error.messages)
    return []


def faults_one_by_one(row):
    found = []
    for constraint in row._meta.constraints:
        try:
            constraint.validate(type(row), row)
        except ValidationError as error:
            found += error.messages
    return sorted(found)


def test_a_good_row_is_checked_by_one_statement():
    row = goal()

    with CaptureQueriesContext(connection) as asked:
        row.validate_constraints()

    assert len([each for each in row._meta.constraints if isinstance(each, models.CheckConstraint)]) > 1
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) == 1


@pytest.mark.parametrize(
    "values",
    [{"target": Decimal(0)}, {"due_on": date(2025, 1, 1)}, {"target": Decimal(-1), "due_on": date(2025, 1, 1)}],
)
def test_every_fault_is_told(values):
    row = goal(**values)

    assert faults(row) == faults_one_by_one(row)
    assert len(faults(row)) == len(values)


def test_where_a_column_is_left_out_the_others_are_checked():
    row = goal(target=Decimal(0), due_on=date(2025, 1, 1))

    assert len(faults(row, exclude={"due_on"})) == 1


def test_the_sentence_of_every_constraint_can_be_said():
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            assert constraint.get_violation_error_message()
