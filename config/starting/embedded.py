"""The processes of ``manage.py up``: what web, worker and beat do when they are children of one supervisor.

On servers the same three run from gunicorn's and Celery's own commands, with the same settings.
"""

import os
import socket
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from celery.exceptions import WorkerShutdown
from celery.signals import worker_shutting_down
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from config.celery import app as celery
from config.starting.supervisor import die_with_parent

WEB_PROCESSES = 2
THREADS = 8
SECONDS_TO_FINISH = 3


def bodies(listener: socket.socket) -> Mapping[str, Callable[[], object]]:
    """Load the application, and return what each child does; ``web`` answers at ``listener``."""
    _make_folders()
    application = get_wsgi_application()
    # Imports every view once, here, so that no child has to.
    get_resolver().url_patterns  # noqa: B018
    return {
        "web": _Web(application, listener).run,
        "worker": partial(_without, listener, _work),
        "beat": partial(_without, listener, _beat),
    }


class _Web(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured here instead of from its command line."""

    def __init__(self, application: Any, listener: socket.socket) -> None:
        self._application = application
        self._listener = listener
        super().__init__()

    def load_config(self) -> None:
        for name, value in {
            "bind": f"fd://{self._listener.fileno()}",
            "worker_class": "gthread",
            "workers": WEB_PROCESSES,
            "threads": THREADS,
            "preload_app": True,
            "control_socket_disable": True,
            "graceful_timeout": SECONDS_TO_FINISH,
            "loglevel": "warning",
            "proc_name": "tandem",
            "post_fork": _tie_to_arbiter,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._application


def _tie_to_arbiter(arbiter: object, worker: Any) -> None:
    die_with_parent(worker.ppid)


def _without(listener: socket.socket, body: Callable[[], object]) -> object:
    listener.close()
    return body()


def _work() -> None:
    worker_shutting_down.connect(_stop_waiting_for_messages)
    # Threads, because a pool of processes would have children of its own to outlive it.
    worker = celery.Worker(
        pool_cls="threads",
        concurrency=THREADS // 2,
        hostname=f"tandem-{os.getpid()}@localhost",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    raise SystemExit(worker.exitcode)


def _stop_waiting_for_messages(**kwargs: Any) -> None:
    """Leave the wait for messages, which else lasts seconds; tasks that run are still finished."""
    raise WorkerShutdown(0)


def _beat() -> None:
    celery.Beat(quiet=True).run()


def _make_folders() -> None:
    """Make the folders that the static files and the filesystem transport of messages expect."""
    folders = [str(settings.STATIC_ROOT)]
    for name, value in settings.CELERY_BROKER_TRANSPORT_OPTIONS.items():
        if name.endswith(("folder_in", "folder_out", "control_folder")):
            folders.append(value)
    for folder in folders:
        Path(folder).mkdir(parents=True, exist_ok=True)
