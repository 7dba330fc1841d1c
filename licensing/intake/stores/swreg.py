"""SWREG's key generator requests and refund notifications, after its documents ("Key Generator",
swreg.org/documentation/keygen.htm, and "Receiving Refund Notifications"); the parameters beyond the documented table
(`email`, `co_name`, `add1` to `add6`, `phone`, `qty`, `user_text`) after public code that answers them.

Decided here, since they do not say it:

- Nothing signs a request for a key: it counts from the connection's allowed addresses only. SWREG says that its
  addresses change, so look at the refused ones when keys are missing.
- A refund notification names a security key that the vendor chose, the connection's secret. One without it is
  refused; one with it waits for support all the same, since the key stands in it readable and signs nothing of it.
- `o_no` is the order's reference, which refunds name; an order in a basket has a number of its own, and
  `master_order_no`, the basket's, is a further reference. `initals` is spelled so there.
- What is escaped is UTF-8 if it can be, else Windows-1252: the document speaks of "hexadecimal ASCII values".
- No parameter says when the order was placed. A key is asked for at that moment.
- Keys go between the tags, one on a line. SWREG takes 600 characters. An answer without the tags is recorded as an
  error and mailed to the vendor: that is a refusal.
- A notification of a refund that is not full does not say for how many units: money that took none.
- No public document lists the columns of its reports: use the generic CSV with a column map.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from licensing.intake.record import ORDER, Party, Payment, PaymentNews, PurchaseRecord, Refund, SoldLine, Told
from licensing.intake.shop import Ask, Event, KeyRequest, NotUnderstood, Received, Reply, Shop, digest
from licensing.intake.stores.form_fields import form
from licensing.intake.stores.json_fields import Fields, dumped, envelope, loaded
from licensing.intake.stores.signatures import is_signed

MOST_UNITS: Final = 10_000
FORM: Final = "application/x-www-form-urlencoded"
NUMBER: Final = "o_no"
SECURITY: Final = "security"
PLACES: Final = ("add1", "add2", "add3", "add4", "add5", "add6", "country")


class SwregKeys:
    """Answers between the tags that SWREG looks for."""

    def asks(self, received: Received) -> KeyRequest | None:
        if received.method != "GET":
            return None
        asked = Fields(dict(fields_of(received.query.encode("utf-8", "replace"))))
        if NUMBER not in asked:
            return None
        record = record_of(asked)
        [line] = record.lines
        return KeyRequest(line=f"{line.product_ref} {line.variant}".strip()[:200], record=record)

    def answer(self, codes: Sequence[str], request: KeyRequest) -> Reply:
        keys = "\n".join(codes)
        return Reply(f"<softshop>{keys}</softshop>".encode())

    def refusal(self, reason: str, request: KeyRequest | None) -> Reply:
        return Reply(reason.encode(), status=500)


class Swreg(Shop):
    title = "SWREG"
    notifies = True
    signed = False
    methods = ("GET", "POST")
    secret_name = "Security key of the refund notifier"  # noqa: S105  what it is called there
    steps = (
        "In your SWREG account, open the products' delivery methods, choose a keycode and enter {url} as the address "
        "of the key generator.",
        "For refunds, open Edit Your Author Details, enter {url} as Refund Notifier, set a security key, and enter the "
        "same one at this connection, as its secret.",
        "SWREG signs nothing: enter the addresses that its servers ask from as this connection's allowed addresses.",
    )
    unscrubbed = frozenset({NUMBER, "master_order_no", "order_no", "pc"})
    key_desk = SwregKeys()
    sample = "swreg-refund.form"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        """A notification of a refund: the same as its sample, with the connection's own security key."""
        proof = f"&{SECURITY}={quote(secret, safe='')}".encode()
        return Received("POST", body.strip() + proof, headers={"content-type": FORM})

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        if received.method == "GET":
            return True
        try:
            given = fields_of(received.body).get(SECURITY, "")
        except NotUnderstood:
            return False
        return is_signed(received.body, given=[given], secrets=secrets, signer=lambda secret, body: secret)

    def events(self, received: Received) -> Sequence[Event]:
        told = fields_of(received.body)
        if "order_no" not in told or "notify_type" not in told:
            raise NotUnderstood("It is neither a request for a key nor a notification of a refund.")
        with envelope():
            kind = Fields(dict(told)).cut("notify_type", 80)
        kept = {name: value for name, value in told.items() if name != SECURITY}
        return [Event(id=digest(dumped(kept)), kind=kind or "refund", payload=dumped(kept))]

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        refund = loaded(event.payload)
        names = ((ORDER, refund.required("order_no")),)
        return (PaymentNews(names, payment_of(refund), confirmed=False),)


def fields_of(octets: bytes) -> dict[str, str]:
    try:
        return form(octets)
    except NotUnderstood:
        return form(octets, charset="windows-1252")


def record_of(asked: Fields) -> PurchaseRecord:
    name = person(asked)
    basket = asked.text("master_order_no", 200)
    product = asked.required("pc")
    return PurchaseRecord(
        reference=asked.required(NUMBER),
        ordered_at=datetime.now(UTC),
        buyer=Party(
            email=asked.address("email"),
            name=name,
            company=asked.cut("co_name", 300),
            phone=asked.cut("phone", 60),
            mailing_address="\n".join([place for each in PLACES if (place := asked.cut(each, 300))])[:2000],
        ),
        lines=(
            SoldLine(
                product_ref=product,
                variant=asked.text("var", 200),
                name="",
                quantity=asked.whole("qty", low=1, high=MOST_UNITS, missing=1),
                registered_name=name,
            ),
        ),
        payment=Payment(),
        references=(("master_order", basket),) if basket else (),
        confirmed=False,
        complete=False,
    )


def person(asked: Fields) -> str:
    return " ".join([name for each in ("initals", "name") if (name := asked.cut(each, 149))])


def payment_of(refund: Fields) -> Payment:
    """Of an order that it does not describe, so nothing is said of its being paid."""
    kind = refund.required("notify_type", 80).lower()
    if kind == "full_refund":
        return Payment(paid=False, refunded=True)
    if "chargeback" in kind or "charge_back" in kind:
        return Payment(paid=False, disputed=True)
    if "refund" in kind:
        return Payment(paid=False, refunds=(Refund(0),))
    raise NotUnderstood("It is a notification of another kind than refunds and chargebacks.")


SHOP = Swreg()
