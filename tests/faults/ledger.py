"""The account after thousands of mails: what visitors were told, what the rows say, and what really came.

Every copy of a mail must be paid for: one by its acceptance, one more by each attempt whose end nobody saw.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from licensing.models import KeyAssignment
from recovery.models import Challenge, Message, MessageKind
from recovery.tokens import row_named_by
from tests.faults.history import FAILED, OPEN, SENT
from tests.faults.visitors import Visitors
from tests.kit.mails import link_in, text_of
from tests.kit.smtp import Received

CODE = re.compile(r"\bFLOW-\d{6}-KEYS\b")
Promise = tuple[str, str]  # a mailbox, and the kind of its mail


@dataclass(frozen=True)
class Ledger:
    """Rows by promise, received mails by promise, and by the challenge whose link is mailed who asked for it."""

    visitors: Visitors
    rows: dict[Promise, list[Message]]
    copies: dict[Promise, list[Received]]
    asked_by: dict[UUID, str]
    keys_of_several_owners: int


def ledger_of(visitors: Visitors) -> Ledger:
    """Everything there is about these visitors."""
    rows: dict[Promise, list[Message]] = defaultdict(list)
    copies: dict[Promise, list[Received]] = defaultdict(list)
    with visitors.service.records():
        found = Message.objects.filter(request__address__in=visitors.accepted).select_related("request")
        for row in found:
            assert row.request
            rows[row.request.address, row.kind].append(row)
        asked = Challenge.objects.filter(request__address__in=visitors.accepted)
        asked_by = dict(asked.values_list("pk", "request__address"))
        owners = KeyAssignment.objects.values("key").annotate(owners=Count("license__owner", distinct=True))
        shared = owners.filter(owners__gt=1).count()
    for mail in visitors.service.smtp.messages[visitors.before :]:
        kind = MessageKind.KEYS if CODE.search(text_of(mail)) else MessageKind.CHALLENGE
        copies[",".join(mail.rcpt_to), kind].append(mail)
    return Ledger(visitors, rows, copies, asked_by, shared)


def assert_all_is_right(visitors: Visitors) -> None:
    """Once nothing is pending: the promises, their copies, and whose they are."""
    ledger = ledger_of(visitors)
    assert_every_promise_has_its_end(ledger)
    assert_what_was_sent_came(ledger)
    assert_repeats_are_paid_for_and_the_same(ledger)
    assert_nobody_got_anothers_mail(ledger)


def assert_every_promise_has_its_end(ledger: Ledger) -> None:
    """accepted = sent + failed + pending, and nothing is pending; a request is in twice only where a no was lost."""
    visitors = ledger.visitors
    states = Counter(row.state for rows in ledger.rows.values() for row in rows)
    sent, failed = states[SENT], sum(states[state] for state in FAILED)
    pending = sum(states[state] for state in OPEN)
    requests = {
        address: len(rows) for (address, kind), rows in ledger.rows.items() if kind != MessageKind.KEYS
    }
    proofs = {address: len(rows) for (address, kind), rows in ledger.rows.items() if kind == MessageKind.KEYS}
    assert [each for each in visitors.accepted if each not in requests] == []
    assert [each for each, times in requests.items() if times > 1 + visitors.told_no[each]] == []
    assert proofs == dict.fromkeys(visitors.proved, 1)
    assert (pending, sum(requests.values()) + len(proofs)) == (0, sent + failed)


def assert_what_was_sent_came(ledger: Ledger) -> None:
    """And nothing came that no row speaks of."""
    sent = {promise for promise, rows in ledger.rows.items() if any(row.state == SENT for row in rows)}
    assert sorted(sent - ledger.copies.keys()) == []
    assert sorted(ledger.copies.keys() - ledger.rows.keys()) == []


def assert_repeats_are_paid_for_and_the_same(ledger: Ledger) -> None:
    """One Message-ID for each mint, and one body for each Message-ID."""
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for promise, copies in ledger.copies.items():
        rows = ledger.rows[promise]
        names = {str(mail.parsed["Message-ID"]) for mail in copies}
        assert len(copies) <= sum((row.state == SENT) + row.ambiguous for row in rows), promise
        assert len(names) <= sum(max(row.mint, 1) for row in rows), promise
        for mail in copies:
            bodies[str(mail.parsed["Message-ID"])].add(mail.raw)
    assert [name for name, of_it in bodies.items() if len(of_it) > 1] == []


def assert_nobody_got_anothers_mail(ledger: Ledger) -> None:
    """One recipient each, who is the one that asked for the link in it, or the owner of the key in it."""
    owned = ledger.visitors.owned
    for (address, _), copies in ledger.copies.items():
        for mail in copies:
            text = text_of(mail)
            assert mail.parsed["To"] == address
            assert set(CODE.findall(text)) <= {owned.get(address)}
            if "/verify/" in text:
                assert asker_of(mail, ledger) == address
            elif address not in owned:
                assert address in text.splitlines()
    assert ledger.keys_of_several_owners == 0


def asker_of(mail: Received, ledger: Ledger) -> str:
    token = link_in(mail, path="/verify/").rstrip("/").rpartition("/")[2]
    return ledger.asked_by[row_named_by(token)]
