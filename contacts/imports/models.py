"""Runs of imports and the problems they found."""

import secrets
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from config.common.models import TimeStampedModel
from contacts.staff.models import Scope, User

# A runner renews its lease with every chunk; one that died frees the run after this long.
LEASE_EXPIRES_AFTER = timedelta(seconds=60)


class Status(models.TextChoices):
    """How a run stands."""

    DRAFT = "draft", _("Draft")
    CHECKING = "checking", _("Being checked")
    READY = "ready", _("Waiting for you")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")


AT_WORK = (Status.CHECKING, Status.RUNNING)


def place_of_file(row: "Import", name: str) -> str:
    """Return where an uploaded file is kept: under a name that nobody can guess, served by no address."""
    ending = name.rpartition(".")[2].lower()
    ending = ending if ending.isascii() and ending.isalnum() and len(ending) <= 5 else "csv"
    return f"imports/{secrets.token_hex(16)}.{ending}"


class ImportQuerySet(models.QuerySet["Import"]):
    """Questions about runs."""

    def visible_to(self, user: User) -> Self:
        """Own runs; all for those who see everything."""
        if not user.is_active:
            return self.none()
        return self.all() if user.scope == Scope.ALL else self.filter(created_by=user)

    def search(self, text: str) -> Self:
        """Runs whose file's name contains the text."""
        return self.filter(file_name__icontains=text)

    def abandoned(self, now: Any) -> Self:
        """Runs that should be worked on and that nobody works on."""
        free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - LEASE_EXPIRES_AFTER)
        return self.filter(free, status__in=AT_WORK)


class Import(TimeStampedModel):
    """One run: a file, how it is read, how far it has come and what came of it."""

    Status = Status

    kind = models.CharField(_("kind"), max_length=40)
    file = models.FileField(_("file"), upload_to=place_of_file, max_length=200)
    file_name = models.CharField(_("file name"), max_length=255)
    # Tells a run of the same file and mapping that was interrupted from a new one.
    digest = models.CharField(max_length=64, editable=False, default="")
    mapping = models.JSONField(_("mapping"), default=dict)
    all_or_nothing = models.BooleanField(_("all or nothing"), default=False)
    # Whether rows are written as soon as they were checked, or a person looks at the check first.
    check_only = models.BooleanField(_("only check"), default=True)

    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.DRAFT, editable=False)
    rows_total = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    # The checkpoint: how many rows of the writing order are done. Saved in the transaction that wrote them.
    next_row = models.PositiveIntegerField(_("rows done"), default=0, editable=False)
    # Lines that are written before the others, chunk by chunk: decided once, so that the checkpoint keeps its meaning.
    first_lines = models.JSONField(default=list, editable=False)
    rows_new = models.PositiveIntegerField(_("new"), default=0, editable=False)
    rows_changed = models.PositiveIntegerField(_("changed"), default=0, editable=False)
    rows_unchanged = models.PositiveIntegerField(_("unchanged"), default=0, editable=False)
    rows_failed = models.PositiveIntegerField(_("with problems"), default=0, editable=False)
    # What the check found besides problems of rows: names that match nothing, questions, formats.
    findings = models.JSONField(default=dict, editable=False)
    message = models.CharField(_("message"), max_length=1000, blank=True, default="", editable=False)

    stop_requested = models.BooleanField(default=False, editable=False)
    # Who works on the run (host, process, claim) and since when; renewed with every chunk.
    lease = models.CharField(max_length=120, blank=True, default="", editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Claims since the last progress: a run that kills every process that touches it is given up.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("by"),
    )
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)

    objects = ImportQuerySet.as_manager()

    class Meta(TimeStampedModel.Meta):
        ordering = ("-created_at", "-id")
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(status__in=Status.values), name="contacts_import_status_known"),
            models.CheckConstraint(
                condition=Q(next_row=F("rows_new") + F("rows_changed") + F("rows_unchanged") + F("rows_failed"))
                | ~Q(status__in=("running", "finished", "stopped")),
                name="contacts_import_counts_every_row_once",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["-created_at", "-id"], name="contacts_import_newest"),
            models.Index(
                fields=["claimed_at"], name="contacts_import_at_work", condition=Q(status__in=("checking", "running"))
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has, or soon will have, something to do with the run."""
        return self.status in AT_WORK

    @property
    def rows_saved(self) -> int:
        """How many rows are in the database because of this run, or were there already."""
        return self.rows_new + self.rows_changed + self.rows_unchanged

    @property
    def percent(self) -> int:
        """How far the run has come."""
        return min(100, self.next_row * 100 // self.rows_total) if self.rows_total else 0

    @property
    def counts(self) -> dict[str, int]:
        """Rows by what became of them."""
        return {
            "new": self.rows_new,
            "changed": self.rows_changed,
            "unchanged": self.rows_unchanged,
            "failed": self.rows_failed,
        }


class ImportLane(models.Model):
    """One a kind: the row that a run locks while it writes a chunk, so that two files can't make the same record."""

    kind = models.CharField(max_length=40, primary_key=True)

    objects: ClassVar[models.Manager["ImportLane"]] = models.Manager()

    class Meta:
        ordering = ("kind",)
        verbose_name = _("lane of imports")
        verbose_name_plural = _("lanes of imports")

    def __str__(self) -> str:
        return self.kind


class ImportProblemQuerySet(models.QuerySet["ImportProblem"]):
    """Questions about problems."""

    def visible_to(self, user: User) -> Self:
        """Problems of runs that the user may see."""
        return self.filter(run__in=Import.objects.visible_to(user).values("pk"))


class ImportProblem(models.Model):
    """A row that was not saved: which line and column, which value, and what to do about it."""

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="problems", verbose_name=_("import"))
    line = models.PositiveIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=200, blank=True, default="")
    value = models.CharField(_("value"), max_length=200, blank=True, default="")
    code = models.CharField(_("code"), max_length=60)
    sentence = models.CharField(_("what is wrong"), max_length=1000)

    objects = ImportProblemQuerySet.as_manager()

    class Meta:
        ordering = ("line", "id")
        verbose_name = _("problem of an import")
        verbose_name_plural = _("problems of imports")
        indexes: ClassVar = (models.Index(fields=["run", "line"], name="contacts_importproblem_of_run"),)

    def __str__(self) -> str:
        return f"{self.line}: {self.sentence}"
