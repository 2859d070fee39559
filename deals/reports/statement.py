"""The pipeline report as one SQL statement, in one pass over the deals.

The deals come from the ORM, compiled by Django with their parameters; the aggregates are written here, from constants
only. They are plain ones, which databases compute by hashing: no filters, no sorting. The median's values are handed
out as a list, because to sort them in the database costs more than all the rest together.
"""
# ruff: noqa: S608 - no value ever becomes part of the text

from collections.abc import Sequence
from typing import Any

from django.db import connection

from deals.pipeline.filtering import NONE
from deals.reports.asking import ReportQuestion, columns_of, matching_deals
from deals.reports.grouping import BY_PRODUCT, Grouping

_COMPANY = "(SELECT {} FROM deals_currency WHERE is_company_currency)"
# What is summed on SQLite are whole units and thousandths apart: floats would lose some.
_SUM = {
    "postgresql": "SUM(amount), 0",
    "sqlite": "SUM(CAST(amount AS INTEGER)), SUM(CAST(ROUND((amount - CAST(amount AS INTEGER)) * 1000) AS INTEGER))",
}
_LIST = {"postgresql": "STRING_AGG", "sqlite": "GROUP_CONCAT"}
# The amount of a deal with several products is shared among them by the totals of their lines. Shares are differences
# of rounded running sums, so that they add up to the amount to the last unit.
_SHARES = """
    parts AS (
        SELECT picked.id, outcome, amount, days, currency, line.product_id AS key,
            SUM(ROUND(line.quantity * line.unit_price * (100 - line.discount) / 100.0, money.minor_units)) AS weight
        FROM picked
        JOIN deals_currency money ON money.code = picked.currency
        JOIN deals_dealline line ON line.deal_id = picked.id
        WHERE raw_key <> last_key
        GROUP BY picked.id, outcome, amount, days, currency, line.product_id
    ),
    running AS (
        SELECT parts.*, ROW_NUMBER() OVER so_far AS nth, COUNT(*) OVER whole_deal AS of_parts,
            SUM(weight) OVER so_far AS upto, SUM(weight) OVER whole_deal AS whole
        FROM parts
        WINDOW so_far AS (PARTITION BY id ORDER BY key), whole_deal AS (PARTITION BY id)
    ),
    rising AS (
        SELECT running.*,
            CASE
                WHEN nth = of_parts THEN amount
                WHEN whole = 0 THEN ROUND(amount * 1.0 * nth / of_parts, {minor_units})
                ELSE ROUND(amount * 1.0 * upto / whole, {minor_units})
            END AS amount_upto
        FROM running
    ),
    source AS (
        SELECT raw_key AS key, outcome, amount, days, currency
        FROM picked WHERE raw_key IS NULL OR raw_key = last_key
        UNION ALL
        SELECT key, outcome,
            amount_upto - COALESCE(LAG(amount_upto) OVER (PARTITION BY id ORDER BY nth), 0), days, currency
        FROM rising
    )
"""


def build(question: ReportQuestion) -> tuple[str, Sequence[Any]]:
    """Return the statement with its parameters; its columns are those of ``Row``."""
    grouping = question.grouping
    deals, deal_parameters = _compiled(matching_deals(question))
    visible, visible_parameters = _compiled(question.visible_deals().values_list("pk")[:1])
    answer, answer_parameters = _answer(question, grouping)
    ctes = [
        *([grouping.ctes] if grouping and grouping.ctes else []),
        f"picked({columns_of(question)}) AS ({deals})",
        *([_source(question, grouping)] if grouping else []),
        f"answer AS ({answer})",
    ]
    label, labels = "NULL, NULL, NULL", ""
    if grouping and grouping.labels:
        label = "labels.label, labels.part_of, labels.place"
        labels = f"LEFT JOIN ({grouping.labels}) labels ON labels.id = answer.key"
    sql = f"""
        WITH RECURSIVE {", ".join(ctes)}
        SELECT answer.*, {label}, company.*
        FROM (
            SELECT {_COMPANY.format("code")}, {_COMPANY.format("minor_units")},
                EXISTS (SELECT 1 FROM deals_deal), EXISTS ({visible})
        ) company LEFT JOIN answer ON 1 = 1 {labels}
    """
    return sql, (*deal_parameters, *answer_parameters, *visible_parameters)


def _compiled(rows: Any) -> tuple[str, Sequence[Any]]:
    sql, parameters = rows.query.get_compiler(using=connection.alias, elide_empty=False).as_sql()
    return sql, parameters


def _source(question: ReportQuestion, grouping: Grouping) -> str:
    if question.group_by == BY_PRODUCT:
        return _SHARES.format(minor_units=_COMPANY.format("minor_units"))
    key = grouping.key[connection.vendor]
    return f"source AS (SELECT {key} AS key, outcome, amount, days, currency FROM picked {grouping.join})"


def _answer(question: ReportQuestion, grouping: Grouping | None) -> tuple[str, list[Any]]:
    numbers = _aggregates(connection.vendor)
    total = f"SELECT 1 AS is_total, NULL AS key, outcome, {numbers} FROM picked GROUP BY outcome"
    if grouping is None:
        return total, []
    groups = f"SELECT 0 AS is_total, key, outcome, {numbers} FROM source"
    if question.group_by != BY_PRODUCT:
        # The total is the sum of the groups.
        return f"{groups} GROUP BY key, outcome", []
    condition, parameters = _chosen_products(question)
    return f"{total} UNION ALL {groups} WHERE {condition} GROUP BY key, outcome", parameters


def _chosen_products(question: ReportQuestion) -> tuple[str, list[Any]]:
    """Where products were chosen, the others that were sold with them get no group."""
    products = question.filters.get("product")
    if not isinstance(products, tuple):
        return "1 = 1", []
    chosen = [value for value in products if value != NONE]
    conditions = [f"key IN ({', '.join(['%s'] * len(chosen))})"] if chosen else []
    conditions += ["key IS NULL"] if NONE in products else []
    return " OR ".join(conditions), chosen


def _aggregates(vendor: str) -> str:
    """Return the aggregates of a row."""
    as_list = _LIST[vendor]
    return (
        f"COUNT(*) AS deals, {_SUM[vendor]}, SUM(days), COUNT(days), "
        f"{as_list}(currency, ',') FILTER (WHERE amount IS NULL), "
        f"{as_list}(CAST(days AS TEXT), ',') FILTER (WHERE outcome = 'won')"
    )
