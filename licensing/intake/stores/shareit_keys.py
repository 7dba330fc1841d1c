"""ShareIt's (MyCommerce's) request for a key, after its Key Generator SDK (version 4.5, "Input Values") and the
variant of it that posts the values to the vendor's address (blog.stuffedguys.com, August 2005).

Decided here, since they do not say it:

- The values come as a form or as lines of `KEY=VALUE`. `ENCODING` says in which character set; ISO-8859-1 if nothing
  does.
- `PURCHASE_ID` is the order's reference, `RUNNING_NO` the line within it. An order is told line by line.
- `PURCHASE_DATE` is day/month/year, as in the SDK's examples; ISO 8601 is read, too. A key is asked for once the
  order is paid.
- Keys are answered one on a line.
- The SDK has numbers for what went wrong (10 to 16), but only for programs that run at ShareIt. Over HTTP, whatever
  comes with status 200 is given to the customer as the key: so a refusal is an HTTP error with the reason as text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine
from licensing.intake.shop import KeyRequest, Received, Reply
from licensing.intake.stores.form_fields import form, lines
from licensing.intake.stores.json_fields import Fields

MOST_UNITS: Final = 10_000
# No line breaks after a line break: of a megabyte of them, each would be looked at from all that stand before it.
_ASKS: Final = re.compile(rb"(?:^|[&\r\n])[ \t]*(?:PURCHASE_ID|PRODUCT_ID)=")
_ENCODING: Final = re.compile(rb"(?:^|[&\r\n])[ \t]*ENCODING=([\w-]*)")
_DAY: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


class ShareItKeys:
    """Answers with keys in text, one on a line."""

    def asks(self, received: Received) -> KeyRequest | None:
        if not _ASKS.search(received.body):
            return None
        asked = Fields(dict(fields_of(received.body)))
        running_number = asked.required("RUNNING_NO") if "RUNNING_NO" in asked else "1"
        return KeyRequest(line=running_number, record=record_of(asked, running_number))

    def answer(self, codes: Sequence[str], request: KeyRequest) -> Reply:
        return Reply("\n".join(codes).encode())

    def refusal(self, reason: str, request: KeyRequest | None) -> Reply:
        return Reply(reason.encode(), status=500)


def fields_of(body: bytes) -> dict[str, str]:
    said = _ENCODING.search(body)
    charset = said[1].decode("ascii") if said and said[1] else "iso-8859-1"
    first_line = body.strip().partition(b"\n")[0]
    return form(body, charset=charset) if b"&" in first_line else lines(body, charset=charset)


def record_of(asked: Fields, running_number: str) -> PurchaseRecord:
    return PurchaseRecord(
        reference=asked.required("PURCHASE_ID"),
        ordered_at=day(asked, "PURCHASE_DATE"),
        buyer=buyer_of(asked),
        lines=(
            SoldLine(
                product_ref=asked.required("PRODUCT_ID"),
                variant="",
                name="",
                quantity=asked.whole("QUANTITY", low=1, high=MOST_UNITS, missing=1),
                registered_name=asked.cut("REG_NAME", 300),
                reference=running_number,
            ),
        ),
        payment=Payment(),
        confirmed=False,
        complete=False,
    )


def buyer_of(asked: Fields) -> Party:
    places = [asked.cut(name, 300) for name in ("STREET", "ZIP", "CITY", "STATE", "COUNTRY")]
    names = [asked.cut(name, 149) for name in ("FIRSTNAME", "LASTNAME")]
    return Party(
        email=asked.address("EMAIL"),
        name=" ".join([name for name in names if name]),
        company=asked.cut("COMPANY", 300),
        phone=asked.cut("PHONE", 60),
        mailing_address="\n".join([place for place in places if place])[:2000],
    )


def day(asked: Fields, name: str) -> datetime:
    """A day as day/month/year, or a day or moment as ISO 8601 writes it."""
    text = asked.text(name, 40)
    if match := _DAY.fullmatch(text):
        text = f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}"
    return Fields({name: text if ":" in text else f"{text}T00:00:00"}, asked.path).moment(name)


KEY_DESK = ShareItKeys()
