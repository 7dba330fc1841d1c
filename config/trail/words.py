"""Entries of the audit trail in plain words."""

from __future__ import annotations

from typing import Final

from django.apps import apps

ACTIONS: Final = {
    "search.made": "searched",
    "code.revealed": "revealed a code",
    "keys.sent": "sent the keys",
    "link.sent": "sent a fresh link",
    "mute.set": "stopped mails to an address",
    "note.written": "wrote a note",
    "note.withdrawn": "withdrew a note",
    "license.revoked": "revoked a license",
    "license.restored": "restored a license",
    "purchase.added": "added a purchase",
    "purchase.marked_refunded": "marked an order refunded",
    "purchase.refund_withdrawn": "took the mark of a refund back",
    "customer.corrected": "corrected a customer's name",
    "customer.exported": "exported what is held about a customer",
    "customer.erased": "erased a customer",
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
    "owner_change.begun": "began a change of who receives keys",
    "owner_change.approved": "approved a change of who receives keys",
    "owner_change.shortened": "shortened the wait of a change of who receives keys",
    "owner_change.stopped": "stopped a change of who receives keys",
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
DEEDS: Final = ("added", "changed", "removed")  # with rows that people keep in the console


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
