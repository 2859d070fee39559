"""A process that begets workers and beats: ``python -m tests.reliability.working FOLDER``.

It loads everything once and forks what it is told on its standard input: ``worker NAME`` or ``beat NAME``; it answers
with the process group, which is there to be killed. In a hurry (``LEASE_SECONDS``) the dead are missed sooner.
"""

import os
import random
import signal
import sys
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from config.celery import app  # noqa: E402
from contacts.messages import sending  # noqa: E402
from deals.activities import delivering  # noqa: E402


@app.task(name="tests.nothing")
def do_nothing(number: int) -> None:
    """What a task costs that does nothing."""


def work(name: str) -> None:
    options = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING"]
    app.worker_main(["worker", "--pool=prefork", "--concurrency=2", f"--hostname={name}@test", *options])


def beat(name: str, folder: Path) -> None:
    app.start(["beat", f"--schedule={folder / name}", "--pidfile=", "--loglevel=WARNING"])


def beget(kind: str, name: str, folder: Path) -> int:
    child = os.fork()
    if child:
        return child
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(folder / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    random.seed()
    work(name) if kind == "worker" else beat(name, folder)
    os._exit(0)


def main(folder: Path) -> None:
    if seconds := os.environ.get("LEASE_SECONDS"):
        delivering.LEASE = timedelta(seconds=float(seconds))
        sending.LEASE = 1.5 * delivering.LEASE
    app.loader.import_default_modules()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        kind, name = line.split()
        print(beget(kind, name, folder), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
