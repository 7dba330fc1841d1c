"""What a column of a mapped file can be, and how such columns are often called."""

from __future__ import annotations

from typing import Final, NamedTuple

from licensing.intake.mapped.words import WORDS


class Field(NamedTuple):
    """`names`: how files call it, in lower case without signs, the most telling first."""

    name: str
    title: str
    names: tuple[str, ...] = ()
    needed: bool = False


FIELDS: Final = (
    Field(
        "order",
        "order reference",
        (
            "order number", "order id", "order reference", "order no", "order", "purchase id", "receipt number",
            "sale id", "checkout id", "order name", "bestellnummer",
        ),
        needed=True,
    ),
    Field(
        "ordered_at",
        "ordered on",
        (
            "ordered at", "order date", "date ordered", "purchase date", "purchased at", "date of purchase",
            "created at", "created", "date created", "sale date", "transaction date", "completed at", "date",
            "timestamp", "created utc", "bestelldatum", "datum",
        ),
        needed=True,
    ),
    Field("time", "time of day, if apart", ("order time", "purchase time", "time")),
    Field(
        "email",
        "buyer’s e-mail",
        (
            "customer email", "customer e mail", "buyer email", "email address", "e mail address", "billing email",
            "purchase email", "user email", "contact email", "email", "e mail", "mail",
        ),
        needed=True,
    ),
    Field(
        "product",
        "product (id or name)",
        (
            "product id", "product code", "sku", "product sku", "item sku", "lineitem sku", "price id", "product name",
            "product", "item name", "lineitem name", "item", "title", "produkt",
        ),
        needed=True,
    ),
    Field("variant", "variant", ("variant", "variant name", "variation", "platform", "edition", "option", "plan")),
    Field(
        "product_name",
        "product’s name",
        ("product name", "product title", "item name", "lineitem name", "item", "description", "product"),
    ),
    Field("quantity", "quantity", ("quantity", "qty", "units", "lineitem quantity", "seats", "menge", "anzahl")),
    Field(
        "codes",
        "registration code(s)",
        (
            "license key", "licence key", "license keys", "licence keys", "registration code", "registration key",
            "serial number", "serial", "activation code", "activation key", "license code", "license", "key", "code",
        ),
    ),
    Field("registered_name", "registered to", ("registered name", "registered to", "registration name", "licensee")),
    Field(
        "name",
        "buyer’s name",
        (
            "customer name", "buyer name", "full name", "billing name", "purchaser", "name", "first name",
            "customer first name", "firstname", "vorname",
        ),
    ),
    Field("last_name", "buyer’s last name, if apart", ("last name", "customer last name", "lastname", "surname")),
    Field("company", "company", ("company", "company name", "organisation", "organization", "firma")),
    Field("phone", "telephone", ("phone", "phone number", "telephone", "customer phone")),
    Field("street", "street", ("address", "street address", "street", "address 1", "address line 1")),
    Field("postal_code", "postal code", ("postal code", "zip", "zip code", "postcode", "postal zip code")),
    Field("city", "city", ("city", "town", "ort")),
    Field("region", "state or region", ("state", "region", "province")),
    Field("country", "country", ("country", "country code", "customer country", "billing country", "buyer country")),
    Field("language", "language", ("language", "locale", "lang")),
    Field(
        "consent",
        "wants newsletters",
        ("newsletter", "marketing consent", "accepts marketing", "opt in", "email consent"),
    ),
    Field(
        "transaction",
        "transaction id(s)",
        (
            "transaction id", "transaction", "payment id", "charge id", "payment intent id", "paypal transaction id",
            "stripe transaction id", "txn id",
        ),
    ),
    Field("invoice", "invoice number", ("invoice number", "invoice", "invoice id", "invoice no", "rechnungsnummer")),
    Field("paid", "paid? (words)", ("payment status", "financial status", "paid", "is paid", "paid status")),
    Field("amount", "amount paid", ("amount", "total", "order total", "total amount", "gross")),
    Field("amount_refunded", "amount paid back", ("amount refunded", "refunded amount", "refund amount")),
    Field("refunded", "refunded? (words)", ("refunded", "is refunded", "refund", "refund status")),
    Field("refunded_at", "refunded on", ("refunded at", "refund date", "refunded date", "date refunded")),
    Field("disputed", "payment disputed? (words)", ("disputed", "chargeback", "charged back", "dispute")),
    Field("test", "test order? (words)", ("test", "test mode", "is test")),
    Field("receiver_email", "receiver’s e-mail (gift)", ("recipient email", "receiver email", "giftee email")),
    Field("receiver_name", "receiver’s name (gift)", ("recipient name", "receiver name", "giftee name", "recipient")),
    Field("subscription", "subscription id", ("subscription id", "subscription", "subscription reference")),
    Field(
        "paid_until",
        "paid until",
        ("paid until", "expires at", "expiry date", "expiration date", "renews at", "subscription end date"),
    ),
)  # fmt: skip
BY_NAME: Final = {field.name: field for field in FIELDS}
NEEDED: Final = tuple(field.name for field in FIELDS if field.needed)

# Columns in which digits are left alone: keys and references, where a number may look like a card's by chance.
UNSCRUBBED: Final = ("order", "codes", "transaction", "invoice", "subscription")

DATES: Final = {
    "ISO": "2024-12-31, 2024-12-31 18:30:00",
    "DD.MM.YYYY": "31.12.2024, 31.12.2024 18:30",
    "MM/DD/YYYY": "12/31/2024, 12/31/2024 6:30 PM",
    "DD/MM/YYYY": "31/12/2024, 31/12/2024 18:30",
    "unix": "1735669800 (seconds since 1970)",
}
SEPARATORS: Final = {
    ";": "semicolon",
    ",": "comma",
    "|": "vertical bar",
    "/": "slash",
    "space": "space",
    "line": "line break only",
}

OPTIONS: Final = (
    "dates",
    "separator",
    *(f"{name}{list}" for name in WORDS for list in ("_words", "_no_words")),
)
