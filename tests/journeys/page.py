"""A page as its visitor has it: status, text, forms, codes and the state of the mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from html.parser import HTMLParser


@dataclass
class Form:
    """Where it goes, and the values its fields have now."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """One answer."""

    address: str
    status: int
    headers: Message
    text: str

    @cached_property
    def seen(self) -> Reader:
        reader = Reader()
        reader.feed(self.text)
        return reader

    @property
    def forms(self) -> list[Form]:
        return self.seen.forms

    @property
    def codes(self) -> list[str]:
        """The registration codes shown, in their order."""
        return ["".join(parts).strip() for parts in self.seen.codes]

    @property
    def reasons(self) -> list[str]:
        """Why what has no code has none."""
        return ["".join(parts).strip() for parts in self.seen.reasons]

    @property
    def mail_state(self) -> str:
        """What the page says about the mail: `waiting`, `accepted`, `refused`, `withheld`, `verified`."""
        return self.seen.mail_state


class Reader(HTMLParser):
    """Collects what tests ask about."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.codes: list[list[str]] = []
        self.reasons: list[list[str]] = []
        self.mail_state = ""
        self.into: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.mail_state = has.get("data-mail", self.mail_state)
        if tag == "form":
            self.forms.append(Form(has.get("action", "")))
        elif tag == "input" and self.forms and "name" in has:
            self.forms[-1].fields[has["name"]] = has.get("value", "")
        elif has.get("class") in ("code", "reason"):
            self.into = []
            (self.codes if has["class"] == "code" else self.reasons).append(self.into)

    def handle_data(self, data: str) -> None:
        if self.into is not None:
            self.into.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("code", "p"):
            self.into = None
