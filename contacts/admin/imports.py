"""Set up > Import: upload a file, look at the guessed mapping and the dry run, import, watch, read the result."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.common.admin.base import change_address, visible_or_404
from config.common.admin.navigation import Group, Item, register_item
from config.common.admin.pages import register_page, show_page
from config.common.money import show_number
from contacts.admin.import_mapping import mapping_from, mapping_table
from contacts.imports.errors import ImportRefused
from contacts.imports.guessing import guess_or_refuse
from contacts.imports.kinds import Kind, all_kinds, kind_called
from contacts.imports.mapping import parse
from contacts.imports.models import Import, Status
from contacts.imports.reading.tables import Table
from contacts.imports.starting import (
    ADD,
    change_mapping,
    may_import,
    request_check,
    request_start,
    request_stop,
    upload,
)
from contacts.tasks import enqueue_import

VIEW, CHANGE = "contacts.view_import", "contacts.change_import"
RUNS_A_PAGE, PROBLEMS_A_PAGE = 25, 20
_TONES = {Status.FINISHED: "good", Status.FAILED: "bad", Status.STOPPED: "warn", Status.READY: "warn"}


def register() -> None:
    """Put the page into the sidebar; called by ``ready``."""
    register_item(
        Item(Group.SET_UP, 40, gettext_lazy("Import"), "upload_file", "admin:contacts_import_changelist", VIEW)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def imports_page(request: HttpRequest) -> HttpResponse:
    """Show the form to upload a file, and the imports so far; take a file."""
    user: Any = request.user
    if not user.has_perm(VIEW):
        raise PermissionDenied
    kinds = [kind for kind in all_kinds() if may_import(user, kind)]
    error = ""
    if request.method == "POST":
        if not user.has_perm(ADD):
            raise PermissionDenied
        try:
            return HttpResponseRedirect(change_address(_take_file(request, kinds)))
        except ImportRefused as refusal:
            error = refusal.sentence
    runs = Import.objects.visible_to(user).select_related("created_by").defer("first_lines", "findings", "mapping")
    page = Paginator(runs, RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "media": Media(css={"all": ["contacts/imports.css"]}),
        "kinds": kinds,
        "chosen": request.POST.get("kind", ""),
        "error": error,
        "heading": _heading_of_list(page.paginator.count),
        "page": page,
        "runs": [_line(run) for run in page],
    }
    response = show_page(request, admin.site, "contacts/imports/list.html", _("Import"), **context)
    response.status_code = 400 if error else 200
    return response


@require_safe
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one import: its mapping and check, its progress, or what came of it."""
    run = _visible(request, pk)
    kind = kind_called(run.kind)
    problems = Paginator(run.problems.all(), PROBLEMS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "media": Media(css={"all": ["contacts/imports.css"]}),
        **_context(request, run, kind),
        "problems": problems,
        "problems_title": _title_of_problems(problems.paginator.count),
        "mapping": None,
    }
    if context["may_change"] and run.status in (Status.DRAFT, Status.READY, Status.FAILED) and not run.next_row:
        context["mapping"] = _mapping(run, kind)
    title = _("Import of %(file)s") % {"file": run.file_name}
    return show_page(request, admin.site, "contacts/imports/run.html", title, **context)


@require_safe
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the moving part of the page; once the work is done, have the whole page loaded again."""
    run = _visible(request, pk)
    response = render(request, "contacts/imports/progress.html", _context(request, run, kind_called(run.kind)))
    if not run.is_at_work:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def import_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Check again, start or stop; a refusal is shown as a sentence."""
    run = _visible(request, pk)
    user: Any = request.user
    if not user.has_perm(CHANGE) or not may_import(user, kind_called(run.kind)):
        raise PermissionDenied
    try:
        with transaction.atomic():
            _act(request, run)
    except ImportRefused as refusal:
        messages.error(request, refusal.sentence)
    return HttpResponseRedirect(change_address(run))


def _act(request: HttpRequest, run: Import) -> None:
    wanted = request.POST.get("act", "")
    if wanted == "check":
        kind = kind_called(run.kind)
        with run.file.open("rb") as file:
            mapping = mapping_from(request.POST.dict(), run, kind, parse(kind, run.mapping).open(file))
        enqueue_import(request_check(change_mapping(run, mapping)))
    elif wanted == "start":
        enqueue_import(request_start(run))
    elif wanted == "stop":
        request_stop(run)


def _take_file(request: HttpRequest, kinds: list[Kind]) -> Import:
    user: Any = request.user
    file: Any = request.FILES.get("file")
    if file is None:
        raise ImportRefused(_("Choose a file first."), code="file_missing")
    chosen = next((kind for kind in kinds if kind.code == request.POST.get("kind")), None)
    if chosen is None:
        sentence = _("The columns of this file don't say what it holds. Choose what it is, and upload it again.")
        chosen = guess_or_refuse(Table(file), kinds, sentence)
    with transaction.atomic():
        run = upload(chosen, file, file.name or "", by=user, all_or_nothing="all_or_nothing" in request.POST)
        run = request_check(run)
        enqueue_import(run)
    return run


def _visible(request: HttpRequest, pk: int) -> Import:
    user: Any = request.user
    if not user.has_perm(VIEW):
        raise PermissionDenied
    run: Import = visible_or_404(Import.objects.select_related("created_by").defer("first_lines"), user, pk)
    return run


def _context(request: HttpRequest, run: Import, kind: Kind) -> dict[str, Any]:
    user: Any = request.user
    return {
        "run": run,
        "kind": kind,
        "heading": heading(run, kind),
        "tone": _TONES.get(Status(run.status), ""),
        "may_change": user.has_perm(CHANGE) and may_import(user, kind),
        "savable": run.rows_new + run.rows_changed,
        "records_link": _records_link(kind, user),
        "counts": [
            (_("New"), show_number(run.rows_new)),
            (_("Changed"), show_number(run.rows_changed)),
            (_("Unchanged"), show_number(run.rows_unchanged)),
            (_("With problems"), show_number(run.rows_failed)),
        ],
    }


def _mapping(run: Import, kind: Kind) -> Any:
    try:
        with run.file.open("rb") as file:
            return mapping_table(run, kind, parse(kind, run.mapping).open(file))
    except (ImportRefused, OSError):
        return None


def heading(run: Import, kind: Kind) -> str:
    """Return how the import stands, as one sentence of numbers."""
    labels = {
        "total": show_number(run.rows_total),
        "done": show_number(run.next_row),
        "good": show_number(run.rows_new + run.rows_changed + run.rows_unchanged),
        "new": show_number(run.rows_new),
        "failed": show_number(run.rows_failed),
        "kind": str(kind.title).lower(),
    }
    sentences = {
        Status.DRAFT: _("Nothing is saved yet: the mapping needs you."),
        Status.CHECKING: _("Checking: %(done)s rows read. Nothing is saved yet."),
        Status.READY: ngettext(
            "%(total)s row of %(kind)s: %(good)s good, %(failed)s with problems. Nothing is saved yet.",
            "%(total)s rows of %(kind)s: %(good)s good, %(failed)s with problems. Nothing is saved yet.",
            run.rows_total,
        ),
        Status.RUNNING: _("Importing: %(done)s of %(total)s rows."),
        Status.FINISHED: _(
            "%(good)s of %(total)s rows of %(kind)s are saved, %(new)s of them new. %(failed)s have problems."
        ),
        Status.FAILED: _("The import failed after %(done)s of %(total)s rows."),
        Status.STOPPED: _("Stopped after %(done)s of %(total)s rows."),
    }
    return sentences[Status(run.status)] % labels


def _title_of_problems(count: int) -> str:
    return ngettext("%(count)s problem", "%(count)s problems", count) % {"count": show_number(count)}


def kind_title(run: Import) -> str:
    """Return what was imported, in words."""
    try:
        return str(kind_called(run.kind).title)
    except ImportRefused:
        return run.kind


def _line(run: Import) -> dict[str, Any]:
    return {
        "run": run,
        "kind": kind_title(run),
        "tone": _TONES.get(Status(run.status), ""),
        "numbers": [show_number(number) for number in (run.rows_total, run.rows_new, run.rows_failed)],
    }


def _heading_of_list(count: int) -> str:
    if not count:
        return _("Nothing was imported yet. Upload a CSV or Excel file of companies, contacts, products or deals.")
    return ngettext("%(count)s import so far.", "%(count)s imports so far.", count) % {"count": show_number(count)}


def _records_link(kind: Kind, user: Any) -> str:
    options = kind.model._meta
    if not user.has_perm(f"{options.app_label}.view_{options.model_name}"):
        return ""
    try:
        return reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    except NoReverseMatch:
        return ""


register_page("contacts/import/", "contacts_import_changelist", imports_page)
register_page("contacts/import/<int:pk>/change/", "contacts_import_change", import_page)
register_page("contacts/import/<int:pk>/progress/", "contacts_import_progress", import_progress)
register_page("contacts/import/<int:pk>/act/", "contacts_import_act", import_act)
