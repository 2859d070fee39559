"""``manage.py load_demo``: the demo company, once, where it is allowed."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import IntegrityError

from config.common import demo
from config.common.management.prepared import PreparedCommand


class Command(PreparedCommand):
    """Loads the demo company; harmless when it is there already."""

    help = "Load the demo company: staff of each role, companies, contacts and deals, dated relative to today."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, or say why not."""
        if not settings.DEMO_COMPANY_ALLOWED:
            raise CommandError("The demo company has logins that everybody knows, so it is not loaded in production.")
        if demo.is_loaded():
            self._say(options, "The demo company is here already; nothing was changed.")
            return
        try:
            demo.load()
        except IntegrityError as error:
            reason = str(error).splitlines()[0]
            raise CommandError(
                f"The demo company does not fit beside what is here ({reason}): load it into an empty database."
            ) from None
        self._say(options, f"The demo company is loaded. Sign in as admin{demo.DOMAIN}, password {demo.PASSWORD}.")

    def _say(self, options: dict[str, Any], text: str) -> None:
        if options["verbosity"]:
            self.stdout.write(text)
