from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.utils import timezone

from recovery.errors import Expired, NoView, RecoveryError, TooManyTries, Used, WrongCode
from recovery.journeys.licenses import end_view, holdings, open_view
from recovery.journeys.verify import LinkStanding, ask_again, link_standing, prove_by_code, prove_by_link
from recovery.models import Challenge, Message, MessageKind, Origin, RecoveryRequest
from recovery.tokens import InvalidToken, make_token
from tests.factories import owner_of
from tests.kit.mails import code_in, link_in
from tests.kit.race import released_together
from tests.kit.smtp import SmtpServer
from tests.recovery.asking import asked

Deliver = Callable[[], int]
CODE = "AAAA-BBBB-CCCC-DDDD"


def token_in(smtp: SmtpServer) -> str:
    return link_in(smtp.messages[-1], path="/verify/").rstrip("/").rpartition("/")[2]


@pytest.fixture
def mailed(smtp: SmtpServer, deliver: Deliver) -> RecoveryRequest:
    """A known address was asked with, and its challenge has been mailed."""
    owner_of("anna@example.com", codes=[CODE])
    request = asked("anna@example.com")
    assert deliver() == 1
    return request


@pytest.mark.django_db
class TestLink:
    def test_opens_a_view_with_the_keys_and_promises_their_mail(
        self, mailed: RecoveryRequest, smtp: SmtpServer
    ) -> None:
        view = open_view(prove_by_link(token_in(smtp)))
        assert [holding.code for holding in holdings(view, now=timezone.now())] == [CODE]
        assert Message.objects.filter(kind=MessageKind.KEYS, request=mailed).count() == 1

    def test_looking_consumes_nothing(self, mailed: RecoveryRequest, smtp: SmtpServer) -> None:
        assert {link_standing(token_in(smtp)) for _ in range(50)} == {LinkStanding.LIVE}

    def test_works_once(self, mailed: RecoveryRequest, smtp: SmtpServer) -> None:
        prove_by_link(token_in(smtp))
        with pytest.raises(Used):
            prove_by_link(token_in(smtp))
        assert link_standing(token_in(smtp)) is LinkStanding.USED

    @pytest.mark.parametrize(("seconds", "works"), [(1, True), (-1, False)])
    def test_ends_with_its_time(
        self, mailed: RecoveryRequest, smtp: SmtpServer, seconds: int, works: bool
    ) -> None:
        Challenge.objects.update(expires_at=Now() + timedelta(seconds=seconds))
        if works:
            assert prove_by_link(token_in(smtp))
        else:
            with pytest.raises(Expired):
                prove_by_link(token_in(smtp))

    def test_refuses_a_token_that_was_tampered_with(self, mailed: RecoveryRequest, smtp: SmtpServer) -> None:
        token = token_in(smtp)
        for forged in (
            "",
            "x",
            token[:-1],
            token + "A",
            token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
            "é" * 43,
        ):
            with pytest.raises(InvalidToken):
                prove_by_link(forged)

    def test_asks_again_for_the_same_address_without_typing_it(
        self, mailed: RecoveryRequest, smtp: SmtpServer
    ) -> None:
        Challenge.objects.update(expires_at=Now())
        fresh = ask_again(token_in(smtp), browser="another", ip="192.0.2.9", language="en")
        assert (fresh.address, fresh.origin) == (mailed.address, Origin.LINK)


@pytest.mark.django_db
class TestCode:
    def test_opens_a_view_in_the_browser_that_asked(self, mailed: RecoveryRequest, smtp: SmtpServer) -> None:
        assert open_view(prove_by_code(mailed, typed=code_in(smtp.messages[-1]))) == mailed

    def test_forgives_case_spaces_dashes_and_look_alikes(
        self, mailed: RecoveryRequest, smtp: SmtpServer
    ) -> None:
        code = code_in(smtp.messages[-1])
        typed = " ".join(code.lower()).replace("1", "l").replace("0", "o")
        assert prove_by_code(mailed, typed=f" {typed[:7]} – {typed[7:]} ")

    def test_refuses_a_wrong_one_and_says_how_many_tries_are_left(self, mailed: RecoveryRequest) -> None:
        left = []
        for _ in range(5):
            with pytest.raises(WrongCode) as error:
                prove_by_code(mailed, typed="00000000")
            left.append(error.value.tries_left)
        assert left == [4, 3, 2, 1, 0]
        with pytest.raises(TooManyTries):
            prove_by_code(mailed, typed="00000000")

    def test_refuses_the_right_one_after_five_wrong_ones_but_not_the_link(
        self, mailed: RecoveryRequest, smtp: SmtpServer
    ) -> None:
        for _ in range(5):
            with pytest.raises(WrongCode):
                prove_by_code(mailed, typed="00000000")
        with pytest.raises(TooManyTries):
            prove_by_code(mailed, typed=code_in(smtp.messages[-1]))
        assert prove_by_link(token_in(smtp))

    def test_meets_the_same_rules_for_an_address_nobody_knows(
        self, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        request = asked("nobody@example.com")
        deliver()
        left = []
        for _ in range(5):
            with pytest.raises(WrongCode) as error:
                prove_by_code(request, typed="00000000")
            left.append(error.value.tries_left)
        assert left == [4, 3, 2, 1, 0]
        with pytest.raises(TooManyTries):
            prove_by_code(request, typed="00000000")
        Challenge.objects.update(expires_at=Now())
        with pytest.raises(Expired):
            prove_by_code(request, typed="00000000")

    def test_fifty_a_day_for_a_mailbox_and_the_link_still_works(
        self, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        owner_of("anna@example.com", codes=[CODE])
        refusals = []
        for number in range(11):
            request = asked("anna@example.com", ip=f"192.0.{number}.1")
            deliver()
            Challenge.objects.get_or_create(
                request=request,
                mint=1,
                defaults={"nonce": b"n" * 16, "expires_at": Now() + timedelta(minutes=5)},
            )
            for _ in range(5):
                with pytest.raises((WrongCode, TooManyTries)) as error:
                    prove_by_code(request, typed="00000000")
                refusals.append(error.type)
        assert refusals == [WrongCode] * 50 + [TooManyTries] * 5
        assert prove_by_link(link_in(smtp.messages[0], path="/verify/").rstrip("/").rpartition("/")[2])


@pytest.mark.django_db
class TestView:
    def test_ends_after_half_an_hour(self, mailed: RecoveryRequest, smtp: SmtpServer) -> None:
        secret = prove_by_link(token_in(smtp))
        RecoveryRequest.objects.update(view_ends_at=Now() - timedelta(seconds=1))
        with pytest.raises(NoView):
            open_view(secret)

    def test_ends_when_the_customer_is_done(self, mailed: RecoveryRequest, smtp: SmtpServer) -> None:
        secret = prove_by_link(token_in(smtp))
        end_view(secret)
        with pytest.raises(NoView):
            open_view(secret)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_twenty_right_links_at_once_give_one_view_and_one_mail(
        self, mailed: RecoveryRequest, smtp: SmtpServer
    ) -> None:
        token = token_in(smtp)
        outcome = released_together(20, lambda _: prove_by_link(token), after=connections.close_all)
        assert (len(outcome.results), [type(e) for e in outcome.errors]) == (1, [Used] * 19)
        assert Message.objects.filter(kind=MessageKind.KEYS).count() == 1

    def test_of_fifty_wrong_codes_at_once_five_are_looked_at(self, mailed: RecoveryRequest) -> None:
        outcome = released_together(
            50, lambda _: prove_by_code(mailed, typed="00000000"), after=connections.close_all
        )
        kinds = [type(error) for error in outcome.errors]
        assert (kinds.count(WrongCode), kinds.count(TooManyTries)) == (5, 45)


@pytest.mark.django_db(transaction=True)
def test_the_link_of_a_later_mint_and_codes_typed_meanwhile_never_stop_each_other() -> None:
    """A code takes both mints of the request, the link its own first and then the other: only because both take the
    request before them, neither can wait for the other."""
    for number in range(20):
        request = asked(f"anna{number}@example.org", ip=f"10.2.{number}.1")
        mints = [a_live_mint(request, mint) for mint in (1, 2)]
        link = make_token("verify", mints[1].pk, mints[1].material)
        calls: list[Callable[[], object]] = [partial(prove_by_link, link)]
        calls += [partial(prove_by_code, request, typed="00000000")] * 4
        race = released_together(calls, after=connections.close_all)
        assert [each for each in race.errors if not isinstance(each, RecoveryError)] == []
        assert isinstance(race.in_order[0], str), "the link has opened a view"


def a_live_mint(request: RecoveryRequest, mint: int) -> Challenge:
    expires_at = timezone.now() + timedelta(minutes=10)
    return Challenge.objects.create(
        request=request, mint=mint, nonce=bytes([mint]) * 16, expires_at=expires_at
    )
