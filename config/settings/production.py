"""A company's own server: every secret must be given, and nothing falls back to a guess."""

from config.settings.base import *
from config.settings.base import EMAIL_HOST, database
from config.settings.env import env_bool, env_int, env_list, env_secret, env_str

SECRET_KEY = env_secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
DATABASES = {"default": database(env_secret("DATABASE_URL"))}
CELERY_BROKER_URL = env_secret("CELERY_BROKER_URL")
ALLOWED_HOSTS = [host for host in env_secret("ALLOWED_HOSTS").split(",") if host]

SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz/?$", r"^readyz/?$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("BEHIND_PROXY", True) else None
SECURE_HSTS_SECONDS = env_int("SECURE_HSTS_SECONDS", 60 * 60 * 24 * 365)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
AXES_IPWARE_PROXY_COUNT = 1 if env_bool("BEHIND_PROXY", True) else 0

# No guess: a link to the wrong place would reach customers.
SITE_URL = env_str("SITE_URL").rstrip("/")
EMAIL_HOST = EMAIL_HOST or "localhost"

# Counters (throttles) must be the same for all web processes.
CACHE_URL = env_str("CACHE_URL") or (CELERY_BROKER_URL if CELERY_BROKER_URL.startswith("redis") else "")
if CACHE_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}}
DEMO_COMPANY_ALLOWED = False
LOG_AS_JSON = env_bool("LOG_AS_JSON", True)
