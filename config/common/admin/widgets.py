"""The look of inputs, for fields that don't come from a column."""

from typing import TYPE_CHECKING, Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.forms import widgets
from unfold.widgets import INPUT_CLASSES

if TYPE_CHECKING:
    # Unfold has no types; its widgets keep the promises of Django's.
    from django.forms import CheckboxInput, PasswordInput, Select, Textarea, TextInput
else:
    from unfold.widgets import UnfoldAdminPasswordWidget as PasswordInput
    from unfold.widgets import UnfoldAdminSelectWidget as Select
    from unfold.widgets import UnfoldAdminTextareaWidget as Textarea
    from unfold.widgets import UnfoldAdminTextInputWidget as TextInput
    from unfold.widgets import UnfoldBooleanSwitchWidget as CheckboxInput

__all__ = [
    "INPUT_CLASS",
    "CheckboxInput",
    "DayInput",
    "HourInput",
    "KnownAutocomplete",
    "PasswordInput",
    "Select",
    "TextInput",
    "Textarea",
]

INPUT_CLASS = " ".join(INPUT_CLASSES)


class DayInput(widgets.DateInput):
    """A day, chosen with the browser's own calendar, in the reader's own way of writing."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": INPUT_CLASS, **(attrs or {})}, format="%Y-%m-%d")


class HourInput(widgets.TimeInput):
    """An hour and minute, with the browser's own control."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": INPUT_CLASS, **(attrs or {})}, format="%H:%M")


class KnownAutocomplete(AutocompleteSelect):
    """Django's autocomplete; it asks the database for the name of what is chosen only if the form doesn't know it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Names of records by id, filled in by the form.
        self.known: dict[str, str] = {}

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Return the option that is chosen."""
        chosen = [str(each) for each in value if str(each)]
        if not chosen or not set(chosen) <= self.known.keys():
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options += [
            self.create_option(name, each, self.known[each], True, place) for place, each in enumerate(chosen, 1)
        ]
        return [(None, options, 0)]
