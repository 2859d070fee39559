"""What the agenda adds to the filters of deals: silent, without a next step, with a late one."""

from django.utils.translation import gettext_lazy as _

from deals.activities.next_steps import with_late_step, without_next_step
from deals.agenda.silence import is_silent
from deals.pipeline.filtering import register_switch


def register() -> None:
    """Register the filters; called by ``ready``."""
    register_switch("silent", _("Silent"), is_silent)
    register_switch("no_next_step", _("Without a next step"), without_next_step)
    register_switch("late_step", _("Next step is late"), with_late_step)
