"""Saving only what changed, so that a save never puts an old value back into a column somebody else changed."""

from collections.abc import Iterable

from django.db.models import Model


def save_changed(row: Model, names: Iterable[str]) -> None:
    """Save the named columns and those that follow from them (the version, folded search text)."""
    columns = {field.name for field in row._meta.concrete_fields}
    following = {field.name for field in row._meta.concrete_fields if getattr(field, "follows", False)}
    row.save(update_fields=(set(names) & columns) | following | ({"updated_at"} & columns))
