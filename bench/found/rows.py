"""Rows for `bench.find`, made by the database itself: as many customers, purchases, licenses and keys as asked for.

Names and domains repeat as in a real vendor's files: a third of the addresses are at one provider, some names belong to
thousands, most to a few hundred, and a tenth is like no other. Ids are version 7 UUIDs, of one row a millisecond.
"""

from __future__ import annotations

from typing import Final

from bench.bulk import bulk
from licensing.keys.sources.pattern import ALPHABET

FIRST: Final = """
    Ada Alan Alice Amal Anna Annika Antonio Barbara Ben Carla Charles Chen Claire Daniel David Dora Edsger
    Elena Emma Erik Fatima Frances Grace Hanna Hedy Ines Ivan James Jean Joan John Jose Karen Katherine Lars
    Laura Leslie Linus Lucia Maria Marie Martin Mehmet Michael Niklaus Noor Olga Paul Peter Radia Robert Rosa
    Sara Sophie Stefan Thomas Tim Ursula Yuki Zoe
"""
LAST: Final = """
    Abel Allen Babbage Backus Bartik Becker Brown Cerf Chang Church Codd Cohen Conway Curie Davis Dijkstra
    Dupont Engelbart Fischer Garcia Goldberg Hamilton Hopper Huber Ivanova Jensen Johnson Jones Kaplan Keller
    Kernighan Kim Klein Knuth Kowalski Lamarr Lamport Larsson Lee Liskov Lovelace Martin McCarthy Meyer Miller
    Moreau Mueller Naur Nguyen Novak Perlman Petrov Ritchie Rossi Sato Schmidt Shannon Silva Smith Tanaka
    Turing Weber Wilson Wirth Yilmaz Zhang Zuse
"""
BEGIN: Final = """
    Al Ander Berg Bern Bo Brand Car Da Dom Ek El Fer Gor Gut Hag Hal Hol Jo Kar Kel Kra Lan Lin Mar Mon Neu
    Nor Ol Pet Ros Sand Schwar Sten Stra Tol Val Ver Wal Win Zim
"""
END: Final = """
    ak ard baum berg dahl dorf eau feld gren heim hoff ic ini kamp ler lund man mark mer mond nova off qvist
    rand rich sen ska son stad stein stra ström t ton vich wald wein z
"""
DOMAINS: Final = """
    gmail.com gmail.com gmail.com gmail.com gmail.com gmail.com outlook.com outlook.com hotmail.com yahoo.com
    gmx.de web.de icloud.com mail.ru orange.fr libero.it t-online.de proton.me
"""

BORN: Final = 1_600_000_000_000  # the millisecond of the first row
TABLES: Final = (
    "licensing_customer",
    "licensing_emailaddress",
    "licensing_purchase",
    "licensing_purchasereference",
    "licensing_purchaseline",
    "licensing_license",
    "licensing_registrationkey",
    "licensing_keyassignment",
    "recovery_recoveryrequest",
    "recovery_message",
)


def row_id(tag: str, number: str = "n") -> str:
    """SQL: the id of the row of that number in the table of that tag (three hexadecimal digits)."""
    return f"(lpad(to_hex({BORN} + {number}), 12, '0') || '7{tag}8' || lpad(to_hex({number}), 15, '0'))::uuid"


def number(salt: int, number: str = "n") -> str:
    """SQL: 32 bits that look like chance and are the row's own: cheaper than a digest, ten million times over."""
    return f"(({number}::bigint * 2654435761 + {salt} * 40503) % 4294967296)"


def one_of(words: str, salt: int) -> str:
    """SQL: one of the words, always the same for the same row."""
    listed = words.split()
    return f"(string_to_array('{' '.join(listed)}', ' '))[1 + {number(salt)} / 977 % {len(listed)}]"


def scrambled(salt: int, length: int) -> str:
    """SQL: hexadecimal digits, eight at most."""
    return f"substr(lpad(to_hex({number(salt)}), 8, '0'), 1, {length})"


def octets(eights: int) -> str:
    """SQL: that many times eight octets, like no other row's."""
    return " || ".join(f"int8send({number(salt)})" for salt in range(eights))


OWN: Final = f"translate({scrambled(2, 8)}, '0123456789', 'ghijklmnop')"
FAMILY: Final = f"""CASE WHEN n % 10 = 0 THEN initcap({OWN}) WHEN n % 10 < 4 THEN {one_of(LAST, 3)}
    ELSE {one_of(BEGIN, 8)} || {one_of(END, 9)} END"""
NAME: Final = f"{one_of(FIRST, 1)} || ' ' || {FAMILY}"
DOMAIN: Final = f"CASE WHEN n % 5 = 0 THEN {scrambled(4, 6)} || '.example' ELSE {one_of(DOMAINS, 5)} END"
ADDRESS: Final = f"translate(lower({one_of(FIRST, 1)} || '.' || {FAMILY}), 'ö', 'o') || n || '@' || {DOMAIN}"
AT: Final = f"to_timestamp(({BORN} + n) / 1000.0)"
CODE_TAIL: Final = " || ".join(
    f"substr('{ALPHABET}', 1 + ({number(6)} >> {5 * place + 7})::int % {len(ALPHABET)}, 1)"
    for place in range(4)
)


def fill(rows: int, *, store: str, edition: str) -> None:
    """Writes them without looking up what refers to what, and with the spare indexes made afterwards."""
    with bulk(TABLES) as cursor:
        for table, columns in statements(store=store, edition=edition).items():
            few = table.startswith("recovery_")
            names, values = ", ".join(columns), ", ".join(columns.values())
            numbers = f"generate_series(1, {rows}, {10 if few else 1}) n"
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {numbers}")


def statements(*, store: str, edition: str) -> dict[str, dict[str, str]]:
    """Table -> column -> SQL of its value in row `n`."""
    customer, purchase, line = row_id("001"), row_id("003"), row_id("005")
    license, key, request = row_id("006"), row_id("007"), row_id("009")
    return {
        "licensing_customer": {
            "id": customer,
            "full_name": NAME,
            "company": f"CASE WHEN n % 7 = 0 THEN initcap({scrambled(7, 7)}) || ' Films' ELSE '' END",
            **dict.fromkeys(("phone", "mailing_address", "language", "newsletter_source"), "''"),
            "created_at": AT,
        },
        "licensing_emailaddress": {
            "id": row_id("002"),
            "address": ADDRESS,
            "canonical": ADDRESS,
            "created_at": AT,
            "customer_id": customer,
        },
        "licensing_purchase": {
            "id": purchase,
            "reference": "'GR-' || n",
            **dict.fromkeys(("ordered_at", "confirmed_at", "paid_at", "recorded_at"), AT),
            "test": "false",
            "complete": "true",
            "sold_digest": "'\\x00'::bytea",
            "buyer_id": customer,
            "store_id": f"'{store}'::uuid",
        },
        "licensing_purchasereference": {
            "id": row_id("004"),
            "kind": "'transaction'",
            "value": "'txn_' || n",
            "purchase_id": purchase,
        },
        "licensing_purchaseline": {
            "id": line,
            "position": "0",
            "product_ref": "'known'",
            "name": "'Thing'",
            "quantity": "1",
            **dict.fromkeys(("variant", "registered_name", "reference", "subscription_ref"), "''"),
            "placed_at": AT,
            "purchase_id": purchase,
            "receiver_id": customer,
        },
        "licensing_license": {
            "id": license,
            "unit": "1",
            "subscription_ref": "''",
            "revoked_reason": "''",
            "edition_id": f"'{edition}'::uuid",
            "owner_id": customer,
            "line_id": line,
        },
        "licensing_registrationkey": {
            "id": key,
            "state": "'serving'",
            "sealed": octets(4),
            "fingerprint_a": octets(4),
            "tail": CODE_TAIL,
            **dict.fromkeys(("registered_name", "file_name", "content_type", "retired_reason"), "''"),
            "seats": "1",
            "created_at": AT,
            "edition_id": f"'{edition}'::uuid",
        },
        "licensing_keyassignment": {
            "id": row_id("008"),
            "seat": "1",
            "starts_at": AT,
            "end_reason": "''",
            "license_id": license,
            "key_id": key,
        },
        "recovery_recoveryrequest": {
            "id": request,
            "address": ADDRESS,
            **dict.fromkeys(("mailbox", "network"), octets(2)),
            "browser_digest": octets(4),
            "origin": "'page'",
            "language": "'en'",
            "created_at": AT,
        },
        "recovery_message": {
            "id": row_id("00a"),
            "kind": "'challenge'",
            **dict.fromkeys(("about", "withheld_because", "template", "reply"), "''"),
            "state": "'accepted'",
            **dict.fromkeys(("attempts", "mint"), "1"),
            "ambiguous": "0",
            **dict.fromkeys(("due_at", "created_at", "accepted_at"), AT),
            "request_id": request,
        },
    }
