"""Addresses that hold outside of a request: in messages, feeds and documents."""

from django.conf import settings
from django.db.models import Model
from django.urls import NoReverseMatch, reverse


def absolute(path: str) -> str:
    """Return the whole address of a path of the back office, as people reach it from anywhere."""
    return f"{settings.SITE_URL}/{path.lstrip('/')}"


def page_of(record: Model) -> str:
    """Return the whole address of a record's page in the back office; an empty string where it has none."""
    try:
        name = f"admin:{record._meta.app_label}_{record._meta.model_name}_change"
        return absolute(reverse(name, args=[record.pk]))
    except NoReverseMatch:
        return ""
