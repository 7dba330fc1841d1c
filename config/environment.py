"""Reads the environment once and says everything that is wrong with it at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env

from config.checks import (
    bounce_check,
    calling_origin_check,
    colour_check,
    database_check,
    loopback_check,
    one_of,
    origin_check,
    page_check,
    redis_check,
    smtp_check,
    strong_secret,
    web_check,
)
from config.reading import Reading
from config.separate_keys import shared_keys
from licensing.console.second_person import ForTwo

MODES = ("server", "embedded", "demo")
NEW_ENVIRONMENT = "`python -m config.newenv` prints a complete file with fresh secrets"
NO_LOOPBACK = (
    "must not be true with MODE=server: who types an endpoint's address would reach what listens on this machine. "
    "Remove it, or develop with MODE=demo or MODE=embedded"
)
DEFAULT_VAR_DIR = Path(__file__).resolve().parent.parent / "var"


class UnsafeEnvironment(SystemExit):
    """The service refuses to start; the message names every variable and how to make a value."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        lines = [f"  {name}: {problem}" for name, problem in problems.items()]
        first = "License Recovery does not start, because of these variables:"
        super().__init__("\n".join([first, *lines, f"({NEW_ENVIRONMENT}.)"]))
        self.problems = dict(problems)


@dataclass(frozen=True)
class Environment:
    """What the environment said, checked. Names are those of the variables, in lower case."""

    mode: str
    var_dir: Path
    secret_key: str
    secret_key_fallbacks: list[str]
    encryption_keys: dict[str, bytes]
    fingerprint_keys: dict[str, bytes]
    public_url: str
    allowed_hosts: list[str]
    trusted_proxies: int
    database_url: str
    redis_url: str
    smtp_url: str
    smtputf8: bool
    mail_from: str
    bounce_address: str
    mail_languages: list[str]
    mails_per_hour: int
    mail_lease_seconds: float
    retention_days: int
    owner_change_hours: int
    vendor_name: str
    vendor_url: str
    vendor_logo: str
    vendor_color: str
    support_email: str
    second_person: set[str]
    generator_hosts: list[str]
    generator_internal_hosts: list[str]
    generator_secrets: dict[str, str]
    api_origins: list[str]
    embed_pages: list[str]
    api_key_check: bool
    notify_loopback: bool
    log_level: str
    listen: str
    port: int
    web_workers: int
    web_threads: int

    @classmethod
    def from_process(cls) -> Environment:
        """Raises `UnsafeEnvironment` naming every bad variable. `ENV_FILE` may name a file to read first."""
        reader = Env()
        if path := os.environ.get("ENV_FILE"):
            if not Path(path).is_file():
                raise UnsafeEnvironment({"ENV_FILE": f"names {path}, and there is no such file"})
            reader.read_env(path, recurse=False)
        return Variables(reader).environment()


@dataclass
class Variables(Reading):
    """All variables, by what they are about. What is asked for, and its default, depends on the mode."""

    mode: str = ""

    def environment(self) -> Environment:
        """Raises `UnsafeEnvironment` naming every bad variable."""
        self.mode = self.text("MODE", default="server", check=one_of(*MODES))
        groups = (
            self.secrets_of_ours(),
            self.place(),
            self.mail(),
            self.vendor(),
            self.generators(),
            self.api(),
            self.web(),
        )
        values = {name: value for group in groups for name, value in group.items()}
        self.refuse_what_the_mode_has_not()
        self.problems |= shared_keys(values)
        if self.problems:
            raise UnsafeEnvironment(self.problems)
        return Environment(mode=self.mode, **values)

    @property
    def demo(self) -> bool:
        return self.mode == "demo"

    @property
    def server(self) -> bool:
        return self.mode == "server"

    def in_demo(self, value: str) -> str | None:
        """The default of a variable that only the demo can do without."""
        return value if self.demo else None

    def secrets_of_ours(self) -> dict[str, Any]:
        return {
            "secret_key": self.text("SECRET_KEY", check=strong_secret),
            "secret_key_fallbacks": self.former_secrets(),
            "encryption_keys": self.keys("ENCRYPTION_KEYS"),
            "fingerprint_keys": self.keys("FINGERPRINT_KEYS", ids={"a", "b"}),
        }

    def place(self) -> dict[str, Any]:
        """Where the service is, and its data."""
        here = self.in_demo(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
        public_url = self.text("PUBLIC_URL", default=here, check=origin_check(self.demo))
        host = "invalid.invalid" if "PUBLIC_URL" in self.problems else urlsplit(public_url).hostname
        var_dir = Path(self.text("VAR_DIR", default=str(DEFAULT_VAR_DIR))).resolve()
        file = f"sqlite:///{var_dir / ('demo.sqlite3' if self.demo else 'recovery.sqlite3')}"
        return {
            "public_url": public_url,
            "allowed_hosts": [host, *(["localhost"] if self.demo else [])],
            "trusted_proxies": self.whole("TRUSTED_PROXIES", default=0, low=0, high=10),
            "var_dir": var_dir,
            "database_url": self.text(
                "DATABASE_URL", default=None if self.server else file, check=database_check(self.server)
            ),
            "redis_url": self.text("REDIS_URL", check=redis_check) if self.server else "memory://here/",
            "retention_days": self.whole("RETENTION_DAYS", default=90, low=1, high=3650),
            "owner_change_hours": self.whole("OWNER_CHANGE_HOURS", default=72, low=24, high=720),
        }

    def mail(self) -> dict[str, Any]:
        return {
            "smtp_url": "" if self.demo else self.text("SMTP_URL", check=smtp_check),
            "smtputf8": self.flag("SMTPUTF8", default=False),
            "mail_from": self.address("MAIL_FROM", default=self.in_demo("keys@vendor.example")),
            "bounce_address": self.address("BOUNCE_ADDRESS", default="", check=bounce_check),
            "mail_languages": self.languages("MAIL_LANGUAGES", default="en"),
            "mails_per_hour": self.whole("MAILS_PER_HOUR", default=2000, low=1, high=1_000_000),
            "mail_lease_seconds": self.whole("MAIL_LEASE_SECONDS", default=60, low=1, high=600),
        }

    def vendor(self) -> dict[str, Any]:
        return {
            "vendor_name": self.text("VENDOR_NAME", default=self.in_demo("Example Video Tools")),
            "vendor_url": self.text("VENDOR_URL", default="", check=web_check),
            "vendor_logo": self.text("VENDOR_LOGO", default=""),
            "vendor_color": self.text("VENDOR_COLOR", default="#1f5fbf", check=colour_check),
            "support_email": self.address("SUPPORT_EMAIL", default=self.in_demo("support@vendor.example")),
            "second_person": self.words("SECOND_PERSON", among=set(ForTwo)),
        }

    def generators(self) -> dict[str, Any]:
        return {
            "generator_hosts": self.hosts("GENERATOR_HOSTS"),
            "generator_internal_hosts": self.hosts("GENERATOR_INTERNAL_HOSTS"),
            "generator_secrets": self.secrets("GENERATOR_SECRETS"),
        }

    def api(self) -> dict[str, Any]:
        """What the vendor's own site and applications may do. The demo has a vendor's page under another name of this
        machine, which is another origin to a browser."""
        shop = self.in_demo(f"http://localhost:{os.environ.get('PORT', '8000')}")
        return {
            "api_origins": self.listed("API_ORIGINS", default=shop or "", check=calling_origin_check),
            "embed_pages": self.listed(
                "EMBED_PAGES", default=f"{shop}/vendor/" if shop else "", check=page_check
            ),
            "api_key_check": self.flag("API_KEY_CHECK", default=self.demo),
            "notify_loopback": self.flag("NOTIFY_LOOPBACK", default=self.demo),
        }

    def web(self) -> dict[str, Any]:
        """The processes."""
        levels = one_of("DEBUG", "INFO", "WARNING", "ERROR")
        usual, most = (2, 64) if self.server else (1, 1)
        return {
            "log_level": self.text("LOG_LEVEL", default="INFO", check=levels),
            "listen": self.text("LISTEN", default="127.0.0.1", check=loopback_check if self.demo else None),
            "port": self.whole("PORT", default=8000, low=1, high=65535),
            "web_workers": self.whole("WEB_WORKERS", default=usual, low=1, high=most),
            "web_threads": self.whole("WEB_THREADS", default=4, low=1, high=256),
        }

    def refuse_what_the_mode_has_not(self) -> None:
        """Last, so that these words win over those about a value's form."""
        if self.demo:
            self.refuse_in_demo("DATABASE_URL", "SMTP_URL", "REDIS_URL")
        elif not self.server and self.env.str("REDIS_URL", ""):
            self.problems["REDIS_URL"] = "is for MODE=server; the embedded mode has its own queue. Remove it"
        if self.server and self.flag("NOTIFY_LOOPBACK", default=False):
            self.problems["NOTIFY_LOOPBACK"] = NO_LOOPBACK
