"""The blocks that stand alone on a line of a text: what is made of the facts, and not of what support writes."""

from __future__ import annotations

from typing import Final

from django.utils.html import escape
from django.utils.safestring import mark_safe

from recovery.mail.wording.desk import NOTHING, Desk, Shown
from recovery.mail.wording.kinds import Kind
from recovery.templatetags.recovery_words import one_line


def hello(desk: Desk, kind: Kind) -> Shown:
    return desk.said("greeting_name" if desk.named.get("name") else "greeting")


def situation(desk: Desk, kind: Kind) -> Shown:
    """What has happened, in one of the sentences that support does not choose."""
    named = desk.named
    if kind.name == "replacement":
        which = "leaked" if named["leaked"] else "approved" if named["approved"] else "moved"
    elif any(each.standing == "active" for each in named["holdings"]):
        which = "keys"
    else:
        which = "no_key" if named["holdings"] else "nothing"
    return desk.said(f"situation_{which}")


def keys(desk: Desk, kind: Kind) -> Shown:
    holdings = desk.named["holdings"]
    parts = {
        "active": [each for each in holdings if each.standing == "active"],
        "others": [each for each in holdings if each.standing != "active"],
    }
    text = desk.partial("keys/_list.txt", **parts)
    return Shown(str(text).strip("\n"), desk.partial("keys/_list.html", **parts)) if holdings else NOTHING


def button(desk: Desk, kind: Kind) -> Shown:
    url = {"challenge": "link", "nothing-found": "start_url", "muted": "unmute_url"}[kind.name]
    words = desk.text(desk.words(f"button_{kind.name.replace('-', '_')}"))
    html = desk.partial("_button.html", url=desk.value(url), words=words)
    return Shown(f"{words}:\n\n{desk.value(url)}", html)


def code(desk: Desk, kind: Kind) -> Shown:
    return Shown(desk.value("code"), desk.partial("_code.html"))


def shops(desk: Desk, kind: Kind) -> Shown:
    names = [one_line(shop) for shop in desk.named["shops"]]
    if not names:
        return NOTHING
    said = desk.said("shops")
    listed = ", ".join(f"<b>{escape(name)}</b>" for name in names)
    text = "\n".join([said.text, *(f"   {name}" for name in names)])
    return Shown(text, mark_safe(said.html.replace("</p>", f" {listed}</p>")))  # noqa: S308 - escaped above


def words(desk: Desk, kind: Kind) -> Shown:
    return Shown(str(desk.named["words"]), desk.partial("_words.html"))


def old_key(desk: Desk, kind: Kind) -> Shown:
    named = desk.named
    said = ["old_key_leaked" if named["leaked"] else "old_key"]
    if named.get("old_tail") and len(named["holdings"]) == 1:
        said.append("old_key_tail")
    if named["checks"] and not named["leaked"]:
        said.append("old_key_checks")
    return desk.said(*said)


def undo(desk: Desk, kind: Kind) -> Shown:
    if not desk.named["may_be_undone"]:
        return NOTHING
    return desk.said("undo", *still_possible(desk))


def left(desk: Desk, kind: Kind) -> Shown:
    said = still_possible(desk)
    return desk.said(*said) if said else NOTHING


def still_possible(desk: Desk) -> list[str]:
    some = ["moves_left"] if desk.named.get("left") else []
    return [*some, *(["next_move"] if desk.named.get("next_from") else [])]


BLOCKS: Final = {
    "hello": hello,
    "situation": situation,
    "keys": keys,
    "button": button,
    "code": code,
    "shops": shops,
    "words": words,
    "old_key": old_key,
    "undo": undo,
    "left": left,
}
