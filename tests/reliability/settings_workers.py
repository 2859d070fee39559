"""The settings of tests, but tasks go through a broker to workers, and mail goes to a server."""

import os

from config.settings.test import *  # noqa: F403

CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_URL = os.environ["CELERY_BROKER_URL"]
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 2 * 60 * 60, "socket_connect_timeout": 3}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
_SWEPT_EVERY = float(os.environ.get("SWEPT_EVERY", "5"))
CELERY_BEAT_SCHEDULE = {
    "deliver-due-reminders": {"task": "deals.sweep_reminders", "schedule": _SWEPT_EVERY},
    "send-due-messages": {"task": "contacts.sweep_messages", "schedule": _SWEPT_EVERY},
}
