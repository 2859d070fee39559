"""The control of ``test_sqlite_writers``: transactions take their write lock late, as SQLite does by itself."""

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES

DATABASES["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"
