"""Entries of the audit trail in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.apps import apps
from django.utils.text import capfirst

ACTIONS: Final = {
    "page.looked": "looked at a page",
    "page.sent": "sent a form",
    "page.refused": "was refused a page",
    "move.approved": "approved a move",
    "move.declined": "declined a move",
    "move.asked_back": "asked a customer back about a move",
    "move.begun": "moved a license for its owner",
    "move.leaked": "replaced a leaked code",
    "move.undone": "undid a move",
    "move.cancelled": "cancelled a move",
    "mute.lifted": "lifted a mute",
    "suppression.lifted": "lifted the block of a dead mailbox",
    "domainpause.lifted": "let mail to a domain go on",
    "case.closed": "closed a case",
    "case.said_join": "said that two orders are one",
    "case.said_refuse": "said that two orders are not one",
    "case.said_part": "took apart two orders that were one",
    "hookevent.confirmed": "confirmed a notification",
    "hookevent.told_again": "had a notification read again",
    "connection.trial_begun": "began to send a shop's test notification",
    "connection.tried": "sent a shop's test notification",
    "importrun.upload_begun": "began to upload a file",
    "importrun.uploaded": "uploaded a file",
    "importrun.begun": "said what a file is, to have it read",
    "importrun.keep": "put a file on file",
    "importrun.discard": "discarded a file",
    "owner_change.claimed": "claimed a new address",
    "owner_change.done": "a change of who receives keys took effect",
    "owner_change.disputed": "objected to a change of who receives keys",
    "owner_change.stands": "let a change of who receives keys stand",
    "owner_change.compared": "compared a claim with a customer",
    "owner_change.asked_back": "asked a customer back about a claim",
    "owner_change.answered": "answered a question about their claim",
    "owner_change.confirmed": "let a change of which nobody could be told take effect",
    "owner_change.declined": "declined a change of who receives keys",
    "owner_change.undone": "undid a change of who receives keys",
    "endpoint.added": "added an endpoint for events",
    "endpoint.changed": "changed an endpoint for events",
    "endpoint.secret_rotated": "gave an endpoint a new secret",
    "endpoint.former_secret_ended": "ended an endpoint's former secret",
    "endpoint.disabled": "switched an endpoint off",
    "endpoint.enabled": "switched an endpoint on",
    "endpoint.tested": "sent an endpoint a test event",
    "endpoint.replayed": "had an endpoint told again",
    "wording.tried": "sent themself a mail to try",
    "wording.changed": "changed the text of a mail",
    "wording.reset": "took back the built-in text of a mail",
    "everything.exported": "exported everything",
    "trail.exported": "exported the audit trail",
    "edition.stocked": "loaded keys into a pool",
    "apikey.made": "made an API key",
    "apikey.revoked": "revoked an API key",
    "api.called": "called the API",
    "api.refused": "was refused a call of the API",
    "approval.asked": "asked for a second person",
    "approval.given": "approved somebody's deed",
    "approval.declined": "declined somebody's deed",
    "approval.used": "did what was approved",
    "account.added": "made an account",
    "account.invited_anew": "made a new invitation",
    "account.closed": "closed an account",
    "account.opened": "opened an account again",
    "account.role_changed": "changed a role",
    "account.sessions_ended": "ended somebody's sessions",
    "staff.signed_in": "signed in",
    "staff.signed_out": "signed out",
    "staff.refused": "a sign-in was refused",
    "staff.factor_refused": "a second factor was refused",
    "staff.factor_added": "added a second factor",
    "staff.factor_removed": "took a second factor away",
    "staff.password_changed": "changed their password",
    "staff.sessions_ended": "ended their other sessions",
}
DEEDS: Final = {"added": "added", "changed": "changed", "removed": "removed"}


def words_for(action: str) -> str:
    """What was done. One that has no words yet is told by its parts: a new kind of entry is never hidden."""
    if action in ACTIONS:
        return ACTIONS[action]
    thing, _, deed = action.partition(".")
    if thing == "command":
        return f"ran manage.py {deed}"
    return f"{deed.replace('_', ' ')}: {named(thing)}"


def named(model: str) -> str:
    """A model by its name on pages, where it is one."""
    for label in ("licensing", "recovery", "staff"):
        try:
            return str(apps.get_model(label, model)._meta.verbose_name)
        except LookupError:
            continue
    return model.replace("_", " ")


def lines_of(said: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """What an entry says beyond that, as names and values."""
    if said is None:
        return [("Details", "erased, with the person or the month that they were of")]
    details = dict(said.get("details") or {})
    fields = details.pop("fields", None)
    if "page" in details:
        details["page"] = page_in_words(str(details["page"]))
    found = [(str(capfirst(name.replace("_", " "))), in_a_line(value)) for name, value in details.items()]
    if isinstance(fields, dict):
        found += [(name, f"{in_a_line(was)} → {in_a_line(now)}") for name, (was, now) in fields.items()]
    elif fields:
        found.append(("Fields", in_a_line(fields)))
    around = (("Reason", str(said.get("reason") or "")), *found, ("From", str(said.get("where") or "")))
    return [each for each in around if each[1]]


def page_in_words(name: str) -> str:
    """`admin:licensing_customer_changelist` is the list of customers; what is no model's is called by its own name."""
    label, _, rest = name.rpartition(":")[2].partition("_")
    model, _, view = rest.partition("_")
    try:
        about = apps.get_model(label, model)._meta
    except LookupError:
        return name.rpartition(":")[2].replace("_", " ")
    words = {"changelist": f"list of {about.verbose_name_plural}", "change": str(about.verbose_name)}
    return words.get(view, f"{about.verbose_name}, {view.replace('_', ' ')}")


def in_a_line(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {in_a_line(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(in_a_line(each) for each in value)
    return "nothing" if value in (None, "") else str(value)
