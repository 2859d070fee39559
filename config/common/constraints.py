"""A row's check constraints, asked together: one statement where Django asks one for each."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache, reduce
from operator import and_
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import BaseConstraint, CheckConstraint, Q

Constraints = Sequence[BaseConstraint]


class CheckTogether(CheckConstraint):
    """All check constraints of a model. Each is asked alone only where together they find fault."""

    def __init__(self, parts: Sequence[CheckConstraint]) -> None:
        super().__init__(condition=reduce(and_, (Q(part.condition) for part in parts)), name="together")
        self._parts = parts

    def validate(
        self, model: type[models.Model], instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS
    ) -> None:
        """Raise what the parts raise."""
        against = instance._get_field_expression_map(meta=model._meta, exclude=exclude)
        # Where a column is left out, those parts are asked that can do without it.
        with suppress(FieldError):
            if self.condition.check(against, using=using):  # type: ignore[union-attr]
                return
        errors = []
        for part in self._parts:
            try:
                part.validate(model, instance, exclude=exclude, using=using)
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)


class CheckedModel(models.Model):
    """A row whose check constraints are asked together when it is cleaned."""

    class Meta:
        abstract = True

    def get_constraints(self) -> list[tuple[type[models.Model], Constraints]]:
        """Return the constraints by model, check constraints as one."""
        return [(model, _together(model)) for model, _constraints in super().get_constraints()]


@cache
def _together(model: type[models.Model]) -> Constraints:
    checks = [each for each in model._meta.constraints if type(each) is CheckConstraint]
    if len(checks) < 2:
        return model._meta.constraints
    return [CheckTogether(checks), *(each for each in model._meta.constraints if each not in checks)]
