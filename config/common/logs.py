"""Log lines: readable on a terminal, JSON in production, never with secrets or people's addresses."""

import logging
import logging.config
import re
from typing import Any

import structlog
from django.conf import settings as django_settings

from config.common.requests import request_id

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_SECRETS = re.compile(r"(password|token|secret|authorization|cookie|signature)", re.IGNORECASE)


def _add_request_id(logger: Any, name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if current := request_id():
        event["request_id"] = current
    return event


def mask(logger: Any, name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Replace secrets whole and e-mail addresses in part, in every value of a log line."""
    for key, value in event.items():
        if key != "event" and _SECRETS.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = _EMAIL.sub("***@***", value)
    return event


def configure(settings: dict[str, Any]) -> None:
    """Set up logging for the whole process (called by Django with ``LOGGING``, whose keys win)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        structlog.processors.format_exc_info,
        mask,
    ]
    as_json = bool(getattr(django_settings, "LOG_AS_JSON", False))
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    level = getattr(django_settings, "LOG_LEVEL", "INFO")
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.request": {"level": "ERROR"},
                "axes": {"level": "ERROR"},
                "celery": {"level": "WARNING"},
            },
            **settings,
        }
    )
