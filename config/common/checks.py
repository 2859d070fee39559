"""System checks on settings: combinations that start but would hurt, each with an id."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from config.common import demo


@register(Tags.database)
def demo_logins_stay_out_of_production(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse people of the demo company where it isn't allowed: everybody knows their password.

    Asks the database, so it runs with ``check --database default`` and before every ``migrate``.
    """
    if settings.DEMO_COMPANY_ALLOWED or not databases:
        return []
    try:
        found = demo.is_loaded()
    except DatabaseError:
        # Nothing is here yet, and so nobody of the demo company.
        return []
    if not found:
        return []
    hint = f"Start with an empty database, or delete every user whose address ends in {demo.DOMAIN}."
    return [Error("The logins of the demo company are in a production database.", hint=hint, id="tandem.E001")]


@register(Tags.security, deploy=True)
def sqlite_is_for_one_machine(**kwargs: Any) -> list[CheckMessage]:
    """Warn when production runs on SQLite: one machine, one disk, no replica."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") and not settings.DEMO_COMPANY_ALLOWED:
        return [Warning("Production runs on SQLite.", hint="Set DATABASE_URL to PostgreSQL.", id="tandem.W001")]
    return []


@register(Tags.security)
def filesystem_broker_is_for_one_machine(**kwargs: Any) -> list[CheckMessage]:
    """Refuse the embedded broker beside PostgreSQL in production: workers of other machines would never see a task."""
    if settings.CELERY_BROKER_URL.startswith("filesystem") and not settings.DEMO_COMPANY_ALLOWED:
        return [
            Error(
                "Production uses the embedded file-system broker, which other machines can't reach.",
                hint="Set CELERY_BROKER_URL to Redis, for example redis://127.0.0.1:6379/0.",
                id="tandem.E002",
            )
        ]
    return []


@register(Tags.security)
def debug_is_off_in_production(**kwargs: Any) -> list[CheckMessage]:
    """Refuse debug pages where the demo company isn't allowed: they show settings and data."""
    if settings.DEBUG and not settings.DEMO_COMPANY_ALLOWED:
        return [Error("DEBUG is on in production.", hint="Unset DEBUG.", id="tandem.E003")]
    return []


@register(Tags.caches, deploy=True)
def throttles_need_a_shared_cache(**kwargs: Any) -> list[CheckMessage]:
    """Warn when each web process counts requests for itself."""
    if settings.CACHES["default"]["BACKEND"].endswith("LocMemCache") and not settings.DEMO_COMPANY_ALLOWED:
        return [
            Warning(
                "Each web process counts API requests for itself.", hint="Set CACHE_URL to Redis.", id="tandem.W004"
            )
        ]
    return []


@register(Tags.security)
def redis_hands_tasks_out_once(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a visibility timeout below the longest task: Redis would hand a running task to a second worker."""
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        return []
    timeout = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("visibility_timeout", 0)
    if timeout <= settings.CELERY_TASK_TIME_LIMIT:
        return [
            Error(
                "Redis would repeat tasks that are still running.",
                hint="visibility_timeout must be above CELERY_TASK_TIME_LIMIT.",
                id="tandem.E005",
            )
        ]
    return []


@register(Tags.security)
def links_lead_to_the_company(**kwargs: Any) -> list[CheckMessage]:
    """Refuse production without its own address: links in messages to customers would lead nowhere."""
    if settings.DEMO_COMPANY_ALLOWED or settings.SITE_URL.startswith(("https://", "http://")):
        return []
    hint = "Set SITE_URL to where people reach the back office, for example https://tandem.example.com."
    return [Error("Links in messages would lead nowhere: SITE_URL is no address.", hint=hint, id="tandem.E006")]


@register(Tags.security, deploy=True)
def mail_has_a_server(**kwargs: Any) -> list[CheckMessage]:
    """Warn when production was given no mail server: messages wait for one on this machine."""
    if settings.DEMO_COMPANY_ALLOWED or settings.EMAIL_HOST not in {"", "localhost"}:
        return []
    hint = "Set EMAIL_HOST (127.0.0.1 if a mail server runs on this machine), and DEFAULT_FROM_EMAIL."
    return [Warning("No mail server was given: no message may ever leave.", hint=hint, id="tandem.W007")]
