"""The small words inside blocks and feet: what stands where nobody has said otherwise for a language.

Kept as lines `name = words`, in rows of their own (`Wording.mail` is "phrases"), so that they have versions like texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from recovery.mail.wording.markup import Fault, Inline, Refused, faults_of_line, inline, slots_in
from recovery.templatetags.recovery_words import REASONS

PHRASES_MAIL: Final = "phrases"
LONGEST_PHRASE: Final = 400
LINE: Final = re.compile(r"([a-z_]+) = (.+)")


@dataclass(frozen=True)
class Phrase:
    """`text` is what is built in; a translation must have the same placeholders."""

    name: str
    where: str
    text: Any  # str, or lazily translated

    @property
    def slots(self) -> frozenset[str]:
        return frozenset(slots_in(inline(str(self.text))))


def told(where: str, phrases: Mapping[str, Any]) -> Iterator[Phrase]:
    for name, text in phrases.items():
        yield Phrase(name, where, text)


ALL: Final = (
    *told(
        "The beginning",
        {
            "greeting": _("Hello,"),
            "greeting_name": _("Hello {name},"),
            "situation_keys": _("here are your registration keys from {vendor_name}. Keep this mail."),
            "situation_no_key": _(
                "this is what is filed for you at {vendor_name}. There is no key in it now; each entry says why."
            ),
            "situation_nothing": _("nothing is filed for you at {vendor_name} any more."),
            "situation_moved": _("your license of {product} moved from {was} to {to}. Keep this mail."),
            "situation_approved": _(
                "support said yes: your license of {product} moved from {was} to {to}. Keep this mail."
            ),
            "situation_leaked": _("support gave you a new registration key for {product}. Keep this mail."),
        },
    ),
    *told(
        "Buttons",
        {
            "button_challenge": _("Show my licenses"),
            "button_nothing_found": _("Try another address"),
            "button_muted": _("Allow these mails again"),
            "button_claim": _("Confirm this address"),
            "button_claim_question": _("Answer the question"),
            "button_change_notice": _("Stop this change"),
            "button_ask": _("Ask for my keys"),
            "button_object": _("That was not me"),
        },
    ),
    *told(
        "The list of keys",
        {
            "key_label": _("Registration key:"),
            "key_file": _("Your key is a file, attached to this mail: {file}"),
            "units": _("{units} licenses"),
            "registered": _("Registered to: {name}"),
            "activate": _("How to activate:"),
            "download": _("Download: {url}"),
            "download_link": _("Download the program"),
            "bought": _("Bought on {at} from {shop}, order {order}"),
            "without_key": _("Without a key"),
            "two": _("{most} and {last}"),
            "more": _("{count} more"),
        },
    ),
    *told("Why there is no key", {f"why_{standing}": text for standing, text in REASONS.items()}),
    *told(
        "Moves",
        {
            "old_key": _("Your {was} key stays valid until {until}."),
            "old_key_leaked": _("The earlier key is no longer valid since {until}."),
            "old_key_tail": _("It ends in …{tail}."),
            "old_key_checks": _("The program checks this: it then stops working on {was}."),
            "undo": _(
                "You changed your mind? Until then you can undo the move, once: ask for your licenses at {start_url} "
                "and press “Undo this move”."
            ),
            "moves_left": _("Moves left within {days} days: {number}."),
            "next_move": _("The next move is possible from {next_from}."),
        },
    ),
    *told(
        "Nothing found",
        {
            "shops": _(
                "Your card statement and your mailbox: look for one of these names, and for the receipt that came "
                "from it:"
            )
        },
    ),
    *told(
        "A changed address, and who gets the keys",
        {
            "situation_claim": _(
                "Somebody, most likely you, told {vendor_name} that their address has changed to this one. Please "
                "confirm that you read this mailbox."
            ),
            "situation_claim_by_support": _(
                "Support at {vendor_name} was asked to file purchases under this address. Please confirm that you "
                "read this mailbox."
            ),
            "next_claim": _(
                "Then a person at support looks at what you wrote, and the answer comes to this mailbox. No keys are "
                "sent before that."
            ),
            "next_claim_by_support": _(
                "Then everybody concerned is told, and after a waiting period your keys can be had here."
            ),
            "change_address": _(
                "Everything that is filed under this address is to be reached at {hidden} instead. Then this address "
                "gets no keys any more."
            ),
            "change_merge": _(
                "The purchases of two customers are to be put together, yours and those of {hidden}. Then each of both "
                "mailboxes gets the keys of both."
            ),
            "change_merge_unnamed": _(
                "The purchases of two customers are to be put together, yours and another one's. Then each of their "
                "mailboxes gets the keys of both."
            ),
            "change_split": _(
                "Some of the purchases that are filed under this address are to be filed apart, under {hidden}. Then "
                "each mailbox gets only its own keys."
            ),
            "change_gives_license": _(
                "A license of yours, {thing}, is to be handed on to {hidden}. Then its key is sent there, and no "
                "longer to you."
            ),
            "change_gives_order": _(
                "Your order {thing} is to be handed on to {hidden}. Then its keys are sent there, and no longer to you."
            ),
            "change_gets_license": _(
                "A license, {thing}, is to be handed on to you. Then its key is among yours."
            ),
            "change_gets_order": _(
                "An order, {thing}, is to be handed on to you. Then its keys are among yours."
            ),
            "change_mistyped": _(
                "This address was given with an order, but is said to be a typing error for another one. It is to be "
                "corrected. Until then no keys are sent to this address."
            ),
            "change_still_yours": _(
                "You can read this, so this mailbox is not gone. If you only want your keys, ask for them as always at "
                "{start_url}; that ends the change, too."
            ),
            "outcome_approved": _(
                "Support has looked at your request and allowed it. Everybody concerned is told now, and can object. "
                "It takes effect on {effective}; until then no keys are sent to this address. You get a mail when it "
                "is done, and need do nothing until then."
            ),
            "outcome_declined": _(
                "Support has looked at your request for a changed address, and could not allow it. Nothing was "
                "changed. The reason:"
            ),
            "outcome_address_gives": _(
                "What was filed under this address is now reached at {hidden}. This address gets no keys any more."
            ),
            "outcome_mistyped": _(
                "This address was given with an order by mistake. It was corrected, and no keys are sent to this "
                "address."
            ),
            "outcome_address_gets": _(
                "What you bought is now filed under this address. You can ask for your keys with it, as often as you "
                "like."
            ),
            "outcome_merge": _(
                "Your purchases and those of another customer are now filed together. Each of both mailboxes gets the "
                "keys of both."
            ),
            "outcome_split": _(
                "Your purchases are now filed apart, as you were told. Each mailbox gets only its own keys."
            ),
            "outcome_gives": _(
                "{thing} was handed on to {hidden}, as you were told, and is no longer filed under this address."
            ),
            "outcome_gets": _(
                "{thing} was handed on to you, and is filed under this address now. You can ask for its key with it."
            ),
            "outcome_stopped": _(
                "The change that you were told of will not happen. Everything stays as it was."
            ),
            "outcome_stopped_asked": _(
                "If it was you who asked for it, and you still cannot get your keys, answer this mail and say what you "
                "know: support looks at it."
            ),
            "outcome_shortened": _(
                "Support has shortened the wait: the date that you were told of before does not count any more."
            ),
            "outcome_undone": _(
                "Support has taken the change back that you were told of. Everything is as it was before it."
            ),
            "outcome_stands": _(
                "Somebody objected to the change that you were told of. Support has looked at it again, and it stands."
            ),
            "outcome_checked": _(
                "Somebody objected to the change that you were told of. Support looks at it again; until then the keys "
                "that it concerns are sent to nobody."
            ),
            "object_intro": _(
                "You know nothing of it? Say so within 30 days: the keys are sent to nobody then, until support has "
                "looked at it again."
            ),
        },
    ),
    *told(
        "The foot",
        {
            "foot_why": _("Why you get this"),
            "foot_why_asked": _("This address was typed on our page or in our app on {asked_at} (UTC)."),
            "foot_why_filed": _(
                "Our support sent it on {asked_at} (UTC), since it was asked to file purchases under this address."
            ),
            "foot_why_proved": _("Then the link or the code that we mailed here was used."),
            "foot_why_support": _("Something about a license of yours changed at {vendor_name}."),
            "foot_why_mailbox": _("Somebody who reads this mailbox asked for it, on our page or in our app."),
            "foot_why_promised": _(
                "This order at {shop} is filed under this address, and its key was promised by mail."
            ),
            "foot_why_change": _(
                "This address is, or was to be, one of a customer of {vendor_name} whom this concerns."
            ),
            "foot_not_me": _("That wasn’t you?"),
            "foot_nothing_happened": _(
                "Then nothing has happened: keys are shown only to who reads this mailbox."
            ),
            "foot_stop": _("Stop such mails for 30 days"),
            "foot_seen": _(
                "Then somebody else can read this mailbox and has seen your keys: change its password, and write to "
                "{support_email}."
            ),
            "foot_read": _(
                "Then somebody else can read this mailbox: change its password, and write to {support_email}."
            ),
            "foot_end": _("End what they have open, and stop such mails for 30 days"),
            "foot_write": _("Then write to {support_email}."),
            "foot_lost": _("You lost it one day?"),
            "foot_again": _("Ask for your licenses with this address, and they come again"),
            "foot_kept": _("What is kept about you"),
            "foot_kept_request": _(
                "The address and time of this request, for a while, and what you bought. It is shared with nobody, "
                "and there is no advertising."
            ),
            "foot_kept_moves": _(
                "What you bought, its moves, and what was written about them. It is shared with nobody, and there is "
                "no advertising."
            ),
            "foot_kept_mute": _(
                "A mark of this mailbox that cannot be read back, and what you bought. It is shared with nobody."
            ),
            "foot_kept_change": _(
                "What you bought, and who asked for this change and decided it. It is shared with nobody, and there is "
                "no advertising."
            ),
            "foot_kept_bought": _("What you bought. It is shared with nobody, and there is no advertising."),
            "foot_privacy": _("How your data is used"),
            "foot_questions": _("Questions? Answer this mail, or write to {support_email}."),
        },
    ),
)
PHRASES: Final = {phrase.name: phrase for phrase in ALL}
Phrases = tuple[
    tuple[str, str], ...
]  # what differs from the built-in: hashable, since stencils are kept by it


def phrase(name: str, changed: Mapping[str, str]) -> Inline:
    """The words of that name, taken apart: the changed ones, or those built in, in the active language."""
    return taken_apart(changed.get(name) or str(PHRASES[name].text))


@lru_cache(maxsize=1024)
def taken_apart(words: str) -> Inline:
    return inline(words)


@lru_cache(maxsize=64)
def read(body: str) -> Phrases:
    """What the lines say. Raises Refused with every fault: unknown names, empty words, missing placeholders."""
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for number, line in enumerate(body.split("\n"), start=1):
        matched = LINE.fullmatch(line)
        if matched and matched[1] in PHRASES:
            found[matched[1]] = matched[2]
            faults += faults_of_phrase(PHRASES[matched[1]], matched[2], number)
        elif line.strip():
            faults.append(Fault(number, "There are no words of that name."))
    if faults:
        raise Refused(faults)
    return tuple(found.items())


def faults_of_phrase(phrase: Phrase, words: str, number: int) -> Iterator[Fault]:
    if len(words) > LONGEST_PHRASE:
        yield Fault(number, f"This is longer than {LONGEST_PHRASE} characters.")
    if form := list(faults_of_line(number, words)):
        yield from form
        return
    slots = frozenset(slots_in(inline(words)))
    for name in sorted(phrase.slots - slots):
        yield Fault(number, f"{{{name}}} is missing here.")
    for name in sorted(slots - phrase.slots):
        yield Fault(number, f"{{{name}}} is not known here.")


def lines_of(changed: Mapping[str, str]) -> str:
    """As they are kept, in the order of the list; empty ones are left to what is built in."""
    return "\n".join(f"{name} = {changed[name]}" for name in PHRASES if changed.get(name))
