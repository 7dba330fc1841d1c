from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections
from django.db.models.functions import Now

from recovery.errors import Expired, NoView, Used
from recovery.journeys.licenses import open_view
from recovery.journeys.mute import mute, unmute
from recovery.journeys.request import mail_state
from recovery.journeys.verify import prove_by_link
from recovery.mail.outbox import MailState
from recovery.mail.silence import silence
from recovery.models import Message, Mute, RecoveryRequest, Withheld
from recovery.tokens import InvalidToken
from tests.factories import owner_of
from tests.kit.mails import link_in
from tests.kit.race import released_together
from tests.kit.smtp import SmtpServer
from tests.recovery.asking import asked

pytestmark = pytest.mark.django_db
Deliver = Callable[[], int]


def token_in(mail: object, path: str) -> str:
    return link_in(mail, path=path).rstrip("/").rpartition("/")[2]  # type: ignore[arg-type]  # what the kit reads


@pytest.fixture(autouse=True)
def known(smtp: SmtpServer, deliver: Deliver) -> None:
    owner_of("anna@example.com", codes=["AAAA-BBBB-CCCC-DDDD"])
    asked("anna@example.com")
    deliver()


def test_stops_mails_for_that_mailbox_and_says_so(smtp: SmtpServer, deliver: Deliver) -> None:
    mute(token_in(smtp.messages[0], "/not-me/"))
    request = asked("anna@example.com")
    assert deliver() == 1, "the confirmation only"
    assert mail_state(request) is MailState.WITHHELD
    assert Message.objects.get(request=request).withheld_because == Withheld.MUTED


def test_the_confirmation_carries_the_way_back(smtp: SmtpServer, deliver: Deliver) -> None:
    mute(token_in(smtp.messages[0], "/not-me/"))
    deliver()
    unmute(token_in(smtp.messages[1], "/unmute/"))
    request = asked("anna@example.com")
    deliver()
    assert mail_state(request) is MailState.ACCEPTED


def test_the_confirmation_goes_out_beyond_every_limit_and_once(smtp: SmtpServer, deliver: Deliver) -> None:
    for number in range(5):
        asked("anna@example.com", ip=f"10.0.{number}.1")
    deliver()
    sent = len(smtp.messages)
    for _ in range(3):
        mute(token_in(smtp.messages[0], "/not-me/"))
    deliver()
    assert len(smtp.messages) == sent + 1


def test_whoever_was_muted_by_a_complaint_gets_the_way_back_by_saying_so(
    smtp: SmtpServer, deliver: Deliver
) -> None:
    silence(RecoveryRequest.objects.get())
    for _ in range(2):
        mute(token_in(smtp.messages[0], "/not-me/"))
    assert deliver() == 1
    unmute(token_in(smtp.messages[1], "/unmute/"))
    request = asked("anna@example.com")
    deliver()
    assert mail_state(request) is MailState.ACCEPTED


def test_ends_open_links_and_views(smtp: SmtpServer, deliver: Deliver) -> None:
    asked("anna@example.com")
    deliver()
    view = prove_by_link(token_in(smtp.messages[0], "/verify/"))
    mute(token_in(smtp.messages[1], "/not-me/"))
    with pytest.raises(NoView):
        open_view(view)
    with pytest.raises(Expired):
        prove_by_link(token_in(smtp.messages[1], "/verify/"))


def test_a_mail_on_its_way_does_not_bring_an_ended_link_back(smtp: SmtpServer, deliver: Deliver) -> None:
    smtp.script(stage="rcpt", reply="450 4.2.0 later", times=1)
    asked("anna@example.com")
    deliver()
    mute(token_in(smtp.messages[0], "/not-me/"))
    Message.objects.update(due_at=Now())
    deliver()
    assert [len(smtp.messages_to("anna@example.com")), Message.objects.filter(state="withheld").count()] == [
        2,
        1,
    ]


def test_ends_after_thirty_days_and_can_be_said_again_by_a_later_mail(
    smtp: SmtpServer, deliver: Deliver
) -> None:
    mute(token_in(smtp.messages[0], "/not-me/"))
    Mute.objects.update(until=Now() - timedelta(seconds=1))
    request = asked("anna@example.com")
    deliver()
    assert mail_state(request) is MailState.ACCEPTED
    mute(token_in(smtp.messages[-1], "/not-me/"))
    assert Mute.objects.filter(lifted_at=None).count() == 1


def test_a_link_mutes_once(smtp: SmtpServer) -> None:
    mute(token_in(smtp.messages[0], "/not-me/"))
    Mute.objects.update(until=Now() - timedelta(seconds=1))
    with pytest.raises(Used):
        mute(token_in(smtp.messages[0], "/not-me/"))
    assert not Mute.objects.filter(until__gt=Now()).exists()


def test_whoever_holds_an_old_mail_cannot_mute_again_what_its_owner_has_lifted(
    smtp: SmtpServer, deliver: Deliver
) -> None:
    asked("anna@example.com")
    deliver()
    old, other_old = (token_in(mail, "/not-me/") for mail in smtp.messages)
    mute(old)
    deliver()
    unmute(token_in(smtp.messages[-1], "/unmute/"))
    for token in (old, other_old):
        with pytest.raises(Used):
            mute(token)
    asked("anna@example.com")
    deliver()
    mute(token_in(smtp.messages[-1], "/not-me/"))
    assert Mute.objects.filter(lifted_at=None).count() == 1


def test_other_mailboxes_are_not_touched(smtp: SmtpServer, deliver: Deliver) -> None:
    mute(token_in(smtp.messages[0], "/not-me/"))
    request = asked("anna+other@example.com")
    deliver()
    assert mail_state(request) is MailState.ACCEPTED


def test_a_link_for_another_purpose_mutes_nothing(smtp: SmtpServer) -> None:
    with pytest.raises(InvalidToken):
        mute(token_in(smtp.messages[0], "/verify/"))


@pytest.mark.django_db(transaction=True)
def test_a_proof_at_the_same_moment_leaves_no_view_and_stops_no_mute(
    smtp: SmtpServer, deliver: Deliver
) -> None:
    """Whoever is first: both take the request before its challenges, so neither can stand in the other's way."""
    for number in range(15):
        owner_of(f"anna{number}@example.org", codes=[])
        asked(f"anna{number}@example.org", ip=f"10.1.{number}.1")
    deliver()
    for mail in smtp.messages[1:]:
        proof, silencing = token_in(mail, "/verify/"), token_in(mail, "/not-me/")
        calls: list[Callable[[], object]] = [partial(prove_by_link, proof), partial(mute, silencing)]
        race = released_together(calls, after=connections.close_all)
        assert [error for error in race.errors if not isinstance(error, Expired)] == []
    assert not RecoveryRequest.objects.with_open_view().exists()
    assert Mute.objects.count() == 15
