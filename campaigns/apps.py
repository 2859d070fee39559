"""Registers campaigns with Django and with the floor."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    """What marketing does."""

    name = "campaigns"
    verbose_name = _("Marketing")

    def ready(self) -> None:
        """Register with the floor and with the apps below."""
        from campaigns import receivers, registrations  # noqa: PLC0415

        registrations.register()
        receivers.connect()
