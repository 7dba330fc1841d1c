"""What a text looks like in a mail, with made-up facts: a small page of its own, shown in a frame beside the form.

It has a policy of its own, since a mail's HTML has its styles inside. Nothing else is let in or out: no script, no
image, no form, no link that leads anywhere, and an origin that is nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import translation

from recovery.admin.wording_forms import Typed
from recovery.mail.stencil import Texts
from recovery.mail.wording.check import shown, shown_built_in
from recovery.mail.wording.compose import TooLarge
from recovery.mail.wording.examples import Example, examples
from recovery.mail.wording.in_use import WordingsInUse
from recovery.mail.wording.kinds import KINDS, Kind
from recovery.mail.wording.markup import Fault, Refused
from recovery.mail.wording.names import Words
from recovery.mail.wording.phrases import PHRASES_MAIL, Phrases, read

POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "sandbox",
    ]
)
# Of the page around it: as every page has it (config/headers.py), and frames of our own.
POLICY_WITH_FRAMES: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)


@dataclass(frozen=True)
class Preview:
    """Either the mail, or why there is none."""

    said: Texts | None
    faults: tuple[Fault, ...] = ()


def preview_of(typed: Typed, *, mail: str, example: str) -> Preview:
    """The mail in the typed text. Of small words: that mail, in the text that the language has for it."""
    kind = KINDS[mail]
    try:
        words = words_to_show(typed, kind)
        with translation.override(typed.language):
            return Preview(shown(words, example_of(kind, example)))
    except Refused as error:
        return Preview(None, tuple(error.faults))
    except TooLarge:
        return Preview(None, (Fault(1, "The mail would be too large."),))


def words_to_show(typed: Typed, kind: Kind) -> Words:
    """Raises Refused."""
    written, in_use = typed.written(), WordingsInUse.now()
    if typed.mail != PHRASES_MAIL:
        phrases: Phrases = in_use.phrases(typed.language)
        return Words(kind.name, typed.language, written.subject, written.body, phrases)
    chosen = in_use.rows.get((kind.name, typed.language))
    subject, body = (chosen.subject, chosen.body) if chosen else (kind.subject, kind.body)
    return Words(kind.name, typed.language, subject, body, read(written.body))


def built_in_of(mail: str, *, example: str) -> Preview:
    with translation.override("en"):
        return Preview(shown_built_in(mail, example_of(KINDS[mail], example)))


def example_of(kind: Kind, title: str) -> Example:
    """The one of that title, or the first."""
    found = examples(kind)
    return next((each for each in found if each.title == title), found[0])


def preview_page(request: HttpRequest, preview: Preview) -> TemplateResponse:
    response = TemplateResponse(request, "console/wording_preview.html", {"preview": preview})
    response["Content-Security-Policy"] = POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response
