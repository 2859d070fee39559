"""By what the report can be split: each grouping's key in SQL, its labels, and the filter that opens its list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import NullIf
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Key = int | str | None

_USERS = "SELECT id, COALESCE(NULLIF(name, ''), email) AS label, '' AS part_of, 0 AS place FROM contacts_user"
_TEAMS = "SELECT id, name AS label, '' AS part_of, 0 AS place FROM contacts_team"
_PRODUCTS = "SELECT id, name AS label, '' AS part_of, 0 AS place FROM deals_product"
_STAGES = """
    SELECT s.id, s.name AS label, p.name AS part_of, s.position AS place
    FROM deals_stage s JOIN deals_pipeline p ON p.id = s.pipeline_id
"""
# For each team the root of its tree (the region), and its manager or the nearest one above.
_TREE = """
    tree(id, region, manager) AS (
        SELECT id, id, manager_id FROM contacts_team WHERE parent_id IS NULL
        UNION ALL
        SELECT child.id, tree.region, COALESCE(child.manager_id, tree.manager)
        FROM contacts_team child JOIN tree ON child.parent_id = tree.id
    )
"""


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way to split the report."""

    label: str | Promise
    nothing: str | Promise
    # The column of a deal that the key is made of; ``None`` where it comes from the lines.
    column: Any = None
    # The key in SQL, by database vendor; ``raw_key`` is the column above.
    key: Mapping[str, str] = field(default_factory=lambda: {"postgresql": "raw_key", "sqlite": "raw_key"})
    ctes: str = ""
    join: str = ""
    labels: str = ""
    filter_name: str = ""
    name_of: Callable[[Any], tuple[Key, str]] | None = None
    by_date: bool = False
    by_place: bool = False


def _month(value: Any) -> tuple[Key, str]:
    year, month = (value.year, value.month) if isinstance(value, date) else map(int, value.split("-"))
    return f"{year:04d}-{month:02d}", f"{MONTHS[month]} {year}"


def _quarter(value: Any) -> tuple[Key, str]:
    if isinstance(value, date):
        value = f"{value.year:04d}-Q{(value.month + 2) // 3}"
    year, quarter = value.split("-Q")
    return value, _("Q%(quarter)s %(year)s") % {"quarter": quarter, "year": year}


def _text(value: Any) -> tuple[Key, str]:
    return value, value


_BY_REGION = {"postgresql": "tree.region", "sqlite": "tree.region"}
_BY_MANAGER = {"postgresql": "tree.manager", "sqlite": "tree.manager"}
_TO_TREE = "LEFT JOIN tree ON tree.id = raw_key"
_BY_MONTH = {"postgresql": "DATE_TRUNC('month', raw_key::timestamp)::date", "sqlite": "SUBSTR(raw_key, 1, 7)"}
_BY_QUARTER = {
    "postgresql": "DATE_TRUNC('quarter', raw_key::timestamp)::date",
    "sqlite": "SUBSTR(raw_key, 1, 4) || '-Q' || ((CAST(SUBSTR(raw_key, 6, 2) AS INTEGER) + 2) / 3)",
}

GROUPINGS: Mapping[str, Grouping] = {
    "owner": Grouping(
        gettext_lazy("Owner"), gettext_lazy("No owner"), F("owner_id"), labels=_USERS, filter_name="owner"
    ),
    "team": Grouping(
        gettext_lazy("Team"), gettext_lazy("No team"), F("owner__team_id"), labels=_TEAMS, filter_name="own_team"
    ),
    "manager": Grouping(
        gettext_lazy("Manager"),
        gettext_lazy("No manager"),
        F("owner__team_id"),
        key=_BY_MANAGER,
        ctes=_TREE,
        join=_TO_TREE,
        labels=_USERS,
        filter_name="manager",
    ),
    "region": Grouping(
        gettext_lazy("Region"),
        gettext_lazy("No region"),
        F("owner__team_id"),
        key=_BY_REGION,
        ctes=_TREE,
        join=_TO_TREE,
        labels=_TEAMS,
        filter_name="region",
    ),
    "product": Grouping(gettext_lazy("Product"), gettext_lazy("No product"), labels=_PRODUCTS, filter_name="product"),
    "industry": Grouping(
        gettext_lazy("Industry"),
        gettext_lazy("No industry"),
        NullIf(F("company__industry"), Value("")),
        filter_name="industry",
        name_of=_text,
    ),
    "stage": Grouping(
        gettext_lazy("Stage"),
        gettext_lazy("No stage"),
        F("stage_id"),
        labels=_STAGES,
        filter_name="stage",
        by_place=True,
    ),
    "month": Grouping(gettext_lazy("Month"), "", key=_BY_MONTH, name_of=_month, by_date=True),
    "quarter": Grouping(gettext_lazy("Quarter"), "", key=_BY_QUARTER, name_of=_quarter, by_date=True),
}
BY_PRODUCT = "product"
DATES: Mapping[str, str | Promise] = {"closed": gettext_lazy("closing date"), "opened": gettext_lazy("opening date")}
NO_DATE: Mapping[str, str | Promise] = {
    "closed": gettext_lazy("No closing date"),
    "opened": gettext_lazy("No opening date"),
}
