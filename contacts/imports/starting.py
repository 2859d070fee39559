"""What people and integrations do with runs: upload a file, change the mapping, check, start, stop."""

import hashlib
import json
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.imports.errors import ImportRefused
from contacts.imports.guessing import guess_mapping
from contacts.imports.kinds import Kind, kind_called
from contacts.imports.mapping import parse
from contacts.imports.models import AT_WORK, Import, Status
from contacts.imports.reading.tables import Table
from contacts.staff.models import User

LARGEST_FILE = 100 * 1024 * 1024
ADD = "contacts.add_import"


def may_import(user: User, kind: Kind) -> bool:
    """Say whether the user's role allows to import records of this kind."""
    return user.has_perm(ADD) and user.has_perms(kind.permissions)


def upload(
    kind: Kind,
    file: Any,
    file_name: str,
    *,
    by: User | None,
    mapping: dict[str, Any] | None = None,
    all_or_nothing: bool = False,
) -> Import:
    """Keep a file as a draft, with the given mapping or a guessed one. Raises ImportRefused if it is no table."""
    if by is not None and not may_import(by, kind):
        raise ImportRefused(
            _("Your role may not import %(kind)s. Ask an administrator.") % {"kind": kind.title},
            code="import_not_allowed",
        )
    if file.size > LARGEST_FILE:
        sentence = _("The file is larger than %(most)s MB. Split it and import the parts.")
        raise ImportRefused(sentence % {"most": LARGEST_FILE // 1024 // 1024}, code="file_too_large")
    if mapping is None:
        mapping = guess_mapping(kind, Table(file))
    checked = parse(kind, mapping)
    checked.open(file)
    run = Import(
        kind=kind.code,
        file_name=file_name[:255],
        mapping=checked.as_json(),
        all_or_nothing=all_or_nothing,
        created_by=by,
    )
    run.digest = digest_of(file, kind, run.mapping, all_or_nothing)
    file.seek(0)
    run.file.save(file_name, File(file), save=True)
    return run


def digest_of(file: Any, kind: Kind, mapping: dict[str, Any], all_or_nothing: bool) -> str:
    """Return what tells the same file imported in the same way from any other."""
    file.seek(0)
    digest = hashlib.sha256(json.dumps([kind.code, mapping, all_or_nothing], sort_keys=True).encode())
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def interrupted(digest: str) -> Import | None:
    """Return the run of this file and mapping that was begun and is not done, if there is one."""
    return Import.objects.filter(digest=digest, status__in=AT_WORK).order_by("-pk").first()


@transaction.atomic
def change_mapping(run: Import, mapping: dict[str, Any]) -> Import:
    """Give a run that is not at work another mapping; what an earlier check found is forgotten."""
    run = _lock(run)
    _refuse_at_work(run)
    if run.next_row:
        raise ImportRefused(
            _("Rows of this import are saved already. Upload the file again to import it in another way."),
            code="import_begun",
        )
    run.mapping, run.status, run.message, run.findings = (
        parse(kind_called(run.kind), mapping).as_json(),
        Status.DRAFT,
        "",
        {},
    )
    run.save()
    return run


@transaction.atomic
def request_check(run: Import, *, then_write: bool = False) -> Import:
    """Queue a run to be checked, and written too if the caller wants no look at the result in between."""
    run = _lock(run)
    _refuse_at_work(run)
    if run.next_row:
        raise ImportRefused(_("Rows of this import are saved already. Start it again to go on."), code="import_begun")
    run.status, run.check_only, run.message, run.findings = Status.CHECKING, not then_write, "", {}
    run.rows_new = run.rows_changed = run.rows_unchanged = run.rows_failed = 0
    return _queue(run)


@transaction.atomic
def request_start(run: Import) -> Import:
    """Queue a run to be written, from where it was if it had begun."""
    run = _lock(run)
    _refuse_at_work(run)
    if run.status == Status.FINISHED:
        raise ImportRefused(
            _("This import is finished. Upload the file again to repeat it: nothing is made twice."),
            code="import_finished",
        )
    if run.findings.get("questions"):
        raise ImportRefused(run.message, code="import_needs_answer")
    if not run.next_row:
        run.rows_new = run.rows_changed = run.rows_unchanged = run.rows_failed = 0
        run.problems.all().delete()
    run.status, run.message = Status.RUNNING, ""
    return _queue(run)


@transaction.atomic
def request_stop(run: Import) -> Import:
    """Ask the worker to stop after the present chunk; a run that nobody has begun stops at once."""
    if run.all_or_nothing and run.status == Status.RUNNING and run.claimed_at:
        # Its row is locked until the end: nobody needs to wait for that to read this sentence.
        raise ImportRefused(
            _("This import saves all rows at once or none, so it can't be stopped half-way."),
            code="import_all_or_nothing",
        )
    run = _lock(run)
    if not run.is_at_work:
        raise ImportRefused(_("This import is not running."), code="import_not_running")
    if run.claimed_at is None:
        run.status = Status.STOPPED if run.status == Status.RUNNING else Status.DRAFT
        run.finished_at = timezone.now() if run.status == Status.STOPPED else None
    else:
        run.stop_requested = True
    run.save()
    return run


def _queue(run: Import) -> Import:
    run.lease, run.claimed_at, run.attempts, run.stop_requested = "", None, 0, False
    run.started_at, run.finished_at = run.started_at or timezone.now(), None
    run.save()
    return run


def _lock(run: Import) -> Import:
    # The caller's copy may be stale: decide on the locked row.
    return Import.objects.select_for_update(of=("self",)).get(pk=run.pk)


def _refuse_at_work(run: Import) -> None:
    if run.is_at_work:
        raise ImportRefused(_("This import is being worked on. Stop it first, or wait."), code="import_running")
