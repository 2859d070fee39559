"""A developer's machine and the demo: no secret needed, everything in the ``var`` folder."""

import hashlib

from config.settings.base import *
from config.settings.base import BASE_DIR, EMAIL_HOST, INSTALLED_APPS, MIDDLEWARE, STORAGES, VAR_DIR
from config.settings.env import env_bool, env_list, env_secret

DEBUG = env_bool("DEBUG", False)
# Different on each machine, the same at each start, and worth nothing outside of it.
SECRET_KEY = env_secret("SECRET_KEY", "dev-" + hashlib.sha256(str(BASE_DIR).encode()).hexdigest())
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "*")
EMAIL_FILE_PATH = VAR_DIR / "mail"
if not EMAIL_HOST:
    # The demo company never writes to anybody: without a mail server each message becomes a file.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
# Static files straight from the packages: no collectstatic before the first page.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
DEMO_COMPANY_ALLOWED = True

__all__ = ["INSTALLED_APPS", "MIDDLEWARE"]
