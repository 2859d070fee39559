"""What the pages of billing add elsewhere: the sidebar, finance's home, panels, what the palette finds."""

from deals.admin.billing import finding, home, panels, sidebar


def register() -> None:
    """Register everything; called by ``ready``."""
    for part in (sidebar, home, panels, finding):
        part.register()
