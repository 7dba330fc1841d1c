"""Makes both parts of a mail from its one text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from recovery.mail.wording.blocks import BLOCKS
from recovery.mail.wording.desk import PARAGRAPH, Desk, Shown
from recovery.mail.wording.feet import FEET, Section
from recovery.mail.wording.kinds import Kind
from recovery.mail.wording.markup import Block, Paragraph, Slot, Text

LARGEST_HTML: Final = 30 * 1024  # of what is written; blocks grow with what a customer owns
HEADING: Final = '<h1 style="margin:0 0 16px;font-size:24px;line-height:1.25">{}</h1>'
SMALL: Final = '<p style="margin:0 0 12px">{}</p>'


class TooLarge(Exception):
    """The HTML of what was written would not fit a mail."""


def written_html(desk: Desk, paragraph: Paragraph) -> SafeString:
    frame = HEADING if paragraph.heading else PARAGRAPH
    return mark_safe(frame.format("<br>".join(map(desk.html, paragraph.lines))))  # noqa: S308 - of escaped pieces


def written(desk: Desk, paragraph: Paragraph) -> Shown:
    return Shown("\n".join(map(desk.text, paragraph.lines)), written_html(desk, paragraph))


def compose(text: Text, kind: Kind, named: Mapping[str, Any]) -> tuple[str, str, str]:
    """Subject, text and HTML of the mail. Raises TooLarge, or KeyError for a fact that it has not."""
    desk = Desk(named)
    own = sum(len(written_html(desk, part)) for part in text.parts if isinstance(part, Paragraph))
    if own > LARGEST_HTML:
        raise TooLarge(f"{own} characters")
    shown = [shown_part(desk, kind, part) for part in text.parts]
    subject, below = desk.text(text.subject), foot(desk, FEET[kind.foot](named))
    plain = "\n\n".join(each.text for each in (*shown, below) if each.text)
    body = mark_safe("\n".join(each.html for each in shown if each.html))  # noqa: S308 - of escaped pieces
    html = render_to_string(
        "mail/_worded.html", {**named, "subject": subject, "body": body, "foot": below.html}
    )
    return subject, f"{plain}\n", html


def shown_part(desk: Desk, kind: Kind, part: Paragraph | Block) -> Shown:
    if isinstance(part, Paragraph):
        return written(desk, part)
    block = BLOCKS.get(part.name)
    return block(desk, kind) if block else written(desk, Paragraph(((Slot(part.name),),)))


def foot(desk: Desk, sections: Iterable[Section]) -> Shown:
    parts = [section_shown(desk, section) for section in sections]
    questions = desk.words("foot_questions")
    name, url = desk.value("vendor_name"), desk.named.get("vendor_url")
    last = f"{desk.text(questions)}\n{name}{f', {url}' if url else ''}"
    address = f', <a href="{escape(url)}">{escape(url)}</a>' if url else ""
    html = f'<p style="margin:0">{desk.html(questions)}<br>{escape(name)}{address}</p>'
    inside = "\n".join([*(each.html for each in parts), html])
    return Shown(
        "--\n" + "\n\n".join([*(each.text for each in parts), last]),
        mark_safe(f'<div style="font-size:14px;line-height:1.5">{inside}</div>'),  # noqa: S308 - of escaped pieces
    )


def section_shown(desk: Desk, section: Section) -> Shown:
    """Title, sentences and link: in the text below each other, the link as its words and the address."""
    title, sentences = desk.words(section.title), [desk.words(name) for name in section.sentences]
    text, html = [desk.text(title)], [f"<b>{desk.html(title)}</b>"]
    if sentences:
        text.append(" ".join(map(desk.text, sentences)))
        html.append(" ".join(map(desk.html, sentences)))
    if section.link:
        words, url = desk.words(section.link), desk.value(section.url)
        text += [f"{desk.text(words)}:", url]
        html.append(f'<a href="{escape(url)}">{desk.html(words)}</a>')
    return Shown("\n".join(text), mark_safe(SMALL.format("<br>".join(html))))  # noqa: S308 - of escaped pieces
