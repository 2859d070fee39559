"""The admin of this app: thin, one noun a module."""

from contacts.admin import (
    account,
    companies,
    consent,
    contacts,
    imports,
    lifecycle,
    messages,
    notifications,
    roles,
    teams,
    users,
)

__all__ = [
    "account",
    "companies",
    "consent",
    "contacts",
    "imports",
    "lifecycle",
    "messages",
    "notifications",
    "roles",
    "teams",
    "users",
]
