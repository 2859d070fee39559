"""What the lists and pages of contacts and companies share: columns, filters, and the verbs on their pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from config.common.admin.base import TandemAdmin, change_address, display, sentence_of, visible_or_404
from config.common.admin.filters import ChoiceFilter, FieldFilter
from config.common.admin.showing import short_moment
from config.common.admin.widgets import Select
from config.common.errors import DomainError
from config.common.money import show_number
from contacts.admin.page import subject_page
from contacts.lifecycle.figures import OPEN_LEADS
from contacts.lifecycle.models import CauseKind
from contacts.lifecycle.moving import Cause, advance, step_back
from contacts.lifecycle.telling import short_name
from contacts.models import Company, Contact
from contacts.people.archiving import archive, restore
from contacts.people.countries import country_choices
from contacts.people.noting import add_note
from contacts.people.panels import Panel
from contacts.people.stages import LifecycleStage

LONGEST_REASON = 255


class StageFilter(FieldFilter):
    """How far in the lifecycle."""

    field = "lifecycle_stage"
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the stages, and those that marketing still works on together."""
        return [*super().lookups(request, model_admin), ("open-leads", _("Lead or MQL"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows in the chosen stage."""
        if self.value() == "open-leads":
            return queryset.filter(lifecycle_stage__in=OPEN_LEADS)
        return super().queryset(request, queryset)


class CountryFilter(FieldFilter):
    """Where."""

    field = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer all countries by name."""
        return list(country_choices())


class ArchiveFilter(ChoiceFilter):
    """In use (unless another choice is made), archived, or both."""

    title = gettext_lazy("archive")
    parameter_name = "archive"
    all_option: ClassVar = ("", gettext_lazy("In use"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the archive."""
        return [("archived", _("Archived")), ("all", _("In use and archived"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the archive out unless it is asked for."""
        rows: Any = queryset
        if self.value() == "all":
            return queryset
        found: QuerySet[Any] = rows.archived() if self.value() == "archived" else rows.live()
        return found


class SubjectAdmin(TandemAdmin):
    """The list and page of contacts or companies."""

    change_form_template = "contacts/subject.html"
    add_form_template = "admin/change_form.html"
    list_select_related: ClassVar = ("owner",)
    silent_history = ("archived_by",)
    # The name of the form for adding, and of the sentence that counts.
    add_form: ClassVar[Any] = None

    class Media:
        js: ClassVar = ("contacts/primary.js",)

    # --- The list -----------------------------------------------------------------------------------------------------

    @display(description=gettext_lazy("Stage"), ordering="lifecycle_stage")
    def stage(self, subject: Any) -> SafeString:
        """Return the stage as a badge."""
        code = subject.lifecycle_stage or ""
        badge = '<span class="td-badge td-stage-{}" title="{}">{}</span>'
        return format_html(badge, code, subject.get_lifecycle_stage_display() or "", short_name(code))

    @display(description=gettext_lazy("Changed"), ordering="updated_at")
    def changed(self, subject: Any) -> SafeString:
        """Return when anything about it changed last."""
        return short_moment(subject.updated_at)

    def counted(self, number: int) -> str:
        """Return the number of rows with their name, such as “3 contacts”."""
        raise NotImplementedError

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Return how many there are, in which stages, and how many nobody owns; in one query."""
        by_stage = {stage.value: Count("pk", filter=Q(lifecycle_stage=stage)) for stage in LifecycleStage}
        numbers = rows.aggregate(total=Count("pk"), unowned=Count("pk", filter=Q(owner__isnull=True)), **by_stage)
        stages = [
            f"{show_number(numbers[stage.value])} {short_name(stage.value)}"
            for stage in LifecycleStage
            if numbers[stage.value]
        ]
        sentence = f"{self.counted(numbers['total'])}: {', '.join(stages)}." if stages else f"{self.counted(0)}."
        if numbers["unowned"]:
            lonely = ngettext("%(number)s has no owner.", "%(number)s have no owner.", numbers["unowned"])
            sentence += " " + lonely % {"number": show_number(numbers["unowned"])}
        return sentence

    # --- Adding and changing ------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read the owner with each row."""
        return super().get_queryset(request).select_related("owner")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Choose the form: few fields to add, the details to change."""
        if obj is None:
            kwargs["form"] = self.add_form
        return super().get_form(request, obj, change=change, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let countries, languages and time zones be chosen by name."""
        if db_field.name in ("country", "language", "time_zone"):
            kwargs["widget"] = Select()
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer people who may sign in as owners; whoever owns it now stays, also when they left."""
        if db_field.name != "owner":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        people: Any = db_field.related_model._default_manager
        able = people.visible_to(request.user).filter(is_active=True, is_service=False)
        kwargs["queryset"] = people.filter(
            Q(pk__in=able.values("pk")) | Q(pk__in=self._row_of(request).values("owner"))
        )
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.offers_present = True
        return field

    def _row_of(self, request: HttpRequest) -> QuerySet[Any]:
        given = str(request.resolver_match.kwargs.get("object_id", "")) if request.resolver_match else ""
        rows: QuerySet[Any] = self.model._default_manager.all()
        return rows.filter(pk=int(given)) if given.isascii() and given.isdigit() and len(given) < 19 else rows.none()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is archived is only read until it is restored."""
        return not (obj is not None and obj.is_archived) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Add by the function that also begins the lifecycle."""
        if change:
            super().save_model(request, obj, form, change)
        else:
            obj.__dict__.update(form.add(by=request.user).__dict__)

    # --- The page -----------------------------------------------------------------------------------------------------

    def own_panels(self, request: HttpRequest, subject: Any, formsets: list[Any]) -> list[Panel]:
        """Return the panels that this app itself shows; ``formsets`` hold the parts that were read for the form."""
        return []

    def page_line(self, subject: Any, formsets: list[Any]) -> Any:
        """Return the line under the name."""
        return ""

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put everything about the subject around its details."""
        subject = kwargs.get("obj")
        if subject is not None:
            formsets = [each.formset for each in context["inline_admin_formsets"]]
            context.update(subject_page(request, subject, self.own_panels(request, subject, formsets)))
            context["page_line"] = self.page_line(subject, formsets)
            if box := context["box"]:
                context["media"] += Media(css={"all": box.styles}, js=box.scripts)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """Add the verbs."""
        verbs = {
            "advance": self.advance_view,
            "step-back": self.step_back_view,
            "note": self.note_view,
            "archive": self.archive_view,
            "restore": self.restore_view,
        }
        own = [
            path(
                f"<int:object_id>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"contacts_{self.opts.model_name}_{name}",
            )
            for name, view in verbs.items()
        ]
        return [*own, *super().get_urls()]

    def advance_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Move forward to the stage that was clicked; the page then offers to undo it."""

        def act(subject: Any) -> str:
            user: Any = request.user
            cause = Cause(CauseKind.PERSON, _("Moved forward by %(name)s") % {"name": user})
            change = advance(subject, to=request.POST.get("to", ""), cause=cause, by=user)
            if not user.has_perm("contacts.step_back_lifecycle"):
                stage = change.get_to_stage_display()
                messages.success(request, _("%(name)s is %(stage)s now.") % {"name": subject, "stage": stage})
            return f"?moved={change.pk}"

        return self._do(request, object_id, act)

    def step_back_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Move back, with a reason."""

        def act(subject: Any) -> str:
            user: Any = request.user
            reason = request.POST.get("reason", "").replace("\x00", "")[:LONGEST_REASON]
            change = step_back(subject, to=request.POST.get("to", ""), reason=reason, by=user)
            stage = change.get_to_stage_display()
            messages.success(request, _("%(name)s is %(stage)s again.") % {"name": subject, "stage": stage})
            return ""

        return self._do(request, object_id, act)

    def note_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Keep a note; it appears on the timeline, which says enough."""

        def act(subject: Any) -> str:
            add_note(subject, request.POST.get("body", ""), by=request.user)  # type: ignore[arg-type]
            return "#timeline"

        return self._do(request, object_id, act, permission="contacts.add_note")

    def archive_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Take out of use."""

        def act(subject: Any) -> str:
            reason = request.POST.get("reason", "").replace("\x00", "").strip()[:LONGEST_REASON]
            archive(subject, by=request.user, reason=reason)  # type: ignore[arg-type]
            messages.success(
                request, _("%(name)s is archived. You can restore it here at any time.") % {"name": subject}
            )
            return ""

        return self._do(request, object_id, act)

    def restore_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Bring back into use."""

        def act(subject: Any) -> str:
            restore(subject, by=request.user)  # type: ignore[arg-type]
            messages.success(request, _("%(name)s is in use again.") % {"name": subject})
            return ""

        return self._do(request, object_id, act)

    def _do(
        self, request: HttpRequest, object_id: int, act: Callable[[Contact | Company], str], permission: str = ""
    ) -> HttpResponse:
        """Find the row, check the permission, act in one transaction; show a refusal; go back to the page."""
        user: Any = request.user
        if not user.has_perm(f"contacts.view_{self.opts.model_name}"):
            raise PermissionDenied
        subject = visible_or_404(self.model._default_manager, user, object_id)
        if not user.has_perm(permission or f"contacts.change_{self.opts.model_name}"):
            raise PermissionDenied
        where = ""
        try:
            with transaction.atomic():
                where = act(subject)
        except (DomainError, ValidationError) as refusal:
            messages.error(request, sentence_of(refusal))
        return HttpResponseRedirect(change_address(subject) + where)
