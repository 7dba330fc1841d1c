"""The only place that reads the environment. What is missing or unsafe is named at once, and nothing starts.

Three modes: `server` (PostgreSQL, Redis, SMTP; several processes), `embedded` (SQLite and the worker inside the
one web process, real SMTP) and `demo` (embedded, with a mailbox page instead of SMTP, on 127.0.0.1 only).
"""

from pathlib import Path
from typing import Any

import dj_database_url
from kombu import Queue

from config.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment.from_process()

VAR_DIR = env.var_dir  # what the service writes beside its database: mailbox, static files, locks

MODE = env.mode
DEMO = MODE == "demo"
EMBEDDED = MODE in ("demo", "embedded")
DEBUG = False

# --- secrets ------------------------------------------------------------------------------------------------
SECRET_KEY = env.secret_key
SECRET_KEY_FALLBACKS = env.secret_key_fallbacks
ENCRYPTION_KEYS = env.encryption_keys
FINGERPRINT_KEYS = env.fingerprint_keys

# --- where we are -------------------------------------------------------------------------------------------
PUBLIC_URL = env.public_url  # the one origin that links are made from: never the Host header
ALLOWED_HOSTS = env.allowed_hosts
TRUSTED_PROXIES = env.trusted_proxies

# --- the vendor ---------------------------------------------------------------------------------------------
VENDOR_NAME = env.vendor_name
VENDOR_URL = env.vendor_url
VENDOR_LOGO = env.vendor_logo
VENDOR_COLOR = env.vendor_color
SUPPORT_EMAIL = env.support_email

# --- an export of everything --------------------------------------------------------------------------------
FURTHER_TABLES = ["recovery.everything.TABLES"]  # besides those of what customers own

# --- erasing a person ---------------------------------------------------------------------------------------
ALSO_FORGETS = [
    "config.staff.forgetting.forget"
]  # called with the person, besides what customers own and ask

# --- generators of registration keys that the vendor runs ---------------------------------------------------
GENERATOR_HOSTS = env.generator_hosts
GENERATOR_INTERNAL_HOSTS = env.generator_internal_hosts  # private addresses and plain http are let through
GENERATOR_SECRETS = env.generator_secrets

# --- the API: docs/api.md -----------------------------------------------------------------------------------
API_ORIGINS = env.api_origins  # whose scripts may call it from a browser
EMBED_PAGES = env.embed_pages  # pages of the vendor's that a visitor is led back to
API_KEY_CHECK = env.api_key_check

# --- endpoints of the vendor's that are told of events: docs/outgoing.md --------------------------------------
NOTIFY_LOOPBACK = env.notify_loopback  # those on this machine, by plain http

# --- shops --------------------------------------------------------------------------------------------------
SHOP_API_PORTS: dict[str, int] = {}  # for tests: a shop's host -> a port of this machine; never from outside

# --- Django -------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",  # before the admin, whose templates it overrides
    "config.staff",  # before auth, whose `createsuperuser` it takes away
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "licensing",
    "recovery",
    *(["demo"] if DEMO else []),
]
MIDDLEWARE = [
    "config.headers.SecurityHeaders",
    "recovery.api.origins.ListedOrigins",
    "recovery.web.bodies.BodyCap",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.staff.gate.Gate",
    "config.recording.Recording",
    "recovery.web.outage.OutagePage",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "recovery.web.vendor.vendor",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "License Recovery",
    "VERSION": "1",
    "DESCRIPTION": "Lost registration keys, and moves to another platform, from your own application or site; and what "
    "is on file, for your own systems, with API keys.\n\n"
    "1. **Ask:** `POST /api/v1/recovery-requests/` with a customer's address answers an `id` and a `secret`, and mails "
    "a code.\n"
    "2. **Verify:** read the mail (the demo's is at `/mailbox/`), authorize with the `secret` as requestSecret, and "
    "call `POST /api/v1/recovery-requests/{request_id}/verify/` with its code.\n"
    "3. **Use:** authorize again, now with the `access_token` of that answer as accessToken, and call "
    "`GET /api/v1/licenses/`.\n\n"
    "Your own systems need none of that: see [the calls with an API key](/api/docs/#/API%20keys).",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "SORT_OPERATIONS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "TAGS": [
        {"name": each}
        for each in (
            "Lost keys",
            "Licenses",
            "Keys",
            "API keys",
            "Vendor: purchases",
            "Vendor: customers",
            "Vendor: moves",
            "Vendor: mails",
            "Vendor: shops",
            "Vendor: figures",
        )
    ],
    "POSTPROCESSING_HOOKS": ["recovery.api.completed.complete"],
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False
if DEMO:  # straight from the source folders: nothing to collect, so that the demo starts at once
    STATIC_ROOT = None
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_MAX_AGE = 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
BODY_LIMITS = {  # below these paths, other limits
    "/hooks/": 1024 * 1024,
    "/api/v1/vendor/editions/": 1024 * 1024,  # keys by the thousand; read after a look at who sends them
    "/console/licensing/importrun/upload/": 201
    * 1024
    * 1024,  # read by its own handler, after a look at who sends it
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200  # a move sends up to 100 licenses, and the form's token

# --- database -----------------------------------------------------------------------------------------------
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(env.database_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)  # the file holds what customers own
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # take the write lock at BEGIN: no deadlock by upgrading a read lock
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"] |= {"ENGINE": "config.postgresql", "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    # For every process: a host that is gone without a word is noticed within a minute. The web processes wait for
    # much less, see config/patience.py.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 20,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
    } | DATABASES["default"].get("OPTIONS", {})

# --- cookies and transport ----------------------------------------------------------------------------------
HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Browsers take such names from this very host only, and only over https: see recovery/cookies.py.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    ("__Host-sessionid", "__Host-csrftoken") if HTTPS else ("sessionid", "csrftoken")
)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.staff.views.refused.csrf_failure"
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SECURE_SSL_REDIRECT = False  # the proxy's task: only it knows which port the world comes in at
# What they ask for is done elsewhere: headers by config/headers.py (W002, W004, W005, W021; a vendor's other
# subdomains are not ours to bind), redirects by the proxy (W008), Secure cookies if https (W012, W016).
SILENCED_SYSTEM_CHECKS = [f"security.W{number:03}" for number in (2, 4, 5, 8, 12, 16, 21)]
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# --- signing in to the console: docs/staff.md ----------------------------------------------------------------
SECOND_PERSON = env.second_person  # what is done only once somebody else has approved it
STAFF_NEED_SECOND_FACTOR = not DEMO  # the demo, on this machine only, opens with the password it prints
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_COOKIE_AGE = 12 * 3600  # the longest a sign-in lasts; what ends it earlier: config/staff/proof.py
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
ACCOUNT_ADAPTER = "config.staff.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up; allauth wants it to fit the line above
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# These count in the cache, which each process has for itself: config/staff/limits.py has those that count.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
MFA_ADAPTER = "config.staff.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # half a minute early or late: clocks of phones differ, and typing takes time
MFA_RECOVERY_CODE_DIGITS = 12

# --- mail ---------------------------------------------------------------------------------------------------
MAIL_TRANSPORT = "demo.mailbox.MailboxTransport" if DEMO else "recovery.mail.smtp.SmtpTransport"
MAILBOX_DIR = VAR_DIR / "mailbox"
SMTP_URL = env.smtp_url
SMTP_TIMEOUT_SECONDS = 120  # shorter turns a slow 250 into a duplicate
SMTPUTF8 = env.smtputf8
MAIL_FROM = env.mail_from
BOUNCE_ADDRESS = env.bounce_address
MAIL_LANGUAGES = env.mail_languages  # the first is the vendor's own; texts: docs/mail-texts.md
MAILS_PER_HOUR = env.mails_per_hour
MAIL_LEASE_SECONDS = env.mail_lease_seconds
RETENTION_DAYS = env.retention_days
OWNER_CHANGE_HOURS = env.owner_change_hours

# --- Celery -------------------------------------------------------------------------------------------------
# Why each of these: docs/decisions.md, "Celery's settings".
CELERY_BROKER_URL = env.redis_url
CELERY_TASK_DEFAULT_QUEUE = "recovery"
CELERY_TASK_QUEUES = [Queue("recovery"), Queue("intake")]
CELERY_TASK_ROUTES = {  # a worker of its own: no mail waits for a file
    "licensing.import_files": {"queue": "intake"},
    "recovery.count_figures": {"queue": "intake"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_DB_REUSE_MAX = 1000
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {}
    if EMBEDDED
    else {
        "visibility_timeout": 600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
    }
)
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "recovery.deliver_due", "schedule": 10.0, "options": {"expires": 10}},
    "events": {"task": "licensing.process_events", "schedule": 10.0, "options": {"expires": 10}},
    "orders": {"task": "licensing.sweep_events", "schedule": 10.0, "options": {"expires": 10}},
    "confirmed": {"task": "licensing.confirm_events", "schedule": 60.0, "options": {"expires": 60}},
    "told": {"task": "recovery.deliver_events", "schedule": 10.0, "options": {"expires": 10}},
    "files": {"task": "licensing.import_files", "schedule": 10.0, "options": {"expires": 10}},
    "moves": {"task": "recovery.complete_moves", "schedule": 10.0, "options": {"expires": 10}},
    "owners": {"task": "recovery.change_owners", "schedule": 60.0, "options": {"expires": 60}},
    "promised": {"task": "recovery.mail_promised_keys", "schedule": 10.0, "options": {"expires": 10}},
    "generators": {"task": "recovery.ask_generators", "schedule": 10.0, "options": {"expires": 10}},
    "retired": {"task": "recovery.refresh_retired_list", "schedule": 300.0, "options": {"expires": 300}},
    "people": {"task": "licensing.suggest_people", "schedule": 86400.0, "options": {"expires": 3600}},
    "keys": {"task": "recovery.serve_licenses", "schedule": 3600.0, "options": {"expires": 3600}},
    "audit": {"task": "licensing.chain_audit", "schedule": 10.0, "options": {"expires": 10}},
    "audit_head": {"task": "licensing.log_audit_head", "schedule": 86400.0, "options": {"expires": 3600}},
    "forget": {"task": "recovery.forget_old", "schedule": 3600.0},
    "figures": {"task": "recovery.count_figures", "schedule": 60.0, "options": {"expires": 60}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

# --- logs: ids, never addresses or codes --------------------------------------------------------------------
LOGGING_CONFIG = "config.logs.configure"
LOGGING: dict[str, Any] = {"level": env.log_level}
