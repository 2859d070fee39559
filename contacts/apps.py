"""Registers contacts with Django and with the floor."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    """Whom both departments know."""

    name = "contacts"
    verbose_name = _("Contacts")

    def ready(self) -> None:
        """Register subjects of events, offer permissions to the shipped roles, connect receivers."""
        from contacts import receivers, registrations  # noqa: PLC0415

        registrations.register()
        receivers.connect()
