"""Registers integrations with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    """Events and their delivery, callers' keys, health."""

    name = "config.integrations"
    label = "integrations"
    verbose_name = _("Integrations")

    def ready(self) -> None:
        """Offer the floor what it asks for, connect the receivers."""
        from config.integrations import receivers, registrations  # noqa: PLC0415

        registrations.register()
        receivers.connect()
