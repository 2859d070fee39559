"""Bases of all admin pages: rows one may see, refusals in sentences, nobody's change overwritten, nothing deleted."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin as DjangoModelAdmin
from django.contrib.admin import ShowFacets
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.common.admin import references
from config.common.admin.filters import chips
from config.common.admin.list_links import list_links
from config.common.admin.pages import show_page
from config.common.admin.versions import VersionedForm
from config.common.admin.widgets import KnownAutocomplete
from config.common.bounds import is_id
from config.common.errors import DomainError
from config.common.history import steps
from config.common.saving import save_changed

if TYPE_CHECKING:
    # Unfold has no types; its classes keep the promises of those they extend.
    from django.contrib.admin import ModelAdmin, StackedInline, TabularInline

    Method = TypeVar("Method", bound=Callable[..., Any])

    def action(**options: Any) -> Callable[[Method], Method]:
        """Make a method an action of a list or a page."""

    def display(**options: Any) -> Callable[[Method], Method]:
        """Say how a method is shown as a column."""

else:
    from unfold.admin import ModelAdmin, StackedInline, TabularInline
    from unfold.decorators import action, display

__all__ = [
    "Inline",
    "ReadOnlyAdmin",
    "StackedInline",
    "TandemAdmin",
    "action",
    "apply_to_each",
    "change_address",
    "display",
    "sentence_of",
    "visible_or_404",
]

references.install()

MOST_REFUSALS_SHOWN = 5
MOST_STEPS_OF_HISTORY = 100


class _VisibleRelations:
    """References offer, and accept, only rows that the user may see."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Limit the choices of a foreign key."""
        kwargs.setdefault("queryset", _visible_rows(db_field.related_model, request))
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", KnownAutocomplete(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Limit the choices of a many-to-many field."""
        kwargs.setdefault("queryset", _visible_rows(db_field.related_model, request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Leave out the pop-up buttons beside references: records are opened from their own pages."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


def _visible_rows(model: Any, request: HttpRequest) -> QuerySet[Any]:
    return _visible(model._default_manager.all(), request)


def _visible(rows: Any, request: HttpRequest) -> QuerySet[Any]:
    seen: QuerySet[Any] = rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows
    return seen


class TandemAdmin(_VisibleRelations, ModelAdmin[Any]):
    """A list and a page for one model.

    ``heading(request, rows)`` returns the sentence of numbers above the list. Rows are found by the QuerySet's own
    ``search``. Deleting is off: rows are archived or retired through their functions. After saving one stays on the
    row. The history page tells who changed which field, for models that keep history.
    """

    form = VersionedForm
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    list_filter_submit = True
    list_filter_sheet = True
    # A count for each choice of each filter costs a query each.
    show_facets = ShowFacets.NEVER
    warn_unsaved_form = True
    compressed_fields = True
    empty_value_display = "–"
    list_before_template = "admin/list_heading.html"
    # Makes the admin show a search box; the QuerySet knows where to look.
    search_fields: ClassVar[tuple[str, ...]] = ("pk",)
    # Columns that addresses may filter by, besides those of ``list_filter``.
    linked_lookups: ClassVar[tuple[str, ...]] = ()
    # Fields that the history page leaves out.
    silent_history: ClassVar[tuple[str, ...]] = ()

    def heading(self, request: HttpRequest, rows: QuerySet[Any]) -> str:
        """Return one sentence of computed numbers about the rows of the list, or nothing."""
        return ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows that the user may see; every page, action, search and autocomplete starts here."""
        return _visible(super().get_queryset(request), request)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Ask the QuerySet to search, as the API and the palette do."""
        text = search_term.replace("\x00", "").strip()
        if text and hasattr(queryset, "search"):
            return queryset.search(text), False
        return super().get_search_results(request, queryset, text)

    def get_paginator(self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> Any:
        """Put rows that lost their order (counting a column groups them) back into the usual one, as pages need it."""
        rows = queryset if queryset.ordered else queryset.order_by(*(self.opts.ordering or ("pk",)))
        return super().get_paginator(request, rows, *args, **kwargs)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Accept only what the list's own filters send: an address never becomes a lookup of its author's choice."""
        if lookup in self.linked_lookups and value.isdecimal() and not is_id(value):
            return False
        names = set(self.linked_lookups)
        for entry in self.get_list_filter(request):
            if isinstance(entry, type):
                # A filter of our own: it reads its parameter itself.
                if lookup == (getattr(entry, "parameter_name", "") or getattr(entry, "field", "")):
                    return True
            else:
                names.add(str(entry[0] if isinstance(entry, (list, tuple)) else entry))
        known = any(lookup == name or lookup.startswith(f"{name}__") for name in names)
        return known and super().lookup_allowed(lookup, value, request)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row, under a lock when it is about to be changed; to show it, the one read for its page."""
        row = getattr(request, "row_of_page", None)
        if request.method == "GET" and isinstance(row, self.model) and str(row.pk) == object_id:
            return row
        row = super().get_object(request, object_id, from_field)
        if row is not None and request.method == "POST" and transaction.get_connection().in_atomic_block:
            row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        return row

    def read_for_page(self, request: HttpRequest, rows: Any, object_id: Any) -> Any:
        """Return the row that a page is about, with what it needs, or 404; it is not read again to be shown."""
        row = visible_or_404(rows, request.user, object_id)
        request.row_of_page = row  # type: ignore[attr-defined]
        return row

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Tell the form who fills it in."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.reader = request.user
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the hidden version out of the visible fields: the page's template writes it."""
        return [name for name in super().get_fields(request, obj) if name != "version"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Insert the row, or save the columns that the form changed; nothing changed saves nothing."""
        if not change:
            super().save_model(request, obj, form, change)
        elif changed := [name for name in form.changed_data if name != "version"]:
            save_changed(obj, changed)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show a refusal as a sentence; what was half done is rolled back."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (DomainError, ValidationError) as refusal:
            messages.error(request, sentence_of(refusal))
        except IntegrityError:
            # The form was checked, so somebody saved the same value in the very same moment.
            messages.error(
                request, _("Somebody else just saved a value that must be unique. Nothing was saved; look again.")
            )
        return HttpResponseRedirect(request.get_full_path())

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Offer one way to save: it stays on the page."""
        context.update(show_save_and_continue=False, show_save_and_add_another=False)
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Go to the new row."""
        if IS_POPUP_VAR in request.POST:
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, _("“%(name)s” was added.") % {"name": obj})
        return HttpResponseRedirect(change_address(obj))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Stay on the row; whoever gave it away and can't see it any more goes to the list."""
        if IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        if self.get_queryset(request).filter(pk=obj.pk).exists():
            messages.success(request, _("“%(name)s” was saved.") % {"name": obj})
            return HttpResponseRedirect(change_address(obj))
        messages.success(
            request, _("“%(name)s” was saved. It is not among the records you can see any more.") % {"name": obj}
        )
        return HttpResponseRedirect(reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_changelist"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Add the heading, computed from exactly the rows that the list shows."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            context["title"] = capfirst(self.opts.verbose_name_plural)
            context["heading"] = self.heading(request, context["cl"].queryset)
            context["chips"] = chips(context["cl"])
            context["list_links"] = list_links(request, self.opts.label_lower)
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show who changed which field when; models without field history show Django's log."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        if not hasattr(row, "history"):
            return super().history_view(request, object_id, extra_context)
        told = steps(row, reader=request.user, limit=MOST_STEPS_OF_HISTORY, leave_out=self.silent_history)
        context = {"opts": self.opts, "original": row, "steps": told, **(extra_context or {})}
        title = _("History of %(name)s") % {"name": row}
        return show_page(request, self.admin_site, "admin/tandem/field_history.html", title, **context)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here."""
        return False

    def get_actions(self, request: HttpRequest) -> Any:
        """Offer the model's own actions only."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404(_("There is no such record."))


class ReadOnlyAdmin(TandemAdmin):
    """A list and a page to read: ledgers, histories."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are written by functions."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows stay as they were written."""
        return False


class Inline(_VisibleRelations, TabularInline[Any, Any]):
    """Parts of a row, edited with it: those that the user may see."""

    extra = 0
    show_change_link = False
    tab = False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Name each input after its column, for those who can't see the head of the table."""
        formset: Any = super().get_formset(request, obj, **kwargs)
        for name, field in formset.form.base_fields.items():
            field.widget.attrs.setdefault("aria-label", field.label or name)
        return formset

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the parts that the user may see."""
        return _visible(super().get_queryset(request), request)


def apply_to_each(
    admin: DjangoModelAdmin[Any],
    request: HttpRequest,
    rows: Iterable[Model],
    act: Callable[[Any], object],
    done: Callable[[int], str],
) -> None:
    """Call ``act`` for each row in its own transaction; tell how many were done and name those that were refused."""
    count, refusals = 0, []
    for row in rows:
        try:
            with transaction.atomic():
                act(row)
            count += 1
        except (DomainError, ValidationError) as refusal:
            refusals.append(f"{row}: {sentence_of(refusal)}")
    if count:
        admin.message_user(request, done(count), messages.SUCCESS)
    for refusal_text in refusals[:MOST_REFUSALS_SHOWN]:
        admin.message_user(request, refusal_text, messages.ERROR)
    more = len(refusals) - MOST_REFUSALS_SHOWN
    if more > 0:
        sentence = ngettext("And %d more was refused.", "And %d more were refused.", more)
        admin.message_user(request, sentence % more, messages.ERROR)


def visible_or_404(rows: Any, user: Any, pk: Any) -> Any:
    """Return the row if it exists and the user may see it; absent and forbidden are the same 404."""
    try:
        row = rows.visible_to(user).filter(pk=pk).first()
    except (ValueError, TypeError, OverflowError):
        row = None
    if row is None:
        raise Http404(_("There is no such record."))
    return row


def change_address(row: Model) -> str:
    """Return the address of a row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def sentence_of(refusal: DomainError | ValidationError) -> str:
    """Return what a refusal says to people."""
    return refusal.sentence if isinstance(refusal, DomainError) else " ".join(refusal.messages)
