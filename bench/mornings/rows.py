"""Rows for `bench.morning`, made by the database itself, with ids as old as they are."""

from __future__ import annotations

from typing import Final

from bench.bulk import bulk

YEAR, QUARTER = 365 * 86_400, 90 * 86_400  # seconds
DIGEST: Final = "int8send(n) || int8send(n)"


def moment(rows: int, seconds: int) -> str:
    """SQL: row `n` of so many is that old, evenly."""
    return f"(now() - make_interval(secs => ({rows} - n) * {seconds}::float8 / {rows}))"


def row_id(tag: str, at: str) -> str:
    """SQL: a version 7 UUID of that moment, and of row `n` of the table of that tag (three hexadecimal digits)."""
    milliseconds = f"(extract(epoch FROM {at}) * 1000)::bigint"
    return f"(lpad(to_hex({milliseconds}), 12, '0') || '7{tag}8' || lpad(to_hex(n), 15, '0'))::uuid"


def fill(rows: int, *, store: str, edition: str) -> None:
    """So many orders of ten years, recorded within one; a tenth as many requests, of 90 days, nine of ten served."""
    asked = rows // 10
    bought, wanted = moment(rows, YEAR), moment(asked, QUARTER)
    order, line, license = (row_id(tag, bought) for tag in ("001", "002", "003"))
    request = row_id("004", wanted)
    used, at = rows // 40, moment(rows // 40, QUARTER)
    statements = {
        f"licensing_purchase (id, store_id, reference, ordered_at, confirmed_at, paid_at, recorded_at, test, complete,"
        f" sold_digest) SELECT {order}, '{store}', 'R' || n, {moment(rows, 10 * YEAR)}, now(), now(), {bought}, false,"
        " true, ''": rows,
        f"licensing_purchaseline (id, purchase_id, position, product_ref, variant, name, quantity, registered_name,"
        f" reference, subscription_ref, placed_at) SELECT {line}, {order}, 0, 'p', '', 'Thing', 1, '', '', '',"
        f" CASE WHEN n % 1000 > 0 THEN now() END": rows,
        f"licensing_license (id, line_id, unit, edition_id, subscription_ref, revoked_reason) SELECT {license}, {line},"
        f" 1, '{edition}', '', ''": rows,
        f"licensing_registrationkey (id, edition_id, state, sealed, fingerprint_a, tail, registered_name, file_name,"
        f" content_type, seats, retired_reason, created_at) SELECT {row_id('005', bought)}, '{edition}',"
        f" CASE WHEN n % 100 = 0 THEN 'pool' ELSE 'serving' END, '', int8send(n), 'T', '', '', '', 1, '', now()": rows,
        f"licensing_keyassignment (id, key_id, license_id, seat, starts_at, end_reason) SELECT {row_id('006', at)},"
        f" {row_id('005', at)}, {row_id('003', at)}, 1, {at}, ''": used,
        f"recovery_recoveryrequest (id, address, mailbox, network, browser_digest, origin, language, created_at,"
        f" verified_at) SELECT {request}, 'user' || n || '@' || n % 50 || '.example', {DIGEST}, {DIGEST}, {DIGEST},"
        f" 'page', 'en', {wanted}, CASE WHEN n % 10 > 0 THEN {wanted} + interval '1 min' END": asked,
        **{
            f"recovery_message (id, kind, request_id, state, withheld_because, template, about, due_at, attempts,"
            f" ambiguous, mint, reply, accepted_at, created_at) SELECT {row_id(tag, wanted)}, '{kind}', {request},"
            f" CASE WHEN n % 500 = 0 THEN 'refused' ELSE 'accepted' END, '', '', '', {wanted}, 1, 0, 1,"
            f" CASE WHEN n % 500 = 0 THEN '550 5.1.1 no such user' ELSE '250 ok' END,"
            f" {wanted} + make_interval(secs => 1 + n % 30), {wanted}": asked
            for tag, kind in (("007", "challenge"), ("008", "keys"))
        },
        f"licensing_case (id, kind, digest, detail, opened_at) SELECT {row_id('009', bought)},"
        f" (ARRAY['contradiction', 'same_person'])[1 + n % 2], int8send(n), '{{}}', {bought}": rows // 1000,
    }
    with bulk([statement.split(" ", 1)[0] for statement in statements]) as cursor:
        for statement, count in statements.items():
            cursor.execute(f"INSERT INTO {statement} FROM generate_series(1, {count}) n")
