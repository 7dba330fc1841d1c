"""The public road of a changed address: one answer for everything, proved in the mailbox, told in one browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery import cookies
from recovery.claimed import opened
from recovery.journeys.decide_owner_change import approve
from recovery.journeys.effect_owner_changes import take_effect_of_due
from recovery.limits import address_digest
from recovery.models import ChangeState, Message, MessageKind, OwnerChange, RecoveryRequest, Suppression
from tests.factories import owner_of
from tests.kit.mails import code_in, link_in
from tests.kit.mails import text_of as mail_text
from tests.kit.smtp import SmtpServer
from tests.kit.smtp_mailbox import Received
from tests.recovery.owning import NEW, OLD, approved, let_the_wait_pass, proved
from tests.recovery.web.test_ask import everything_in
from tests.recovery.web.visitor import ORIGIN, Visitor, csrf_token_in, text_of

pytestmark = pytest.mark.django_db
Deliver = Callable[[], int]
PAGE = "/address-change/"
TYPED = {"old_address": "", "order": "", "name": "", "code": "", "text": ""}


def known() -> dict[str, str]:
    """Everything of it fits a customer."""
    owner_of("the-old@example.com", codes=["AAAA-1111"], reference="GR-1")
    return {
        "old_address": "the-old@example.com",
        "order": "GR-1",
        "name": "Anna Example",
        "code": "AAAA-1111",
    }


def unknown() -> dict[str, str]:
    return {"old_address": "no-body@example.com", "order": "XX-9", "name": "Otto Nobody", "code": "ZZZZ-9999"}


def of_a_customer() -> dict[str, str]:
    """The new address is somebody's."""
    owner_of("stranger2@example.com", codes=["AAAA-2222"])
    return {**unknown(), "new": "stranger2@example.com"}


def suppressed() -> dict[str, str]:
    Suppression.objects.create(mailbox=address_digest("stranger3@example.com"), reply="550 no such user")
    return {**unknown(), "new": "stranger3@example.com"}


def claims() -> list[dict[str, str]]:
    return [
        {"new": "stranger1@example.com", **each()} for each in (known, unknown, of_a_customer, suppressed)
    ]


def claim_in(visitor: Visitor, **typed: str) -> str:
    """The address of the claim's page."""
    response = visitor.send(PAGE, {**TYPED, "new": NEW, **typed})
    assert response.status_code == 303, text_of(response)
    return response["Location"]


def mailed(visitor: Visitor, deliver: Deliver, smtp: SmtpServer, **typed: str) -> tuple[str, bytes]:
    page = claim_in(visitor, **typed)
    deliver()
    return page, smtp.messages[-1].raw


def to(email: str, smtp: SmtpServer) -> Received:
    """The last mail to that mailbox."""
    return [each for each in smtp.messages if each.rcpt_to == (email,)][-1]


def path_of(link: str) -> str:
    return link.removeprefix(ORIGIN)


def test_answers_everything_byte_for_byte_alike() -> None:
    answers, pages = set(), set()
    for typed in claims():
        visitor = Visitor()
        response = visitor.send(PAGE, {**TYPED, **typed})
        answers.add(everything_in(response, email=typed["new"]))
        pages.add(everything_in(visitor.get(response["Location"]), email=typed["new"]))
    assert (len(answers), len(pages)) == (1, 1)
    assert Message.objects.filter(kind=MessageKind.CLAIM).count() == 4


def test_asks_the_database_the_same_for_everything() -> None:
    counted = set()
    OwnerChange.objects.all().delete()
    claim_in(Visitor())  # the key that seals claims is made with the first one
    for typed in claims():
        visitor = Visitor()
        token = csrf_token_in(visitor.get(PAGE))
        with CaptureQueriesContext(connection) as queries:
            visitor.post(PAGE, {"csrfmiddlewaretoken": token, **TYPED, **typed})
        counted.add(tuple(query["sql"].split()[0] for query in queries.captured_queries))
    assert len(counted) == 1


def test_mails_the_same_whatever_was_typed(deliver: Deliver, smtp: SmtpServer) -> None:
    bodies = set()
    for typed in claims()[:3]:
        claim_in(Visitor(), **typed)
        deliver()
        text = mail_text(smtp.messages[-1])
        bodies.add(re.sub(r"[\w-]{43}|[0-9A-Z]{4}-[0-9A-Z]{4}|\d\d:\d\d", "", text))
    assert len(bodies) == 1


def test_says_what_is_wrong_with_the_new_address_and_keeps_the_rest() -> None:
    response = Visitor().send(PAGE, {**TYPED, "new": "no address", "text": "<b>moved</b>"})
    assert response.status_code == 422
    assert "needs an @" in text_of(response)
    assert "&lt;b&gt;moved&lt;/b&gt;" in response.content.decode()
    assert not OwnerChange.objects.exists()


def test_the_link_proves_in_the_browser_that_presses_and_shows_nobodys_keys(
    deliver: Deliver, smtp: SmtpServer
) -> None:
    owner_of(NEW, codes=["AAAA-1111"])
    asking, pressing = Visitor(), Visitor()
    _, mail = mailed(asking, deliver, smtp)
    pressing.get(path_of(link_in(mail, path="/prove/")))
    response = pressing.send("/address-change/prove/")
    assert response["Location"] == "/address-change/state/"
    assert cookies.named(cookies.VIEW) not in pressing.cookies
    assert "Support looks at it" in text_of(pressing.get("/address-change/state/"))
    assert "AAAA-1111" not in text_of(pressing.get("/licenses/"))
    assert asking.get("/address-change/state/").status_code == 404
    assert OwnerChange.objects.get().state == ChangeState.OPEN


def test_what_shows_a_claim_opens_no_licenses(deliver: Deliver, smtp: SmtpServer) -> None:
    owner_of(NEW, codes=["AAAA-1111"])
    visitor = Visitor()
    page, mail = mailed(visitor, deliver, smtp)
    visitor.send(page, {"code": code_in(mail)})
    secret = visitor.cookies[cookies.named(cookies.CLAIM)].value
    visitor.cookies[cookies.named(cookies.VIEW)] = secret
    assert visitor.get("/licenses/").status_code == 403


def test_the_code_works_in_the_browser_that_asked_only(deliver: Deliver, smtp: SmtpServer) -> None:
    asking, other = Visitor(), Visitor()
    page, mail = mailed(asking, deliver, smtp)
    claim_in(other, new="other@new.example")
    assert other.get(page).status_code == 404
    assert asking.send(page, {"code": code_in(mail)}).status_code == 303


def test_the_request_page_takes_no_code_of_a_claim(deliver: Deliver, smtp: SmtpServer) -> None:
    owner_of(NEW, codes=["AAAA-1111"])
    visitor = Visitor()
    page, mail = mailed(visitor, deliver, smtp)
    for_keys = page.replace("/address-change/", "/requests/")
    assert visitor.get(for_keys).status_code == 404
    token = csrf_token_in(visitor.get(page))
    refused = visitor.post(for_keys, {"csrfmiddlewaretoken": token, "code": code_in(mail)})
    assert refused.status_code == 404
    assert RecoveryRequest.objects.filter(verified_at=None).count() == 1


def test_opening_the_link_proves_nothing(deliver: Deliver, smtp: SmtpServer) -> None:
    _, mail = mailed(Visitor(), deliver, smtp)
    scanner = Visitor()
    for _ in range(20):
        for method in (scanner.get, scanner.head):
            method(path_of(link_in(mail, path="/prove/")))
            method("/address-change/prove/")
    assert OwnerChange.objects.get().state == ChangeState.UNPROVEN


def test_a_used_link_says_so_and_proves_nothing_again(deliver: Deliver, smtp: SmtpServer) -> None:
    _, mail = mailed(Visitor(), deliver, smtp)
    for number in range(2):
        visitor = Visitor()
        visitor.get(path_of(link_in(mail, path="/prove/")))
        page = visitor.get("/address-change/prove/")
        assert page.status_code == (410 if number else 200)
        if not number:
            visitor.send("/address-change/prove/")


def test_an_old_link_sends_a_fresh_one_for_the_same_claim(deliver: Deliver, smtp: SmtpServer) -> None:
    _, mail = mailed(Visitor(), deliver, smtp, text="kept")
    RecoveryRequest.objects.get().challenges.update(expires_at="2020-01-01T00:00Z")
    visitor = Visitor()
    visitor.get(path_of(link_in(mail, path="/prove/")))
    visitor.send("/address-change/prove/", to="/address-change/prove/fresh/")
    deliver()
    fresh = Visitor()
    fresh.get(path_of(link_in(smtp.messages[-1], path="/prove/")))
    fresh.send("/address-change/prove/")
    assert OwnerChange.objects.get().state == ChangeState.OPEN


def test_three_mails_an_hour_to_a_mailbox(deliver: Deliver, smtp: SmtpServer) -> None:
    for number in range(5):
        Visitor().send(PAGE, {**TYPED, "new": NEW}, REMOTE_ADDR=f"192.0.{number}.1")
    deliver()
    assert len(smtp.messages) == 3


def test_a_notice_is_stopped_by_its_button_and_not_by_opening_it(deliver: Deliver, smtp: SmtpServer) -> None:
    change = approved(owner_of(OLD, codes=["AAAA-1111"]))
    deliver()
    notice = to(OLD, smtp)
    visitor = Visitor()
    for _ in range(5):
        visitor.get(path_of(link_in(notice, path="/stop-change/")))
        visitor.head("/stop-change/")
    change.refresh_from_db()
    assert change.state == ChangeState.WAITING
    assert visitor.send("/stop-change/")["Location"] == "/stop-change/done/"
    change.refresh_from_db()
    assert change.state == ChangeState.STOPPED
    visitor.get(path_of(link_in(notice, path="/stop-change/")))
    assert visitor.get("/stop-change/").status_code == 404


def test_the_notice_hides_the_new_address_and_says_when(deliver: Deliver, smtp: SmtpServer) -> None:
    change = approved(owner_of(OLD, codes=["AAAA-1111"]))
    deliver()
    notice = mail_text(to(OLD, smtp))
    assert NEW not in notice
    assert "a…@new.example" in notice
    assert change.effective_at is not None
    assert f"{change.effective_at:%H:%M} UTC" in notice


def test_after_the_effect_the_old_address_is_told_that_nothing_is_filed(
    deliver: Deliver, smtp: SmtpServer
) -> None:
    change = approved(owner_of(OLD, codes=["AAAA-1111"]))
    let_the_wait_pass(change)
    assert take_effect_of_due() == 1
    deliver()
    Visitor().ask(OLD)
    deliver()
    assert "No purchase is filed" in mail_text(to(OLD, smtp))
    Visitor().ask(NEW)
    deliver()
    assert "/verify/" in mail_text(to(NEW, smtp))


def test_who_proves_a_mailbox_that_is_said_to_be_mistyped_reads_that_support_looks_first(
    deliver: Deliver, smtp: SmtpServer
) -> None:
    owner = owner_of(OLD, codes=["AAAA-1111"])
    ids = [each.pk for each in owner.addresses.all()]
    approve(proved().pk, customer=owner.pk, retired=ids, mistyped=ids, by="ada", reason="receipt")
    visitor = Visitor()
    visitor.ask(OLD)
    deliver()
    visitor.get(path_of(link_in(to(OLD, smtp), path="/verify/")))
    visitor.send("/verify/")
    text = text_of(visitor.get("/licenses/"))
    assert "Support looks at this first" in text
    assert "Nothing is filed under this address" not in text
    assert "AAAA-1111" not in text


def test_what_is_typed_is_kept_without_what_steers_a_terminal() -> None:
    change = proved(text="=1+1\x00\x1b[31m <script>", name="\u202eanna")
    claimed = opened(change.claimed, change_id=change.pk)
    assert claimed is not None
    assert (claimed.text, claimed.name) == ("=1+1[31m <script>", "\u202eanna")
