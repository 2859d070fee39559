"""Links from a ledger or timeline to the records behind it, of whatever app: only to those the reader may see."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.urls import NoReverseMatch, reverse

Reference = tuple[str, int]


def addresses(references: Iterable[Reference], user: Any) -> dict[Reference, str]:
    """Return the pages of the named records (``("deals.deal", 7)``). Costs one query for each kind of record."""
    wanted: dict[str, set[int]] = {}
    for label, pk in references:
        wanted.setdefault(label, set()).add(pk)
    found: dict[Reference, str] = {}
    for label, ids in wanted.items():
        model: Any = apps.get_model(label)
        if not user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            continue
        rows: Any = model._default_manager.all()
        rows = rows.visible_to(user) if hasattr(rows, "visible_to") else rows
        for pk in rows.filter(pk__in=ids).values_list("pk", flat=True):
            try:
                found[label, pk] = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
            except NoReverseMatch:
                # Not every kind of record has a page.
                break
    return found
