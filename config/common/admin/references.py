"""References on pages that are only read: a link for those who may open the record, a name for others, or neither."""

from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from unfold.fields import UnfoldAdminReadonlyField


def show_reference(field: Any, remote_field: Any, record: Any) -> SafeString | str:
    """Return a record as the reader of the form may see it; the admin's own way links and names every record."""
    reader: Any = getattr(field.form, "reader", None)
    options = record._meta
    rows = type(record)._default_manager.all()
    if reader is None:
        return str(record)
    seen = rows.visible_to(reader) if hasattr(rows, "visible_to") else rows
    # Whoever sees all rows needs no question.
    if seen.query.has_filters() and not seen.filter(pk=record.pk).exists():
        # Colleagues are known by name to everybody.
        return str(record) if options.label == settings.AUTH_USER_MODEL else _("a record you can't see")
    if not reader.has_perm(f"{options.app_label}.view_{options.model_name}"):
        return str(record)
    try:
        address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[record.pk])
    except NoReverseMatch:
        return str(record)
    return format_html('<a class="td-link" href="{}">{}</a>', address, record)


def install() -> None:
    """Let unfold's read-only fields show references this way."""
    UnfoldAdminReadonlyField.get_admin_url = show_reference
