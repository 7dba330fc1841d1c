"""What must be true of licenses, keys, exchanges and their mails after every step, whatever happened before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from licensing.models import KeyAssignment, KeyState
from recovery.models import Exchange, ExchangeKind, ExchangeMail, ExchangeState, Message, MessageKind

MAILS = {
    ExchangeState.DONE: ["replacement"],
    ExchangeState.UNDONE: ["replacement", "undone"],
    ExchangeState.DECLINED: ["declined"],
}
STEPS = [MessageKind.REPLACEMENT, MessageKind.UNDONE, MessageKind.DECLINED]


def assert_sound(*, now: datetime) -> None:
    """Every license that ever had a key, and all that happened to it."""
    chains = chains_of(KeyAssignment.objects.select_related("key", "license").order_by("id"))
    exchanges = list(Exchange.objects.order_by("completed_at"))
    for chain in chains.values():
        assert_one_chain(chain)
    assert_keys_hold_no_more_than_their_seats(chains.values(), now=now)
    assert_used_keys_never_return(chains.values())
    assert_each_key_has_one_owner(chains.values())
    assert_ended_when_said(exchanges, chains, now=now)
    assert_policy_kept(exchanges)
    assert_one_mail_a_step(exchanges)


def chains_of(rows: Iterable[KeyAssignment]) -> dict[UUID, list[KeyAssignment]]:
    chains: dict[UUID, list[KeyAssignment]] = defaultdict(list)
    for each in rows:
        chains[each.license_id].append(each)
    return chains


def assert_one_chain(chain: list[KeyAssignment]) -> None:
    """Each is replaced by the next; the last alone is open, and is what the license runs."""
    *former, last = chain
    assert [each.replaced_by_id for each in chain] == [each.pk for each in chain[1:]] + [None]
    assert all(each.ends_at for each in former), "a replaced key with no end"
    assert last.ends_at is None, "no key serves the license"
    assert last.key.edition_id == last.license.edition_id, "the license runs another edition than its key"


def assert_keys_hold_no_more_than_their_seats(
    chains: Iterable[list[KeyAssignment]], *, now: datetime
) -> None:
    """Nor does anybody get a seat that somebody holds in a grace period."""
    serving = [each for chain in chains for each in chain if each.ends_at is None or each.ends_at > now]
    held = [(each.key_id, each.seat) for each in serving if each.key.seats is not None]
    assert max(Counter(held).values(), default=0) <= 1, "a seat is held twice"
    assert all(1 <= (each.seat or 0) <= each.key.seats for each in serving if each.key.seats is not None)


def assert_used_keys_never_return(chains: Iterable[list[KeyAssignment]]) -> None:
    """A key serves while it serves somebody, and is retired for good after that; a code for all goes on."""
    every = [each for chain in chains for each in chain]
    held = {each.key_id for each in every if each.ends_at is None}
    for key in {each.key for each in every}:
        wanted = KeyState.SERVING if key.pk in held or key.seats is None else KeyState.RETIRED
        assert key.state == wanted, f"a used key in the state {key.state}"


def assert_each_key_has_one_owner(chains: Iterable[list[KeyAssignment]]) -> None:
    owners: dict[UUID, set[UUID | None]] = defaultdict(set)
    for each in (each for chain in chains for each in chain if each.key.seats is not None):
        owners[each.key_id].add(each.license.owner_id)
    assert all(len(each) == 1 for each in owners.values()), "a key served two customers"


def assert_ended_when_said(
    exchanges: list[Exchange], chains: dict[UUID, list[KeyAssignment]], *, now: datetime
) -> None:
    """What still serves beside the open assignment is the old key of a move, until the date that the move names."""
    ends = {each.from_assignment_id: each.old_key_until for each in exchanges if each.completed_at}
    undone = {each.from_assignment_id: each for each in exchanges if each.state == ExchangeState.UNDONE}
    for each in (each for chain in chains.values() for each in chain[:-1]):
        if reason := undone.get(each.pk):
            assert each.ends_at == reason.undone_at, "an undone move's old key has a grace period"
        elif each.pk in ends:
            assert each.ends_at == ends[each.pk], "the old key ends at another date than was said"
        else:
            assert each.ends_at is not None
            assert each.ends_at <= now, "a key that was taken back goes on"


def assert_policy_kept(exchanges: list[Exchange]) -> None:
    """No move that the rules alone allowed exceeds them, whoever made the earlier ones."""
    for each in (each for each in exchanges if counts(each) and each.policy["verdict"] == "allowed"):
        earlier = [
            other.completed_at
            for other in exchanges
            if counts(other) and other.license_id == each.license_id and other.pk < each.pk
        ]
        assert each.completed_at is not None
        period = each.completed_at - timedelta(days=each.policy["period"])
        assert sum(at > period for at in earlier if at) < each.policy["per_period"], "moved too often"
        rested = each.completed_at - timedelta(days=each.policy["cooldown"])
        assert all(at <= rested for at in earlier if at), "moved too soon"


def counts(exchange: Exchange) -> bool:
    return exchange.kind == ExchangeKind.MOVE and exchange.completed_at is not None


def assert_one_mail_a_step(exchanges: list[Exchange]) -> None:
    told: dict[UUID, list[str]] = defaultdict(list)
    for mail in ExchangeMail.objects.exclude(step__startswith="question").select_related("message"):
        assert mail.message.kind == mail.step
        told[mail.exchange_id].append(mail.step)
    for each in exchanges:
        wanted = MAILS.get(ExchangeState(each.state), [])
        assert sorted(told[each.pk]) == wanted, f"mails of a {each.state} exchange"
    assert not Message.objects.filter(kind__in=STEPS, exchanges=None).exists(), "a mail about nothing"
