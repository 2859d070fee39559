"""Registers the floor with Django: the admin site of the house and the system checks."""

from contextlib import suppress
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig


class TandemAdminConfig(AdminConfig):
    """Django's admin with the house's own site."""

    default_site = "config.common.admin.site.TandemAdminSite"


class CommonConfig(AppConfig):
    """The floor as an app: templates, static files, commands."""

    name = "config.common"
    label = "common"

    def ready(self) -> None:
        """Make the Celery application current, register the system checks and what SQLite lacks."""
        from config import celery  # noqa: F401, PLC0415
        from config.common import checks, sql  # noqa: F401, PLC0415

        make_broker_folders()


def make_broker_folders() -> None:
    """Make the folders that the embedded broker passes messages through, so that any command can announce."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if folder := options.get(name):
            # A folder that can't be written to is told by whoever needs it: a lost nudge loses nothing.
            with suppress(OSError):
                Path(folder).mkdir(parents=True, exist_ok=True)
