"""Reads variables one by one and collects what is wrong with them, instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf.locale import LANG_INFO
from environs import Env

from config.checks import address_check, port_is_possible, strong_secret
from licensing.addresses import canonical
from licensing.keys.vault import parse_keys

HOST = re.compile(r"(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
SECRET_NAME = re.compile("[a-z0-9-]{1,40}")
SECRET = re.compile("[!-~]{1,500}")  # it becomes part of a header

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
    "API_ORIGINS": "For example https://www.example.com,https://shop.example.com",
    "EMBED_PAGES": "For example https://www.example.com/support/lost-key",
    "GENERATOR_HOSTS": "For example keys.example.com,keys.example.net:8443",
    "GENERATOR_INTERNAL_HOSTS": "For example 10.0.0.5:8080",
    "GENERATOR_SECRETS": "For example cutter:MZ7c…,recorder:user:password",
    "MAIL_LANGUAGES": "For example en,de,pt-br",
    "VENDOR_NAME": "The name your customers know you by",
}


@dataclass
class Reading:
    """One pass over the variables; `problems` holds the words for each bad one, by its name."""

    env: Env
    problems: dict[str, str] = field(default_factory=dict)

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

    def words(self, name: str, *, among: set[str]) -> set[str]:
        """Any of these words, comma-separated; none by default."""
        entries = {entry.strip() for entry in self.env.str(name, "").split(",")} - {""}
        if entries - among:
            self.problems[name] = f"may only name {', '.join(sorted(among))}, separated by commas"
        return entries & among

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

    def languages(self, name: str, *, default: str) -> list[str]:
        """Comma-separated codes of languages that Django has names for, each once."""
        codes = [code.strip().lower() for code in self.text(name, default=default).split(",")]
        languages = list(dict.fromkeys(code for code in codes if code))
        if not languages:
            self.problems[name] = f"names no language. {HOW_TO[name]}"
        if unknown := [code for code in languages if "name" not in LANG_INFO.get(code, {})]:
            self.problems[name] = f"names {unknown[0]!r}, which is no language. {HOW_TO[name]}"
        return languages

    def listed(self, name: str, *, default: str, check: Callable[[str], str | None]) -> list[str]:
        """Comma-separated; the first that the check has words about is named."""
        text = self.env.str(name, "").strip() or default
        entries = [entry.strip() for entry in text.split(",") if entry.strip()]
        wrong = [(entry, problem) for entry in entries if (problem := judged(entry, check))]
        if wrong:
            self.problems[name] = f"names {wrong[0][0]!r}, which {wrong[0][1]}. {HOW_TO[name]}"
        return entries

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


def judged(value: str, check: Callable[[str], str | None]) -> str | None:
    try:
        return check(value)
    except ValueError:  # a URL that cannot be taken apart at all, "https://[" say
        return "cannot be read"
