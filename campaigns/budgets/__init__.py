"""Budgets: what is planned by channel and month, what is committed, what was spent, what is left."""
