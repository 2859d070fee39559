"""What people choose from: fixed lists, and records with the names they have now."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Choices, Model

from campaigns.segments.fields import Choice

# More are not offered at once: a list that long is searched, not read.
MOST_CHOICES = 500


def choices_in(listed: Callable[[], list[tuple[str, str]]]) -> dict[str, Any]:
    """Return what a choice field needs, from a function that lists codes with their names."""

    def known(codes: Iterable[Any]) -> Mapping[Any, str]:
        wanted = set(codes)
        return {code: str(name) for code, name in listed() if code in wanted}

    def choices(user: Any) -> list[Choice]:
        return [(code, str(name)) for code, name in listed()]

    return {"choices": choices, "known": known}


def choices_of(names: type[Choices]) -> dict[str, Any]:
    """Return what a field over fixed choices needs."""

    def listed() -> list[tuple[str, str]]:
        return [(str(code), str(name)) for code, name in names.choices]

    return choices_in(listed)


def records_of(model: type[Model], offered: Callable[[Any], Any] | None = None) -> dict[str, Any]:
    """Return what a reference field needs; ``offered`` narrows the queryset to what a rule may be about now."""

    def rows() -> Any:
        everything = model._default_manager.all()
        return offered(everything) if offered else everything

    def known(keys: Iterable[Any]) -> Mapping[Any, str]:
        return {row.pk: str(row) for row in rows().filter(pk__in=list(keys)).order_by()}

    def choices(user: Any) -> list[Choice]:
        return [(row.pk, str(row)) for row in rows().visible_to(user)[:MOST_CHOICES]]

    return {"choices": choices, "known": known}
