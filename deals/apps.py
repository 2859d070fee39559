"""Registers deals with Django and with contacts below."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DealsConfig(AppConfig):
    """What sales does."""

    name = "deals"
    verbose_name = _("Sales")

    def ready(self) -> None:
        """Register with the floor and with contacts."""
        from deals import receivers, registrations  # noqa: PLC0415

        registrations.register()
        receivers.connect()
