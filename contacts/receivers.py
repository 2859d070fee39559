"""The complete list of what contacts reacts to: migrations ship roles and purposes, messages that are due are sent."""

from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate

from contacts import signals, tasks
from contacts.consent.shipping import ship_purposes
from contacts.staff.roles import ship_roles

_OWN_APPS = ("contacts", "deals", "campaigns")


def connect() -> None:
    """Connect the receivers; called once by ``ready``."""
    post_migrate.connect(ship_roles_after_migrating, dispatch_uid="contacts.ship_roles")
    post_migrate.connect(ship_purposes_after_migrating, dispatch_uid="contacts.ship_purposes")
    signals.message_due.connect(send_due_message, dispatch_uid="contacts.send_due_message")


def ship_roles_after_migrating(app_config: AppConfig, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Make the shipped roles and complete them with the permissions of the app that was just migrated."""
    if app_config.label in _OWN_APPS and using == DEFAULT_DB_ALIAS:
        ship_roles()


def ship_purposes_after_migrating(app_config: AppConfig, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Ship what we may ask people's consent for."""
    if app_config.label == "contacts" and using == DEFAULT_DB_ALIAS:
        ship_purposes()


def send_due_message(*, message: int, **kwargs: Any) -> None:
    """Ask a worker to send a message that was just queued."""
    tasks.enqueue_message(message)
