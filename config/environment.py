"""Reads the environment once and says everything that is wrong with it at once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from environs import Env

from config.separate_keys import shared_keys
from licensing.addresses import AddressError, canonical
from licensing.keys.vault import parse_keys

MODES = ("server", "embedded", "demo")
NEW_ENVIRONMENT = "`python -m config.newenv` prints a complete file with fresh secrets"
DEFAULT_VAR_DIR = Path(__file__).resolve().parent.parent / "var"
# In lower case, since "HTTPS://" would pass for a plain one, and without a leading dot, by which Django means all
# hosts below.
ORIGIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,5})?")
HOST = re.compile(r"(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
SECRET_NAME = re.compile("[a-z0-9-]{1,40}")
SECRET = re.compile("[!-~]{1,500}")  # it becomes part of a header


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
    mails_per_hour: int
    mail_lease_seconds: float
    retention_days: int
    vendor_name: str
    vendor_url: str
    vendor_logo: str
    vendor_color: str
    support_email: str
    generator_hosts: list[str]
    generator_internal_hosts: list[str]
    generator_secrets: dict[str, str]
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
        return Reading(reader).environment()


@dataclass
class Reading:
    """One pass over the variables that collects problems instead of stopping at the first."""

    env: Env
    problems: dict[str, str] = field(default_factory=dict)

    def environment(self) -> Environment:
        mode = self.text("MODE", default="server", check=one_of(*MODES))
        demo, server = mode == "demo", mode == "server"
        public_url = self.text(
            "PUBLIC_URL",
            default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}" if demo else None,
            check=origin_check(demo),
        )
        var_dir = Path(self.text("VAR_DIR", default=str(DEFAULT_VAR_DIR))).resolve()
        values: dict[str, Any] = {
            "mode": mode,
            "var_dir": var_dir,
            "secret_key": self.text("SECRET_KEY", check=strong_secret),
            "secret_key_fallbacks": self.former_secrets(),
            "encryption_keys": self.keys("ENCRYPTION_KEYS"),
            "fingerprint_keys": self.keys("FINGERPRINT_KEYS", ids={"a", "b"}),
            "public_url": public_url,
            "allowed_hosts": [
                "invalid.invalid" if "PUBLIC_URL" in self.problems else urlsplit(public_url).hostname,
                *(["localhost"] if demo else []),
            ],
            "trusted_proxies": self.whole("TRUSTED_PROXIES", default=0, low=0, high=10),
            "database_url": self.text(
                "DATABASE_URL",
                default=None
                if server
                else f"sqlite:///{var_dir / ('demo.sqlite3' if demo else 'recovery.sqlite3')}",
                check=database_check(server),
            ),
            "redis_url": self.text("REDIS_URL", check=redis_check) if server else "memory://here/",
            "smtp_url": "" if demo else self.text("SMTP_URL", check=smtp_check),
            "smtputf8": self.flag("SMTPUTF8", default=False),
            "mail_from": self.address("MAIL_FROM", default="keys@vendor.example" if demo else None),
            "bounce_address": self.address("BOUNCE_ADDRESS", default="", check=bounce_check),
            "mails_per_hour": self.whole("MAILS_PER_HOUR", default=2000, low=1, high=1_000_000),
            "mail_lease_seconds": self.whole("MAIL_LEASE_SECONDS", default=60, low=1, high=600),
            "retention_days": self.whole("RETENTION_DAYS", default=90, low=1, high=3650),
            "vendor_name": self.text("VENDOR_NAME", default="Example Video Tools" if demo else None),
            "vendor_url": self.text("VENDOR_URL", default="", check=web_check),
            "vendor_logo": self.text("VENDOR_LOGO", default=""),
            "vendor_color": self.text("VENDOR_COLOR", default="#1f5fbf", check=colour_check),
            "support_email": self.address(
                "SUPPORT_EMAIL", default="support@vendor.example" if demo else None
            ),
            "generator_hosts": self.hosts("GENERATOR_HOSTS"),
            "generator_internal_hosts": self.hosts("GENERATOR_INTERNAL_HOSTS"),
            "generator_secrets": self.secrets("GENERATOR_SECRETS"),
            "log_level": self.text(
                "LOG_LEVEL", default="INFO", check=one_of("DEBUG", "INFO", "WARNING", "ERROR")
            ),
            "listen": self.text("LISTEN", default="127.0.0.1", check=loopback_check if demo else None),
            "port": self.whole("PORT", default=8000, low=1, high=65535),
            "web_workers": self.whole(
                "WEB_WORKERS", default=2 if server else 1, low=1, high=64 if server else 1
            ),
            "web_threads": self.whole("WEB_THREADS", default=4, low=1, high=256),
        }
        if demo:  # last, so that these words win over those about the value's form
            self.refuse_in_demo("DATABASE_URL", "SMTP_URL", "REDIS_URL")
        if not server and self.env.str("REDIS_URL", "") and not demo:
            self.problems["REDIS_URL"] = "is for MODE=server; the embedded mode has its own queue. Remove it"
        self.problems |= shared_keys(values)
        if self.problems:
            raise UnsafeEnvironment(self.problems)
        return Environment(**values)

    def text(
        self, name: str, *, default: str | None = None, check: Callable[[str], str | None] | None = None
    ) -> str:
        """The variable's text; notes a problem where it is required and missing, or the check has words about it."""
        value = self.env.str(name, "").strip()
        if not value:
            if default is None:
                self.problems[name] = f"is missing. {HOW_TO.get(name, '')}".strip()
            return default or ""
        if check and (problem := judged(value, check)):
            self.problems[name] = f"{problem}. {HOW_TO.get(name, '')}".strip()
        return value

    def address(
        self, name: str, *, default: str | None, check: Callable[[str], str | None] | None = None
    ) -> str:
        """The address in its canonical form: SMTP takes no other, a foreign domain in letters of its own for one."""
        value = self.text(name, default=default, check=check or address_check)
        return value if not value or name in self.problems else canonical(value)

    def former_secrets(self) -> list[str]:
        """They make links that work, as the present one does: so a weak one opens as much."""
        text = self.env.str("SECRET_KEY_FALLBACKS", "")
        former = [each.strip() for each in text.split(",")] if text.strip() else []
        if any(map(strong_secret, former)):
            self.problems["SECRET_KEY_FALLBACKS"] = "each must have 40 random characters"  # noqa: S105 - words
        return former

    def whole(self, name: str, *, default: int, low: int, high: int) -> int:
        text = self.env.str(name, "").strip() or str(default)
        if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
            self.problems[name] = f"must be a whole number from {low} to {high}"
            return default
        return int(text)

    def flag(self, name: str, *, default: bool) -> bool:
        text = self.env.str(name, "").strip().lower() or str(default).lower()
        if text not in ("true", "false"):
            self.problems[name] = "must be true or false"
        return text == "true"

    def keys(self, name: str, *, ids: set[str] | None = None) -> dict[str, bytes]:
        text = self.text(name)
        try:
            keys = parse_keys(text) if text else {}
        except ValueError as error:
            self.problems[name] = f"{error}. {HOW_TO[name]}"
            return {}
        if ids and not set(keys) <= ids:
            self.problems[name] = f"its ids may only be {' and '.join(sorted(ids))}. {HOW_TO[name]}"
        return keys

    def hosts(self, name: str) -> list[str]:
        """Comma-separated, each with a port or without."""
        entries = [entry.strip() for entry in self.env.str(name, "").split(",")]
        hosts = [entry for entry in entries if entry]
        if wrong := [
            entry for entry in hosts if not HOST.fullmatch(entry) or not port_is_possible(f"//{entry}")
        ]:
            self.problems[name] = f"names {wrong[0]!r}, which is no host in lower case. {HOW_TO[name]}"
        return hosts

    def secrets(self, name: str) -> dict[str, str]:
        """`name:value` each, comma-separated; a value may hold colons. What is wrong is told without the values."""
        entries = [entry.strip() for entry in self.env.str(name, "").split(",")]
        pairs = [entry.partition(":") for entry in entries if entry]
        if any(not SECRET_NAME.fullmatch(key) or not SECRET.fullmatch(value) for key, _, value in pairs):
            self.problems[name] = f"must be name:value, comma-separated, plain ASCII. {HOW_TO[name]}"
        elif len({key for key, _, _ in pairs}) < len(pairs):
            self.problems[name] = "names one secret twice"
        return {key: value for key, _, value in pairs}

    def refuse_in_demo(self, *names: str) -> None:
        for name in names:
            if self.env.str(name, ""):
                self.problems[name] = (
                    "must not be set in the demo, which has no real mail, PostgreSQL or Redis. Unset it"
                )


NEW_TEXT = "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
NEW_BYTES = (
    "Make one: python3 -c 'import base64, os; print(\"{id}:\" + base64.b64encode(os.urandom(32)).decode())'"
)
HOW_TO = {
    "SECRET_KEY": NEW_TEXT,
    "ENCRYPTION_KEYS": NEW_BYTES.format(id="k1"),
    "FINGERPRINT_KEYS": NEW_BYTES.format(id="a"),
    "PUBLIC_URL": "For example https://recover.example.com",
    "DATABASE_URL": "For example postgres://user:password@127.0.0.1:5432/recovery",
    "REDIS_URL": "For example redis://127.0.0.1:6379/0",
    "SMTP_URL": "For example smtp://user:password@mail.example.com:587?tls=starttls",
    "MAIL_FROM": "The address mails come from, for example keys@example.com",
    "SUPPORT_EMAIL": "The address customers write to when they need a person",
    "GENERATOR_HOSTS": "For example keys.example.com,keys.example.net:8443",
    "GENERATOR_INTERNAL_HOSTS": "For example 10.0.0.5:8080",
    "GENERATOR_SECRETS": "For example cutter:MZ7c…,recorder:user:password",
    "VENDOR_NAME": "The name your customers know you by",
}


def judged(value: str, check: Callable[[str], str | None]) -> str | None:
    try:
        return check(value)
    except ValueError:  # a URL that cannot be taken apart at all, "https://[" say
        return "cannot be read"


def one_of(*choices: str) -> Callable[[str], str | None]:
    return lambda value: None if value in choices else f"must be one of {', '.join(choices)}"


def strong_secret(value: str) -> str | None:
    weak = len(value) < 40 or len(set(value)) < 12 or value.startswith("django-insecure")
    return "is too weak: at least 40 random characters" if weak else None


def origin_check(demo: bool) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        if not ORIGIN.fullmatch(value):
            return "must be an origin, scheme and host only, in lower case (foreign names as xn--…)"
        parts = urlsplit(value)
        if not (parts.hostname and port_is_possible(value)):
            return "has a port that cannot be"
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            return "must be https: links in mails prove mailboxes"
        return "must be on 127.0.0.1 in the demo" if demo and not is_loopback(parts.hostname) else None

    return check


def port_is_possible(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def web_check(value: str) -> str | None:
    return None if value.startswith(("https://", "http://")) else "must begin with https://"


def loopback_check(value: str) -> str | None:
    return None if is_loopback(value) else "must be 127.0.0.1 in the demo, which has no locks on its doors"


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def database_check(server: bool) -> Callable[[str], str | None]:
    schemes = ("postgres", "postgresql") if server else ("sqlite",)

    def check(value: str) -> str | None:
        return None if urlsplit(value).scheme in schemes else f"must be a {schemes[-1]} URL in this mode"

    return check


def redis_check(value: str) -> str | None:
    return None if urlsplit(value).scheme in ("redis", "rediss", "unix") else "must be a redis URL"


def smtp_check(value: str) -> str | None:
    parts = urlsplit(value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or not port_is_possible(value):
        return "must be smtp://… or smtps://…"
    asked = parse_qs(parts.query, keep_blank_values=True)
    if asked not in ({}, {"tls": ["starttls"]}):
        return "may have ?tls=starttls after the host and nothing else"
    if parts.scheme == "smtp" and parts.password and not asked and not is_loopback(parts.hostname):
        return "would send the password in clear: use smtps:// or ?tls=starttls"
    return None


def address_check(value: str) -> str | None:
    try:
        canonical(value)
    except AddressError as error:
        return f"is not an address ({error})"
    return None


def bounce_check(value: str) -> str | None:
    """A mail's own proof (50 characters) goes into the local part, which may have 64 (RFC 5321, 4.5.3.1.1)."""
    return address_check(value) or (
        None if value.index("@") <= 14 else "may have at most 14 characters before the @"
    )


def colour_check(value: str) -> str | None:
    good = len(value) == 7 and value[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in value[1:])
    return None if good else "must be a colour such as #1f5fbf"
