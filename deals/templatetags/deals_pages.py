"""How templates of deals write numbers.

Imports nothing of the admin: Django loads template tags before the admin's classes can be.
"""

from decimal import Decimal

from django import template

from config.common.money import show_number

register = template.Library()


@register.filter
def plain_number(value: Decimal) -> str:
    """Return a number with the reader's separators and no idle zeros."""
    return show_number(value.normalize())


@register.filter
def plain_rate(value: Decimal) -> str:
    """Return a rate with all its decimals and no idle zeros."""
    return f"{value.normalize():f}"
