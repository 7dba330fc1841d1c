"""The mails whose words support may change: when each goes out, what it may say, and what it must.

A mail that is not here, such as an alert to support, always has its built-in text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BLOCK: Final = "block"  # alone on its line
LINK: Final = "link"  # an address, which HTML makes a link of
PLAIN: Final = "plain"


@dataclass(frozen=True)
class Placeholder:
    """Something that a text may have: what it becomes, for whoever writes it. `in_subject`: there, too."""

    name: str
    meaning: str
    form: str = PLAIN
    in_subject: bool = False


@dataclass(frozen=True)
class Kind:
    """One mail. `required`: of each of these groups one must be there. `foot`: which foot it has, see feet.py."""

    name: str
    title: str
    when: str
    placeholders: tuple[Placeholder, ...]
    required: tuple[tuple[str, ...], ...]
    foot: str
    subject: str
    body: str

    def placeholder(self, name: str) -> Placeholder | None:
        return next((each for each in self.placeholders if each.name == name), None)


VENDOR: Final = (
    Placeholder("vendor_name", "your company's name", in_subject=True),
    Placeholder("support_email", "the address of support", LINK),
    Placeholder("public_url", "the page on which customers ask for their keys", LINK),
)
HELLO: Final = Placeholder("hello", "the greeting, with the customer's name where it is known", BLOCK)
SITUATION: Final = Placeholder("situation", "the sentence that fits what has happened", BLOCK)
KEYS: Final = Placeholder("keys", "every license, with its key or the reason why there is none", BLOCK)
PRODUCTS: Final = Placeholder("products", "the names of the products", in_subject=True)
WORDS: Final = Placeholder("words", "what support wrote to this customer", BLOCK)
MOVE: Final = (
    Placeholder("product", "the product that moves", in_subject=True),
    Placeholder("was", "the platform it moves from", in_subject=True),
    Placeholder("to", "the platform it moves to", in_subject=True),
    Placeholder("start_url", "the page on which customers ask for their licenses", LINK),
)
LEFT: Final = Placeholder("left", "how many moves are left, and from when", BLOCK)

CHALLENGE: Final = Kind(
    name="challenge",
    title="Proof of the mailbox",
    when="Somebody asked for their keys with an address that is on file.",
    placeholders=(
        Placeholder("button", "the button that shows the licenses", BLOCK),
        Placeholder("link", "the same as an address", LINK),
        Placeholder("code", "the code to type where they asked", BLOCK),
        Placeholder("minutes", "how long link and code work"),
        *VENDOR,
    ),
    required=(("button", "link"),),
    foot="asked",
    subject="Your link to your {vendor_name} registration keys",
    body="""\
# Your registration keys are one click away

Somebody, most likely you, asked for the registration keys that are filed under this address at {vendor_name}.

{button}

Or type this code where you asked:

{code}

Both work once, for {minutes} minutes. An old link offers to send you a fresh one. Never pass the link or the code on. \
We never ask for them.""",
)
NOTHING_FOUND: Final = Kind(
    name="nothing-found",
    title="Nothing found",
    when="Somebody asked with an address that nothing is filed under.",
    placeholders=(
        Placeholder("address", "the address that was asked with"),
        Placeholder("shops", "the names that card statements show, if any are on file", BLOCK),
        Placeholder("button", "the button that leads to another try", BLOCK),
        Placeholder("start_url", "the same as an address", LINK),
        *VENDOR,
    ),
    required=(("button", "start_url"),),
    foot="asked",
    subject="No {vendor_name} purchase is filed under this address",
    body="""\
# No purchase is filed under this address

Somebody, most likely you, asked {vendor_name} for the registration keys of {address}. Nothing is filed under it. That \
need not mean that there is nothing. Please try:

Another address of yours: the one on your receipt, or the one that your shop or payment service knows.

{shops}

A person: send the receipt or the order number to {support_email}. Was it a gift? Then it is filed under the address \
it was given to.

{button}""",
)
KEYS_MAIL: Final = Kind(
    name="keys",
    title="The keys",
    when="A customer has proved their mailbox, or support sent the keys again.",
    placeholders=(HELLO, SITUATION, KEYS, PRODUCTS, *VENDOR),
    required=(("situation",), ("keys",)),
    foot="proved",
    subject="Your registration keys for {products}",
    body="""\
# Your registration keys

{hello}

{situation}

{keys}

Is something missing? It may be filed under another address of yours: ask with that one at {public_url}, or send the \
receipt to {support_email}.""",
)
MUTED: Final = Kind(
    name="muted",
    title="Requests are stopped",
    when="Somebody said that they did not ask, and stopped such mails.",
    placeholders=(
        Placeholder("days", "how long they are stopped"),
        Placeholder("button", "the button that allows them again", BLOCK),
        Placeholder("unmute_url", "the same as an address", LINK),
        *VENDOR,
    ),
    required=(("button", "unmute_url"),),
    foot="muted",
    subject="Mails about your {vendor_name} registration keys are stopped",
    body="""\
# These mails are stopped

As you asked, nobody can have a mail with a link to your registration keys sent to this address for {days} days. Links \
and codes from earlier mails work no longer.

Should you need your keys sooner, or was this not you, take it back here:

{button}

Keep this mail until then. Your licenses are untouched.""",
)
REPLACEMENT: Final = Kind(
    name="replacement",
    title="The new key after a move",
    when="A license moved to another platform, or its leaked key was replaced.",
    placeholders=(
        HELLO,
        SITUATION,
        KEYS,
        Placeholder("old_key", "until when the key before is valid", BLOCK),
        Placeholder("undo", "how to undo the move, if that is possible", BLOCK),
        *MOVE,
        *VENDOR,
    ),
    required=(("situation",), ("keys",), ("old_key",), ("undo",)),
    foot="moves",
    subject="Your registration key for {product} for {to}",
    body="""\
# Your new key for {product}

{hello}

{situation}

{keys}

{old_key}

{undo}""",
)
UNDONE: Final = Kind(
    name="undone",
    title="A move was undone",
    when="A customer or support took a move back.",
    placeholders=(HELLO, KEYS, LEFT, *MOVE, *VENDOR),
    required=(("keys",),),
    foot="moves",
    subject="Undone: {product} is for {was} again",
    body="""\
# {product} is for {was} again

{hello}

the move of {product} to {to} was undone. Your {was} key is valid as before, and the {to} key has ended. The move \
still counts.

{keys}

{left}""",
)
DECLINED: Final = Kind(
    name="declined",
    title="A move was declined",
    when="Support declined a move.",
    placeholders=(HELLO, WORDS, *MOVE, *VENDOR),
    required=(("words",),),
    foot="moves",
    subject="About your move of {product} to {to}",
    body="""\
# Your move of {product} to {to}

{hello}

support looked at your move of {product} from {was} to {to}, and declined it. The reason:

{words}

Nothing has changed: your {was} key stays valid. If you see it differently, answer this mail.""",
)
QUESTION: Final = Kind(
    name="question",
    title="A question about a move",
    when="Support asks back before it decides about a move.",
    placeholders=(HELLO, WORDS, *MOVE, *VENDOR),
    required=(("words",),),
    foot="moves",
    subject="A question about your move of {product} to {to}",
    body="""\
# A question about your move of {product}

{hello}

you asked to move {product} from {was} to {to}. Before support can say yes, there is a question:

{words}

Answer this mail. Or ask for your licenses at {start_url}, where the question stands beside the license. Until then \
your {was} key stays valid.""",
)
PROMISED: Final = Kind(
    name="promised",
    title="A key that was not ready",
    when="A shop asked for a key that was not there yet, and now it is.",
    placeholders=(
        HELLO,
        KEYS,
        PRODUCTS,
        Placeholder("order", "the order's number", in_subject=True),
        Placeholder("shop", "the shop that it was bought from", in_subject=True),
        *VENDOR,
    ),
    required=(("keys",),),
    foot="promised",
    subject="Your registration key for {products} (order {order} at {shop})",
    body="""\
# Your registration key is ready

{hello}

when this was bought from {shop}, its registration key was not ready yet. Thank you for waiting: here it is. Keep this \
mail.

{keys}""",
)
CLAIM: Final = Kind(
    name="claim",
    title="Proof of a new mailbox",
    when="A customer or support says that an address has changed to this one.",
    placeholders=(
        SITUATION,
        Placeholder("button", "the button that confirms the address", BLOCK),
        Placeholder("link", "the same as an address", LINK),
        Placeholder("code", "the code to type where they asked, if there is one", BLOCK),
        Placeholder("minutes", "how long link and code work"),
        Placeholder("next", "what happens then", BLOCK),
        *VENDOR,
    ),
    required=(("situation",), ("button", "link"), ("next",)),
    foot="claim",
    subject="Confirm your new address at {vendor_name}",
    body="""\
# Confirm your new address

{situation}

{button}

{code}

It works once, for {minutes} minutes. An old link offers to send you a fresh one.

{next}""",
)
CLAIM_QUESTION: Final = Kind(
    name="claim-question",
    title="A question about a changed address",
    when="Support asks back before it decides about a changed address: to the new one.",
    placeholders=(
        WORDS,
        Placeholder("button", "the button that leads to the question, to answer it there", BLOCK),
        Placeholder("answer_url", "the same as an address", LINK),
        Placeholder("until", "how long the answer is waited for"),
        *VENDOR,
    ),
    required=(("words",), ("button", "answer_url")),
    foot="changes",
    subject="A question about your new address at {vendor_name}",
    body="""\
# A question about your new address

You told {vendor_name} that your address has changed to this one. Before support can decide, there is a question:

{words}

{button}

Please answer by {until}: after that, support decides by what is here.

The page takes the order number and a registration code, too, if you left them out. Nothing is changed, and no keys \
are sent, before support has decided.""",
)
CHANGE_NOTICE: Final = Kind(
    name="change-notice",
    title="Who gets the keys is to change",
    when="Support has allowed a change of owner: to everybody whom it concerns, before it takes effect.",
    placeholders=(
        Placeholder("what", "what is to change, and for whom", BLOCK),
        Placeholder("effective", "when it takes effect"),
        Placeholder("button", "the button that stops the change", BLOCK),
        Placeholder("stop_url", "the same as an address", LINK),
        Placeholder(
            "still_yours", "that the old mailbox need only ask for its keys, where an address changes", BLOCK
        ),
        *VENDOR,
    ),
    required=(("what",), ("effective",), ("button", "stop_url")),
    foot="changes",
    subject="Please check: who gets your {vendor_name} keys is to change",
    body="""\
# Who gets your keys is to change

{vendor_name} was asked for a change that concerns you. Support has looked at it and allowed it.

{what}

It takes effect on {effective}, not before. Until then everything stays as it is.

You know nothing of it, or do not want it?

{button}

{still_yours}

If it is right, you need do nothing.""",
)
CHANGE_OUTCOME: Final = Kind(
    name="change-outcome",
    title="What became of a change of owner",
    when="It was allowed, declined, done, stopped, taken back or objected to.",
    placeholders=(
        SITUATION,
        Placeholder("words", "the reason, where it was declined", BLOCK),
        Placeholder("ask", "the button to ask for the keys, for who gets them now", BLOCK),
        Placeholder("objection", "how to object, for who gave them away", BLOCK),
        *VENDOR,
    ),
    required=(("situation",), ("words",), ("objection",)),
    foot="changes",
    subject="About who gets your {vendor_name} keys",
    body="""\
# About who gets your keys

{situation}

{words}

{ask}

{objection}""",
)

KINDS: Final = {
    kind.name: kind
    for kind in (
        CHALLENGE,
        KEYS_MAIL,
        NOTHING_FOUND,
        REPLACEMENT,
        UNDONE,
        QUESTION,
        DECLINED,
        PROMISED,
        MUTED,
        CLAIM,
        CLAIM_QUESTION,
        CHANGE_NOTICE,
        CHANGE_OUTCOME,
    )
}
