"""What staff see of sales: the deals' list, board and pages, and the set-up behind them."""

from deals.admin import (
    activities,
    billing,
    currencies,
    deals,
    history,
    pipelines,
    policy,
    products,
    quotes,
    reasons,
    reports,
    sellers,
)

__all__ = [
    "activities",
    "billing",
    "currencies",
    "deals",
    "history",
    "pipelines",
    "policy",
    "products",
    "quotes",
    "reasons",
    "reports",
    "sellers",
]
