"""Shares in one statement of the database: first, last, linear, position-based and W-shaped.

The arithmetic is that of ``weighing`` and of ``config.common.money.split``, in whole numbers: every part is rounded
down, and the units left over go to the largest remainders, earlier touches first. Tests compare the two.
"""

from typing import Any

from django.db import connection

from campaigns.attribution.methods import Method
from campaigns.attribution.models import AttributionModel, AttributionRun, Share
from campaigns.attribution.windows import journey_sql

SETWISE = (Method.FIRST, Method.LAST, Method.LINEAR, Method.POSITION, Method.W_SHAPED)

_PLACED = """
    SELECT deal_id, touch_id, via_company, amount,
        CAST(ROUND(ABS(amount) * {scale}) AS BIGINT) AS units,
        ROW_NUMBER() OVER (PARTITION BY deal_id ORDER BY at, touch_id) AS place,
        COUNT(*) OVER (PARTITION BY deal_id) AS touches{more}
    FROM ({journeys}) journey
"""
_MILESTONES = """,
        SUM(CASE WHEN at <= lead_at THEN 1 ELSE 0 END) OVER (PARTITION BY deal_id) AS lead_place,
        SUM(CASE WHEN at <= opportunity_at THEN 1 ELSE 0 END) OVER (PARTITION BY deal_id) AS opportunity_place
"""
# One touch has all.
_ALONE = """
    SELECT deal_id, touch_id, via_company, {amount} AS amount, 1 AS weight FROM (
        SELECT *, units AS part FROM ({placed}) placed WHERE place = {which}
    ) parted
"""
# Equal weights leave equal remainders: the first ones get the units left over.
_EQUAL = """
    SELECT deal_id, touch_id, via_company, {amount} AS amount, {weight} AS weight FROM (
        SELECT *, 1 AS w, touches AS total,
            units / touches + CASE WHEN place <= units %% touches THEN 1 ELSE 0 END AS part
        FROM ({placed}) placed
    ) parted
"""
_WEIGHED = """
    SELECT deal_id, touch_id, via_company, {amount} AS amount, {weight} AS weight FROM (
        SELECT *, low + CASE WHEN
            ROW_NUMBER() OVER (PARTITION BY deal_id ORDER BY remainder DESC, place)
            <= units - SUM(low) OVER (PARTITION BY deal_id) THEN 1 ELSE 0 END AS part
        FROM (
            SELECT *, (units / total) * w + ((units %% total) * w) / total AS low,
                ((units %% total) * w) %% total AS remainder
            FROM (
                SELECT *, CAST(SUM(w) OVER (PARTITION BY deal_id) AS BIGINT) AS total FROM ({weights}) weighed
            ) summed
        ) divided
    ) parted
"""
_POSITION = """
    SELECT *, CAST(CASE WHEN touches <= 2 THEN 1 WHEN place IN (1, touches) THEN 2 * (touches - 2) ELSE 1 END AS BIGINT)
        AS w FROM ({placed}) placed
"""
_W_SHAPED = """
    SELECT *, CAST(CASE WHEN keys = 0 THEN 1 ELSE 3 * keys * CASE WHEN others = 0 THEN 1 ELSE others END END AS BIGINT)
        AS w
    FROM (
        SELECT *, SUM(CASE WHEN keys = 0 THEN 1 ELSE 0 END) OVER (PARTITION BY deal_id) AS others
        FROM (
            SELECT *, CASE WHEN place = 1 THEN 1 ELSE 0 END + CASE WHEN place = lead_place THEN 1 ELSE 0 END
                + CASE WHEN place = opportunity_place THEN 1 ELSE 0 END AS keys
            FROM ({placed}) placed
        ) keyed
    ) counted
"""


def insert_shares(run: AttributionRun, model: AttributionModel, minor_units: int) -> None:
    """Write all shares of a run."""
    sql, params = shares_sql(run, model, minor_units)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Share._meta.db_table} (run_id, deal_id, touch_id, via_company, amount, weight)"  # noqa: S608
            f" SELECT %s, shared.* FROM ({sql}) shared",
            [run.pk, *params],
        )


def shares_sql(run: AttributionRun, model: AttributionModel, minor_units: int) -> tuple[str, list[Any]]:
    """Return the query whose rows are the shares: deal, touch, whether of a colleague, amount, weight."""
    journeys, params = journey_sql(model, run)
    more = _MILESTONES if model.method == Method.W_SHAPED else ""
    placed = _PLACED.format(scale=10**minor_units, more=more, journeys=journeys)
    words = {"placed": placed, "amount": _amount(minor_units), "weight": _weight()}
    if model.method in (Method.FIRST, Method.LAST):
        return _ALONE.format(which="1" if model.method == Method.FIRST else "touches", **words), params
    if model.method == Method.LINEAR:
        return _EQUAL.format(**words), params
    weights = (_POSITION if model.method == Method.POSITION else _W_SHAPED).format(placed=placed)
    return _WEIGHED.format(weights=weights, **words), params


def _amount(minor_units: int) -> str:
    """Units of the last decimal as an amount, with the sign of the deal's money."""
    part = f"part * 1.0 / {10**minor_units}"
    if connection.vendor == "postgresql":
        # A product of decimals is exact, a quotient is not.
        part = f"part * {1 / 10**minor_units:.{minor_units}f}" if minor_units else "part::numeric"
    return f"CASE WHEN amount < 0 THEN -({part}) ELSE {part} END"


def _weight() -> str:
    return "ROUND(w::numeric / total, 18)" if connection.vendor == "postgresql" else "w * 1.0 / total"
