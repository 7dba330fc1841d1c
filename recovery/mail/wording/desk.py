"""The facts and phrases that one mail is written with, as text and as HTML. What is escaped is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from recovery.mail.wording.markup import Inline, Slot
from recovery.mail.wording.phrases import phrase
from recovery.templatetags.recovery_words import one_line, products_named

LINKS: Final = frozenset(
    {"link", "start_url", "public_url", "unmute_url", "not_me_url", "privacy_url", "stop_url"}
)
CALLED: Final = {"number": "left", "tail": "old_tail"}  # what phrases call facts by, where that is plainer
PARAGRAPH: Final = '<p style="margin:0 0 16px">{}</p>'


@dataclass(frozen=True)
class Shown:
    """A piece of a mail in both parts."""

    text: str
    html: SafeString


NOTHING: Final = Shown("", SafeString())


class Desk:
    """The facts and phrases that one mail is written with. Raises KeyError for a fact that the mail has not."""

    def __init__(self, named: Mapping[str, Any]) -> None:
        self.named = named
        self.phrases: dict[str, str] = dict(named.get("phrases", ()))

    def value(self, name: str) -> str:
        if name == "products":
            return self.products()
        if name in ("order", "shop") and name not in self.named:
            return one_line(getattr(self.named["holdings"][0], name))
        return one_line(self.named[CALLED.get(name, name)])

    def products(self) -> str:
        two, more = (
            "".join(f"{{{each.name}}}" if isinstance(each, Slot) else each for each in self.words(name))
            for name in ("two", "more")
        )
        holdings = self.named["holdings"]
        return products_named(holdings, two=two, more=more) if holdings else self.value("vendor_name")

    def words(self, name: str) -> Inline:
        return phrase(name, self.phrases)

    def text(self, line: Inline) -> str:
        return "".join(self.value(each.name) if isinstance(each, Slot) else each for each in line)

    def html(self, line: Inline) -> SafeString:
        pieces = (self.linked(each.name) if isinstance(each, Slot) else escape(each) for each in line)
        return mark_safe("".join(pieces))  # noqa: S308 - each is escaped

    def linked(self, name: str) -> SafeString:
        """A fact in HTML: set apart, or as the link that it is."""
        value = escape(self.value(name))
        if name == "support_email":
            return mark_safe(f'<a href="mailto:{value}">{value}</a>')  # noqa: S308 - escaped above
        if name in LINKS:
            return mark_safe(f'<a href="{value}" style="word-break:break-all">{value}</a>')  # noqa: S308
        return mark_safe(f"<bdi>{value}</bdi>")  # noqa: S308

    def said(self, *names: str) -> Shown:
        """Phrases as one paragraph."""
        lines = [self.words(name) for name in names]
        html = mark_safe(PARAGRAPH.format(" ".join(map(self.html, lines))))  # noqa: S308 - made of escaped pieces
        return Shown(" ".join(map(self.text, lines)), html)

    def partial(self, name: str, **more: Any) -> SafeString:
        return mark_safe(render_to_string(f"mail/{name}", {**self.named, **more}))  # noqa: S308 - a template's
