"""What the pages of activities tell the floor and contacts when the app is ready."""

from deals.admin.activities import finding, reminders, sidebar, timelines


def register() -> None:
    """Register everything; called once by ``ready``."""
    for part in (sidebar, reminders, finding, timelines):
        part.register()
