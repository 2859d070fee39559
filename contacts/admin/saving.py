"""Saving a contact together with its parts, as one step of its history."""

from collections.abc import Sequence

from config.common.history import as_reason
from config.common.saving import save_changed
from contacts.models import Contact


def save_with_parts(contact: Contact, columns: Sequence[str], notes: Sequence[str]) -> None:
    """Save the changed columns, and note what became of the parts; nothing changed saves nothing."""
    if not columns and not notes:
        return
    # Parts have no history of their own: the contact's says what became of them.
    contact._change_reason = as_reason(notes) or None  # type: ignore[attr-defined]
    save_changed(contact, columns)
