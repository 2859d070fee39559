"""What every environment shares. Differences stand in ``dev``, ``test`` and ``production``."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from config.settings.env import env_bool, env_int, env_list, env_secret, env_str

# Lets annotations such as ``ModelAdmin[Deal]`` be evaluated at run time.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env_str("TANDEM_VAR", str(BASE_DIR / "var"))).resolve()

DEBUG = False
ALLOWED_HOSTS: list[str] = []
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # Templates are looked for in this order: ours, then unfold's, then the admin's own.
    "config.common.apps.CommonConfig",
    # Basic: the default one would replace our admin site by its own.
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.common.apps.TandemAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "csp",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "config.integrations.apps.IntegrationsConfig",
    "contacts.apps.ContactsConfig",
    "deals.apps.DealsConfig",
    "campaigns.apps.CampaignsConfig",
]

MIDDLEWARE = [
    "config.common.requests.RequestIdMiddleware",
    "config.common.requests.DatabaseUnavailableMiddleware",
    "config.common.remembering.RememberMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "contacts.middleware.PersonalSettingsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------------------------------


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for one database address, with what each kind needs to be safe under load."""
    parsed: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=0))
    if parsed["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE takes the write lock when a transaction begins, so that two writers wait instead of failing half-way.
        parsed["CONN_MAX_AGE"] = None
        parsed["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
        }
    elif parsed["ENGINE"].endswith("postgresql"):
        parsed.setdefault("OPTIONS", {})["pool"] = {
            "min_size": 1,
            "max_size": env_int("DATABASE_POOL", 10),
            "timeout": 5,
        }
        parsed["CONN_HEALTH_CHECKS"] = True
    return parsed


DATABASES = {"default": database(env_str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'tandem.sqlite3'}"))}

# --- People who sign in -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "contacts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "config.common.demo.RefuseDemoLogins",
    "contacts.staff.backends.StaffBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_SENSITIVE_PARAMETERS = ["username", "password"]
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "Tandem"

# --- Language, time, money --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("id", _("Indonesian")), ("vi", _("Vietnamese"))]
USE_I18N = True
# What the floor says and what unfold and Django leave untranslated; each app has its own catalog beside its code.
LOCALE_PATHS = [BASE_DIR / "config" / "common" / "locale"]
USE_TZ = True
FORMAT_MODULE_PATH = "config.common.formats"
# The company's own zone: it decides which calendar day a deal was opened or won on.
TIME_ZONE = env_str("TIME_ZONE", "Asia/Jakarta")

# --- Files ------------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT: Path | None = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Security headers -------------------------------------------------------------------------------------------------
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# Alpine evaluates the expressions in its attributes, and unfold writes colours into a style element.
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "EXCLUDE_URL_PREFIXES": [],
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- Celery -----------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = env_str("CELERY_BROKER_URL", "filesystem://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 60 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 55 * 60
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(VAR_DIR / "broker" / "queue"),
        "data_folder_out": str(VAR_DIR / "broker" / "queue"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
        "store_processed": False,
        "polling_interval": 0.3,
    }
else:
    # Longer than the longest task: Redis hands a message to a second worker after this many seconds.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 2 * 60 * 60, "socket_connect_timeout": 3}
# The database is the schedule: each tick only looks for rows that are due.
CELERY_BEAT_SCHEDULE = {
    "beat-tick": {"task": "integrations.beat_tick", "schedule": 10.0},
    "deliver-undelivered-events": {"task": "integrations.sweep_events", "schedule": 10.0},
    "forget-old-idempotency-keys": {"task": "integrations.forget_old_keys", "schedule": 600.0},
    "resume-abandoned-imports": {"task": "contacts.resume_imports", "schedule": 30.0},
    "deliver-due-reminders": {"task": "deals.sweep_reminders", "schedule": 5.0},
    "write-due-digests": {"task": "deals.sweep_digests", "schedule": 20.0},
    "print-what-was-issued": {"task": "deals.sweep_pages", "schedule": 30.0},
    "share-money-over-touches": {"task": "campaigns.sweep_attribution", "schedule": 30.0},
    "thin-attribution": {"task": "campaigns.thin_attribution", "schedule": 21600.0},
    "send-due-messages": {"task": "contacts.sweep_messages", "schedule": 5.0},
    "refresh-due-segments": {"task": "campaigns.sweep_segments", "schedule": 5.0},
    "watch-budgets": {"task": "campaigns.watch_budgets", "schedule": 21600.0},
    "stop-due-tests": {"task": "campaigns.stop_due_tests", "schedule": 600.0},
    "expire-unconfirmed-posts": {"task": "campaigns.expire_submissions", "schedule": 300.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

# --- Mail -------------------------------------------------------------------------------------------------------------

# Where the back office answers: every link in a message begins with it.
SITE_URL = env_str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
EMAIL_HOST = env_str("EMAIL_HOST")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env_bool("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = env_int("EMAIL_TIMEOUT", 10)
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", "Tandem <tandem@localhost>")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

# --- API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.common.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["config.common.api.permissions.ModelPermissions"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_PAGINATION_CLASS": "config.common.api.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": [
        "config.common.api.filters.AllowListedFilters",
        "config.common.api.filters.Search",
        "config.common.api.filters.Ordering",
    ],
    "DEFAULT_SCHEMA_CLASS": "config.common.api.schema.TandemSchema",
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.NamespaceVersioning",
    "DEFAULT_THROTTLE_CLASSES": ["config.common.api.throttling.PerUserThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env_str("API_RATE", "1200/min")},
    "EXCEPTION_HANDLER": "config.common.api.errors.respond_to_exception",
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "UPLOADED_FILES_USE_URL": False,
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=365),
    "AUTH_HEADER_PREFIX": "Token",
    "TOKEN_PREFIX": "tdm_",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tandem API",
    "DESCRIPTION": "Contacts, deals and campaigns of one back office.",
    "VERSION": "v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # Hundreds of operations open at once would keep a browser busy for half a minute.
    "SWAGGER_UI_SETTINGS": {
        "docExpansion": "none",
        "filter": True,
        "defaultModelsExpandDepth": -1,
        "deepLinking": True,
    },
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "LifecycleStageEnum": "contacts.people.stages.LifecycleStage",
        "OutcomeEnum": "deals.pipeline.deal.Outcome",
        "TaxCategoryEnum": "deals.catalogue.models.TaxCategory",
        "ActivityKindEnum": "deals.activities.kinds.ActivityKind",
        "ActivityStateEnum": "deals.activities.kinds.ActivityState",
        "ActivityOutcomeEnum": "deals.activities.kinds.ActivityOutcome",
        "ActivityChangeKindEnum": "deals.activities.activity.ActivityChangeKind",
        "MessageStateEnum": "contacts.messages.message.State",
        "ReminderStateEnum": "deals.activities.reminder.ReminderState",
        "QuoteStateEnum": "deals.quotes.quote.QuoteState",
        "InvoiceStateEnum": "deals.billing.kinds.InvoiceState",
        "ImportStatusEnum": "contacts.imports.models.Status",
        "InvoiceStatusEnum": "deals.billing.kinds.InvoiceStatus",
        "PaymentMethodEnum": "deals.billing.payment.PaymentMethod",
        "ContactSourceEnum": "contacts.people.contact.Source",
        "ConsentSourceEnum": "contacts.consent.models.ConsentSource",
        "ChannelKindEnum": "campaigns.channels.models.ChannelKind",
        "StudyMethodEnum": "campaigns.research.models.StudyMethod",
        "SegmentKindEnum": "campaigns.segments.models.SegmentKind",
        "PlanStateEnum": "campaigns.plans.plan.PlanState",
        "PlanItemStateEnum": "campaigns.plans.strategy.ItemState",
        "GoalMeasureEnum": "campaigns.plans.plan.Measure",
        "CampaignStateEnum": "campaigns.execution.campaign.CampaignState",
        "ContentKindEnum": "campaigns.execution.work.ContentKind",
        "ContentStateEnum": "campaigns.execution.work.ContentState",
        "CostStateEnum": "campaigns.budgets.models.CostState",
        "SubmissionStateEnum": "campaigns.capture.submission.SubmissionState",
        "TouchKindEnum": "campaigns.capture.touch.TouchKind",
        "TouchSourceEnum": "campaigns.capture.touch.TouchSource",
        "ExperimentStateEnum": "campaigns.experiments.models.ExperimentState",
        "ExperimentMeasureEnum": "campaigns.experiments.models.ExperimentMeasure",
        "AttributionMethodEnum": "campaigns.attribution.methods.Method",
    },
}

# --- Logs -------------------------------------------------------------------------------------------------------------

LOG_LEVEL = env_str("LOG_LEVEL", "INFO")
LOG_AS_JSON = False
LOGGING_CONFIG = "config.common.logs.configure"
LOGGING: dict[str, Any] = {}

# --- Admin ------------------------------------------------------------------------------------------------------------

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Tandem",
    "SITE_HEADER": "Tandem",
    "SITE_SUBHEADER": _("Marketing and sales"),
    "SITE_SYMBOL": "handshake",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.common.admin.assets.icon"}],
    "STYLES": ["config.common.admin.assets.tandem_css"],
    "SCRIPTS": ["config.common.admin.assets.tandem_js", "config.common.admin.assets.toasts_js"],
    "COLORS": {
        "primary": {
            "50": "#eff6ff",
            "100": "#dbeafe",
            "200": "#bfdbfe",
            "300": "#93c5fd",
            "400": "#60a5fa",
            "500": "#3b82f6",
            "600": "#2563eb",
            "700": "#1d4ed8",
            "800": "#1e40af",
            "900": "#1e3a8a",
            "950": "#172554",
        },
    },
    "DASHBOARD_CALLBACK": "config.common.admin.home.role_home",
    "COMMAND": {"search_models": False, "search_callback": "config.common.admin.palette.search", "show_history": False},
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "config.common.admin.navigation.sidebar"},
    "ACCOUNT": {"navigation": "config.common.admin.navigation.account_links"},
}
