"""What is held of a person as one archive: a page to read, and the same for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.utils.html import escape

from licensing.privacy.sections import Row, Section, moment

FORMAT: Final = 1
PAGE, DATA = "about-you.html", "about-you.json"
# Opened from a disk it may load and run nothing, whatever somebody called themselves.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "h2{margin-top:2.5rem}dl{border-top:1px solid #8888;margin:0 0 1rem;padding:.5rem 0}dt{font-weight:600}"
    "dd{margin:0 0 .25rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext}"
    "p.why{color:GrayText;margin:.25rem 0}"
)


def zipped(sections: Sequence[Section], *, masked: bool, now: datetime) -> bytes:
    """`masked`: codes were left out, since it is not the customer who takes it."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr(PAGE, "".join(page(sections, masked=masked, now=now)))
        archive.writestr(DATA, as_json(sections, masked=masked, now=now))
    return out.getvalue()


def as_json(sections: Sequence[Section], *, masked: bool, now: datetime) -> str:
    told = {
        "format": FORMAT,
        "made_at": moment(now),
        "made_by": settings.VENDOR_NAME,
        "questions_to": settings.SUPPORT_EMAIL,
        "codes_left_out": masked,
        "sections": {
            each.key: {
                "what": each.title,
                "why": each.why,
                "kept": each.kept,
                "complete": not each.more,
                "rows": each.rows,
            }
            for each in sections
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def page(sections: Sequence[Section], *, masked: bool, now: datetime) -> Iterator[str]:
    """HTML in which everything that anybody ever typed is text."""
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width"><title>About you</title>'
        f"<style>{STYLE}</style></head><body><h1>What {escape(settings.VENDOR_NAME)} holds about you</h1>"
        f"<p>Made on {now:%d %B %Y at %H:%M} UTC. Times are in UTC. “{DATA}” beside this page holds the same for "
        f"programs. Questions: {escape(settings.SUPPORT_EMAIL)}.</p>"
    )
    if masked:
        yield "<p>Your codes are left out here: ask for them with your address, and they come to it.</p>"
    for each in sections:
        yield f"<h2>{escape(each.title)}</h2>"
        yield f'<p class="why">Why: {escape(each.why)}</p><p class="why">How long: {escape(each.kept)}</p>'
        yield from map(as_html, each.rows)
        if not each.rows:
            yield "<p>Nothing.</p>"
        if each.more:
            yield "<p>There is more of this than fits here: write to us, and you get the rest.</p>"
    yield "</body></html>"


def as_html(row: Row) -> str:
    """What is empty is left out."""
    shown = ((name, value) for name, value in row.items() if value not in ("", None, []))
    return f"<dl>{''.join(f'<dt>{label(name)}</dt><dd>{text(value)}</dd>' for name, value in shown)}</dl>"


def label(name: str) -> str:
    return str(escape(name.replace("_", " ").capitalize()))


def text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(map(as_html, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(escape(value))
