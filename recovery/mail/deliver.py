"""Claim, compose, send, mark: at least once to SMTP, twice only where SMTP itself leaves it open (RFC 1047).

Nothing is sent inside a transaction. Every mark is conditional on the lease: whoever lost it writes nothing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone, translation

from licensing.holdings import Shelf
from recovery.mail import changes, claim_questions, moves, promised, render, trial
from recovery.mail.claim import Heartbeat, claim
from recovery.mail.decide import TO_OWNERS, Known, addresses_of, mint_challenges, sort_out
from recovery.mail.letter import Letter, Outcome, Transport, Verdict
from recovery.mail.mark import mark, note_unseen_end
from recovery.mail.nudge import nudge
from recovery.mail.turn import Accepted, begin, mark_and_begin
from recovery.mail.wording.in_use import WordingsInUse
from recovery.models import CHALLENGE_LIFE, Challenge, Message, MessageKind, MessageState, Mute

FRESH_SECONDS = 1.0  # a keys mail says what was so at most that long before it is begun
BATCH = 100  # what a batch asks of the database is the same for one mail and for many
DECIDED = ("state", "withheld_because", "reply", "ambiguous", "allowed_at", "mint")
LET_GO = ("due_at", "lease_owner", "lease_until")  # written where a mail does not go out now
LONGEST_RUN_SECONDS = 30  # then another wake-up goes on: with the longest attempt, still below Celery's limit

log = structlog.get_logger(__name__)


def deliver_due(open_transport: Callable[[], Transport]) -> int:
    """Send what is due, batch after batch, over one connection; how many mails were accepted."""
    transport, accepted, began = open_transport(), 0, time.monotonic()
    try:
        with relaxed_commits():
            while time.monotonic() - began < LONGEST_RUN_SECONDS:
                batch = Batch(transport, until=began + LONGEST_RUN_SECONDS)
                batch.deliver()
                accepted += len(batch.accepted)
                if not batch.messages or batch.unreachable:
                    break
            else:
                nudge()
    finally:
        transport.close()
    return accepted


@contextmanager
def relaxed_commits() -> Iterator[None]:
    """Marks do not wait for the disk: they survive the death of this process, and after a database crash a mail is
    ambiguous, which the promise covers. What a mail depends on (its challenge) is committed fully, see `prepare`."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO OFF")
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")


class Batch:
    """Some due mails under one lease."""

    def __init__(self, transport: Transport, *, until: float) -> None:
        self.owner = uuid4()
        # Of time.monotonic(): a slow mail server must not keep the rest from other workers.
        self.until = until
        self.transport = transport
        self.accepted: list[Message] = []
        self.unmarked: Accepted | None = None  # accepted a moment ago; marked with the begin of the next
        self.unreachable = False
        self.messages = claim(self.owner, most=BATCH)

    def deliver(self) -> None:
        """Try each mail once. Stops early when the mail server cannot be reached; the rest is due again soon."""
        if not self.messages:
            return
        with Heartbeat(self.owner) as heartbeat:
            going = self.prepare()
            self.send_each(going, heartbeat)
            self.mark_the_last()
            self.start_the_clocks()
        log.info("mails_accepted", count=len(self.accepted), of=len(self.messages))

    def prepare(self) -> list[Message]:
        """Decide about every mail and mint the challenges, durably, before anything leaves."""
        now = timezone.now()
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL synchronous_commit TO ON")
            alive = [message for message in self.messages if not note_unseen_end(message)]
            self.known = Known.about(alive)
            going = sort_out(alive, self.known, now=now)
            self.challenges = mint_challenges(going)
            self.save_decisions({message.pk for message in going})
        self.wordings = WordingsInUse.now()
        self.looked_at = time.monotonic()
        self.shelf = Shelf(self.known.owners(going))
        return going

    def save_decisions(self, going: set[object]) -> None:
        """Most mails of a batch share what was decided, so that one statement writes it down for all of these."""
        alike: dict[tuple[tuple[str, object], ...], list[UUID]] = {}
        for message in self.messages:
            names: tuple[str, ...] = DECIDED
            if message.pk not in going:
                message.lease_owner = message.lease_until = None
                names += LET_GO
            elif message.state == MessageState.SENDING:
                message.state = MessageState.WAITING
            alike.setdefault(tuple((name, getattr(message, name)) for name in names), []).append(message.pk)
        for decided, rows in alike.items():
            Message.objects.filter(lease_owner=self.owner, pk__in=rows).update(**dict(decided))

    def send_each(self, going: list[Message], heartbeat: Heartbeat) -> None:
        """The next mail is composed before this one is sent: nothing then stands between a reply and its mark."""
        rest = deque(going)
        ready = self.next_letter(rest)
        while ready is not None:
            message, letter = ready
            if self.is_stale(message):  # the mail before this one took its time
                fresh = self.composed_again(message, rest)
                if fresh is None:
                    ready = self.next_letter(rest)
                    continue
                letter = fresh
            heartbeat.attempt_begins()
            self.transport.announce(letter)  # the mail server answers while the database does
            begun = self.begin(message, letter)
            ready = self.next_letter(rest)
            if begun:
                self.send(message, letter)
            if self.unreachable:
                self.put_back(going[going.index(message) + 1 :])
                break
            if time.monotonic() > self.until:
                self.release()
                break

    def next_letter(self, rest: deque[Message]) -> tuple[Message, Letter] | None:
        """The first of the rest that can be composed, which leaves the rest; or nothing."""
        while rest:
            if self.is_stale(rest[0]):
                self.look(rest)
            message = rest.popleft()
            if letter := self.composed(message):
                return message, letter
        return None

    def composed_again(self, message: Message, rest: Iterable[Message]) -> Letter | None:
        self.mark_the_last()
        self.look([message, *rest])
        return self.composed(message)

    def is_stale(self, message: Message) -> bool:
        """Whether what it says of keys was read too long ago: a refund may have come between."""
        return message.kind in TO_OWNERS and time.monotonic() - self.looked_at > FRESH_SECONDS

    def look(self, messages: Iterable[Message]) -> None:
        """Read who owns the addresses of these mails now, and what they own."""
        self.looked_at = time.monotonic()
        self.known = replace(self.known, addresses=addresses_of(messages))
        self.shelf = Shelf(self.known.owners(messages))

    def begin(self, message: Message, letter: Letter) -> bool:
        """Whether the mail is still ours to send; the one before it, if accepted, gets its mark with the same."""
        message.attempts += 1
        before, self.unmarked = self.unmarked, None
        if before is None:
            return begin(message, letter, owner=self.owner)
        marked, begun = mark_and_begin(before, message, letter, owner=self.owner)
        if marked:
            self.accepted.append(before.message)
        return begun

    def send(self, message: Message, letter: Letter) -> None:
        """One attempt; an acceptance waits for the next mail's begin to be marked with it."""
        outcome = self.transport.send(letter)
        self.unreachable = outcome.unreachable
        if outcome.verdict is Verdict.ACCEPTED:
            self.unmarked = Accepted(message, outcome, letter.recipient)
            log.debug("mail_attempted", message=str(message.pk), verdict=outcome.verdict, stage=outcome.stage)
        else:
            mark(message, outcome, owner=self.owner, recipient=letter.recipient)
            log.info("mail_attempted", message=str(message.pk), verdict=outcome.verdict, stage=outcome.stage)

    def mark_the_last(self) -> None:
        before, self.unmarked = self.unmarked, None
        if before and before.mark(self.owner):
            self.accepted.append(before.message)

    def composed(self, message: Message) -> Letter | None:
        """The mail, or nothing when it cannot be composed: that is our fault, is logged, and holds up no other mail."""
        try:
            letter = self.written(message)
            log.debug("mail_composed", message=str(message.pk), octets=len(letter.content))
            return letter
        except Exception:  # a template or a key that fails must not stop the batch
            log.exception("mail_not_composed", message=str(message.pk), kind=message.kind)
            mark(
                message,
                Outcome(Verdict.DEFERRED, "compose", "could not be composed"),
                owner=self.owner,
                recipient="",
            )
            return None

    def written(self, message: Message) -> Letter:
        """In support's words, if there are some for this mail and they work; else in those built in."""
        if message.kind == MessageKind.TEST:
            return trial.written(message)
        words = self.wordings.chosen(self.template_of(message), language=render.language_of(message))
        if words:
            with translation.override(words.language):
                draft = self.draft(message)
                try:
                    return render.written(draft, message, language=words.language, words=words)
                except Exception as error:  # whatever it is, the customer gets the mail
                    self.wordings.failed(words, error)
        with translation.override(settings.LANGUAGE_CODE):
            return render.written(self.draft(message), message, language=settings.LANGUAGE_CODE)

    def template_of(self, message: Message) -> str:
        """What it will be composed as."""
        if message.kind == MessageKind.CHALLENGE and message.request:
            return "challenge" if self.known.whose(message.request.address) else "nothing-found"
        return changes.TEMPLATES.get(MessageKind(message.kind), str(message.kind))

    def draft(self, message: Message) -> render.Draft:
        if message.request is None:
            return render.alert(message)
        address = self.known.addresses.get(message.request.address)
        if message.kind in TO_OWNERS and address is None:
            raise LookupError("the address has gone meanwhile; the next attempt decides what that means")
        if message.kind == MessageKind.KEYS and address:
            return render.keys(message, address=address, shelf=self.shelf, now=timezone.now())
        if message.kind == MessageKind.MUTED:
            mute: Mute = self.known.mutes[bytes(message.request.mailbox)]
            return render.muted(
                message, recipient=address.address if address else message.request.address, mute=mute
            )
        if message.kind in moves.MOVE_MAILS and address:
            return moves.draft(message, address=address, now=timezone.now())
        if message.kind == MessageKind.PROMISED and address:
            return promised.draft(message, address=address, now=timezone.now())
        if message.kind in changes.CHANGE_MAILS:
            return changes.draft(message)
        if message.kind == MessageKind.ASKED:
            return claim_questions.draft(message)
        challenge = self.challenges[message.pk]
        if message.kind == MessageKind.CLAIM:
            return changes.claim(message, challenge)
        asked = self.known.whose(message.request.address)
        return (
            render.challenge(message, challenge, address=asked)
            if asked
            else render.nothing_found(message, challenge, shops=self.known.shops)
        )

    def put_back(self, messages: list[Message]) -> None:
        """These were not tried; they are due again as soon as the server may be back."""
        for message in messages:
            mark(message, Outcome(Verdict.DEFERRED, "connect"), owner=self.owner, recipient="")

    def release(self) -> None:
        """These were not begun; whoever comes next may have them at once."""
        untried = Message.objects.filter(lease_owner=self.owner, state=MessageState.WAITING)
        untried.update(lease_owner=None, lease_until=None)

    def start_the_clocks(self) -> None:
        """A challenge's life counts from the hand-over to SMTP, unless something has ended it since."""
        handed_over = [self.challenges[each.pk].pk for each in self.accepted if each.pk in self.challenges]
        if handed_over:
            Challenge.objects.live().filter(pk__in=handed_over).update(expires_at=Now() + CHALLENGE_LIFE)
