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
    if kind.name == "claim":
        return desk.said("situation_claim_by_support" if named["by_support"] else "situation_claim")
    if kind.name == "change-outcome":
        sooner = ["outcome_shortened"] if desk.named.get("shortened") else []
        return desk.said(f"outcome_{outcome(desk)}", *sooner, *what_the_claimant_does(desk))
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


def outcome(desk: Desk) -> str:
    """Of a change of owner: its step, and once it is done what it was and for whom."""
    step, kind, side = (str(desk.named[name]) for name in ("step", "kind", "side"))
    if step != "done":
        return step if step in ("approved", "declined", "stopped", "undone", "stands") else "checked"
    if desk.named.get("mistyped"):
        return "mistyped"
    if kind == "address":
        return f"address_{'gives' if side == 'gives' else 'gets'}"
    return kind if kind in ("merge", "split") else "gives" if side == "gives" else "gets"


def what_the_claimant_does(desk: Desk) -> list[str]:
    """Where what they asked for was stopped after it had been allowed."""
    theirs = desk.named["kind"] == "address" and desk.named["side"] == "gets"
    return ["outcome_stopped_asked"] if theirs and desk.named["step"] == "stopped" else []


def what(desk: Desk, kind: Kind) -> Shown:
    """What is to change, and for whom."""
    named = desk.named
    if named.get("mistyped"):
        return desk.said("change_mistyped")
    if named["kind"] in ("address", "split"):
        return desk.said(f"change_{named['kind']}")
    if named["kind"] == "merge":
        return desk.said("change_merge" if named.get("hidden") else "change_merge_unnamed")
    side = "gives" if named["side"] == "gives" else "gets"
    return desk.said(f"change_{side}_{'license' if named['of_one_license'] else 'order'}")


def still_yours(desk: Desk, kind: Kind) -> Shown:
    theirs = desk.named["kind"] == "address" and not desk.named.get("mistyped")
    return desk.said("change_still_yours") if theirs else NOTHING


def what_next(desk: Desk, kind: Kind) -> Shown:
    return desk.said("next_claim_by_support" if desk.named["by_support"] else "next_claim")


URLS: Final = {
    "challenge": "link",
    "nothing-found": "start_url",
    "muted": "unmute_url",
    "claim": "link",
    "claim-question": "answer_url",
    "change-notice": "stop_url",
}


def button(desk: Desk, kind: Kind) -> Shown:
    return pressed(desk, f"button_{kind.name.replace('-', '_')}", URLS[kind.name])


def pressed(desk: Desk, name: str, url: str) -> Shown:
    """A button with these words; in the text its words, and the address below."""
    words = desk.text(desk.words(name))
    html = desk.partial("_button.html", url=desk.value(url), words=words)
    return Shown(f"{words}:\n\n{desk.value(url)}", html)


def ask(desk: Desk, kind: Kind) -> Shown:
    """For whom the keys are now."""
    gets = desk.named["step"] == "done" and desk.named["side"] == "gets"
    return pressed(desk, "button_ask", "start_url") if gets else NOTHING


def objection(desk: Desk, kind: Kind) -> Shown:
    if not desk.named["with_stop"]:
        return NOTHING
    said, button = desk.said("object_intro"), pressed(desk, "button_object", "stop_url")
    return Shown(f"{said.text}\n\n{button.text}", said.html + button.html)


def code(desk: Desk, kind: Kind) -> Shown:
    """A claim that support began has no page to type it on."""
    if kind.name == "claim" and desk.named["by_support"]:
        return NOTHING
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
    """Of an outcome only where it was declined."""
    if kind.name == "change-outcome" and not desk.named.get("words"):
        return NOTHING
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
    "what": what,
    "still_yours": still_yours,
    "next": what_next,
    "ask": ask,
    "objection": objection,
}
