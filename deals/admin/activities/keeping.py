"""Keeps what a log box says: what happened and the next step, in one transaction; then goes back to where one was."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.common.admin.base import change_address, sentence_of, visible_or_404
from config.common.admin.pages import register_page, show_page
from config.common.admin.toasts import show_toast
from config.common.errors import DomainError
from contacts.models import Company, Contact, User
from contacts.people.noting import add_note as note_on_person
from deals.activities.doing import Logged, log
from deals.activities.kinds import ActivityKind
from deals.activities.planning import plan
from deals.activities.shifting import change_activity
from deals.admin.activities.about import AboutWidget
from deals.admin.activities.log_box import NO_STEP, NOTE, USUAL_DAYS, LogBox, LogForm, first_fault, log_box
from deals.admin.activities.showing import short_day
from deals.admin.reading import as_id, next_of, reader_of
from deals.models import Activity, Deal
from deals.pipeline.noting import add_note as note_on_deal

_MODELS: dict[str, Any] = {"completes": Activity, "deal": Deal, "contact": Contact, "company": Company}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is logged about: the promise that is kept by it, or a deal, a contact, a company."""

    rows: dict[str, Any]

    @property
    def completes(self) -> Activity | None:
        """The promise, if it is one."""
        promise: Activity | None = self.rows.get("completes")
        return promise

    @property
    def records(self) -> dict[str, Any]:
        """The deal, contact and company."""
        return {name: row for name, row in self.rows.items() if name != "completes"}

    @property
    def page(self) -> str:
        """Where one goes if nobody says where."""
        row = next(iter(self.rows.values()), None)
        return change_address(row) if row is not None else reverse("admin:index")


@require_http_methods(["GET", "HEAD", "POST"])
def log_page(request: HttpRequest) -> HttpResponse:
    """Keep what the box says; show the box on a page of its own where nothing was sent, or what was sent is refused."""
    user = reader_of(request)
    if not user.has_perm("deals.add_activity"):
        raise PermissionDenied
    subject = _subject(request.POST if request.method == "POST" else request.GET, user)
    if request.method != "POST":
        kind = request.GET.get("kind", "")
        box = _box(subject, kind=kind if kind in {*ActivityKind.values, NOTE} else ActivityKind.CALL)
        return _page(request, subject, box)
    form = LogForm(request.POST, reader=user, completes=subject.completes)
    if form.is_valid():
        try:
            with transaction.atomic():
                subject = Subject({**form.cleaned_data["about"], **subject.rows})
                logged = _keep(form, subject, by=user)
        except (DomainError, ValidationError) as refusal:
            form.add_error(None, sentence_of(refusal))
        else:
            _tell(request, form, subject, logged)
            return HttpResponseRedirect(next_of(request) or subject.page)
    if request.headers.get("HX-Request"):
        # What was typed stays where it is.
        return HttpResponse(first_fault(form), status=409, content_type="text/plain; charset=utf-8")
    return _page(request, subject, _box(subject, form=form, next_address=next_of(request)))


def _subject(given: QueryDict, user: User) -> Subject:
    rows = {
        name: visible_or_404(model.objects, user, as_id(given[name]))
        for name, model in _MODELS.items()
        if given.get(name)
    }
    if "completes" in rows and not user.has_perm("deals.change_activity"):
        raise PermissionDenied
    return Subject(rows)


def _box(subject: Subject, **options: Any) -> LogBox:
    about = {name: row.pk for name, row in subject.rows.items()}
    if subject.completes is not None:
        options.setdefault("kind", subject.completes.kind)
    return log_box("page", about, next_days=USUAL_DAYS if subject.rows else NO_STEP, **options)


def _page(request: HttpRequest, subject: Subject, box: LogBox) -> HttpResponse:
    named = [str(row) for row in subject.rows.values()]
    title = _("Log: %(what)s") % {"what": " · ".join(named)} if named else _("Log what happened")
    page = show_page(
        request, admin.site, "deals/activities/log.html", title, box=box, back=subject.page, media=AboutWidget().media
    )
    page.status_code = 409 if box.errors else 200
    return page


def _keep(form: LogForm, subject: Subject, *, by: User) -> "Noted | Logged":
    given, completes = form.cleaned_data, subject.completes
    following: dict[str, Any] = {
        "next_step": given["next_step"],
        "next_kind": given["next_kind"] or ActivityKind.CALL,
        "next_on": form.next_on(),
    }
    if given["kind"] == NOTE:
        return _note(given["body"], subject, by=by, **following)
    if completes is not None and completes.kind != given["kind"]:
        completes = change_activity(completes, by=by, kind=given["kind"])
    return log(
        kind=given["kind"],
        what_happened=given["body"],
        by=by,
        outcome=given["outcome"],
        completes=completes,
        **subject.records,
        **following,
    )


def _note(body: str, subject: Subject, *, by: User, next_step: str, next_kind: str, next_on: Any) -> "Noted | Logged":
    records = subject.records
    if not records:
        raise ValidationError(_("A note is about a deal, a contact or a company. Choose another kind."))
    is_on_deal = "deal" in records
    if not by.has_perm("deals.add_dealnote" if is_on_deal else "contacts.add_note"):
        raise PermissionDenied
    if is_on_deal:
        note_on_deal(records["deal"], body, by=by)
    else:
        note_on_person(next(iter(records.values())), body, by=by)
    if next_on is None:
        return Noted(None)
    words = next_step or str(ActivityKind(next_kind).label)
    return Noted(plan(kind=next_kind, subject=words, owner=by, by=by, due_on=next_on, **records))


@dataclass(frozen=True, slots=True)
class Noted:
    """What a note left behind: the next step, if one was promised."""

    next_step: Activity | None


def _tell(request: HttpRequest, form: LogForm, subject: Subject, logged: Logged | Noted) -> None:
    step = logged.next_step
    done = _("Noted.") if form.cleaned_data["kind"] == NOTE else _("Logged.")
    if step is not None and step.due_on is not None:
        day = short_day(step.due_on, timezone.localdate())
        done += " " + _("Next: %(step)s, %(day)s.") % {"step": step.subject, "day": day}
    if subject.completes is None:
        show_toast(request, done)
        return
    back = reverse("admin:deals_activity_reopen", args=[subject.completes.pk])
    show_toast(request, done, undo=back, fields={"also": step.pk} if step is not None else None)


register_page("activities/log/", "activity_log", log_page)
