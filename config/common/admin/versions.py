"""Two people on one form: the second to save is told who changed what meanwhile, instead of overwriting it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from config.common.history import steps

MOST_CHANGES_TOLD = 5


class VersionedForm(forms.ModelForm[Any]):
    """A form that knows which version of the row it was made from, and who fills it in.

    References that the user can't see stay as they are: the form shows them as such and doesn't accept another value.
    """

    # Set by the admin on the class that it makes for each request.
    reader: Any = None

    version = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Read before validation writes the form's values into the row.
        self.present_version = self.instance.version if self.instance.pk and hasattr(self.instance, "version") else ""
        self.fields["version"].initial = self.present_version
        if self.instance.pk:
            for name, field in self.fields.items():
                if isinstance(field, forms.ModelChoiceField) and not isinstance(field, forms.ModelMultipleChoiceField):
                    self._show_present(name, field)

    def clean(self) -> dict[str, Any] | None:
        """Refuse a form that was made from a version which has passed."""
        cleaned = super().clean()
        seen = self.data.get(self.add_prefix("version"), "")
        if self.present_version and seen and seen != self.present_version:
            raise ValidationError(self._refusal(seen), code="changed_meanwhile")
        return cleaned

    def further_changes(self, since: datetime) -> Sequence[str]:
        """Return sentences about changes that are kept elsewhere than in the row's field history."""
        return []

    def _refusal(self, seen: str) -> str:
        since = moment_of(seen)
        told = [*changes_since(self.instance, since, reader=self.reader), *self.further_changes(since)] if since else []
        changes = " ".join(told) or _("Somebody changed this record.")
        rest = _(
            "That was after you opened this page. Nothing of yours was saved: open it again and repeat your change."
        )
        return f"{changes} {rest}"

    def _show_present(self, name: str, field: Any) -> None:
        """Tell the field the record that it refers to now; lock it if the user can't see that record."""
        current = self.initial.get(name)
        if not current:
            return
        if field.queryset.query.has_filters() and not getattr(field, "offers_present", False):
            present = field.queryset.filter(pk=current).first()
        else:
            present = getattr(self.instance, name)
        label = _("a record you can't see") if present is None else field.label_from_instance(present)
        if present is None:
            field.disabled = True
            field.queryset = field.queryset.model._base_manager.filter(pk=current)
            field.label_from_instance = lambda _row: label
        if hasattr(field.widget, "known"):
            field.widget.known = {str(current): label}


def moment_of(version: str) -> datetime | None:
    """Return when a version was written; None for what is no version."""
    moment = version.rpartition("-")[2]
    if not moment.isascii() or not moment.isdigit() or len(moment) > 17:
        return None
    # A history row is written a moment after the version it stands for.
    return datetime.fromtimestamp(int(moment) / 1_000_000, tz=UTC) + timedelta(milliseconds=50)


def changes_since(row: Any, since: datetime, *, reader: Any) -> list[str]:
    """Return sentences that tell who changed what after ``since``, oldest first."""
    newest_first = steps(row, reader=reader, since=since, limit=MOST_CHANGES_TOLD)
    return [_sentence(step) for step in reversed(newest_first) if step.changes or step.reason]


def _sentence(step: Any) -> str:
    return _("%(who)s changed %(values)s at %(at)s.") % {
        "who": step.who or _("Somebody"),
        "values": ", ".join([*(str(change) for change in step.changes), *([step.reason] if step.reason else [])]),
        "at": date_format(timezone.localtime(step.at), "SHORT_DATETIME_FORMAT"),
    }
