"""Where findings and personas are used, for their pages: a name with a link where the reader may open it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import NoReverseMatch

from config.common.admin.base import change_address


@dataclass(frozen=True, slots=True)
class Use:
    """A place where something is used."""

    name: str
    link: str
    line: str = ""


def use(row: Model, reader: Any, *, name: str = "", line: str = "") -> Use:
    """Return a row as a link for those who may open it, as a name for others."""
    options = row._meta
    link = ""
    if reader.has_perm(f"{options.app_label}.view_{options.model_name}"):
        try:
            link = change_address(row)
        except NoReverseMatch:
            link = ""
    return Use(name or str(row), link, line)


def once(uses: Iterable[Use]) -> list[Use]:
    """Return each use once, in order."""
    return list(dict.fromkeys(uses))
