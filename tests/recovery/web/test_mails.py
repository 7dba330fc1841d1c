"""The mails as their readers have them."""

import re
from collections.abc import Callable

import pytest

from licensing.keys.assign import assign
from licensing.models import Customer
from tests.factories import ORDERED_AT, edition, key, license, line, owner_of, product, purchase, store
from tests.kit.mails import code_in, html_links_in, html_of, links_in, read, text_of
from tests.kit.smtp import SmtpServer
from tests.kit.smtp_mailbox import Received
from tests.recovery.web.visitor import ORIGIN, Mailed, Visitor, prove

pytestmark = pytest.mark.django_db

LONG_CODE = (
    "-----BEGIN LICENSE-----\n" + "QW5uYSBFeGFtcGxl" * 10 + "\n  indented & <kept>\n-----END LICENSE-----"
)


@pytest.fixture
def anna(mailed: Mailed) -> Customer:
    return Customer.objects.get(addresses__canonical="anna@example.com")


@pytest.fixture
def keys_mail(
    browser: Visitor, mailed: Mailed, anna: Customer, smtp: SmtpServer, deliver: Callable[[], int]
) -> Callable[[], Received]:
    def proved() -> Received:
        prove(browser, mailed.link)
        deliver()
        return smtp.messages[-1]

    return proved


def give(owner: Customer, code: str, *, name: str = "", sold: str = "Clip Cutter", **facts: object) -> None:
    unit_edition = edition(of=product(name=sold))
    unit = license(owner=owner, edition=unit_edition, line=line(of=purchase(buyer=owner, **facts)))
    assign(license=unit, key=key(edition=unit_edition, code=code, registered_name=name), now=ORDERED_AT)


def subject_of(mail: Received) -> str:
    return str(read(mail)["Subject"])


def check_every_mail(mail: Received) -> None:
    """What holds for all: whole sentences about why, who, and what is kept; safe and small HTML; only our links."""
    text, html = text_of(mail), html_of(mail)
    assert "\n" not in subject_of(mail)
    assert "What is kept about you" in text
    assert f"{ORIGIN}/privacy/" in links_in(mail)
    assert "support@vendor.example" in text
    assert len(html.encode()) < 30_000
    assert 'name="color-scheme" content="light dark"' in html
    assert html.count("<table") == 1
    assert not re.search(r"<(img|script|style|link|form|iframe)\b", html)
    assert not re.search(r"&(amp|lt|gt|quot|#x27);", text)
    assert "\n\n\n\n" not in text


def test_the_challenge_says_why_and_carries_link_and_code_on_their_own_lines(mailed: Mailed) -> None:
    check_every_mail(mailed.mail)
    lines = text_of(mailed.mail).split("\n")
    assert ORIGIN + mailed.link in lines
    assert f"{mailed.code[:4]}-{mailed.code[4:]}" in lines
    assert "somebody, most likely you, asked" in text_of(mailed.mail)
    assert "That wasn't you?" in lines
    assert set(html_links_in(mailed.mail)) >= {ORIGIN + mailed.link, ORIGIN + mailed.not_me}
    assert code_in(mailed.mail) in html_of(mailed.mail).replace("-", "")


def test_nothing_found_says_what_else_to_try(
    browser: Visitor, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    store(name="paypal", statement_name="PAYPAL *EXAMPLEVID")
    browser.ask("stranger@example.org")
    deliver()
    mail = smtp.messages[-1]
    check_every_mail(mail)
    assert "stranger@example.org" in text_of(mail).split("\n")
    assert "PAYPAL *EXAMPLEVID" in text_of(mail)
    assert f"{ORIGIN}/" in links_in(mail)
    assert "/verify/" not in text_of(mail)


def test_each_code_stands_exact_and_alone_in_the_text(
    keys_mail: Callable[[], Received], anna: Customer
) -> None:
    give(anna, "K4W8 'DD&10' <2ZQX>")
    give(anna, LONG_CODE)
    mail = keys_mail()
    check_every_mail(mail)
    lines = text_of(mail).split("\n")
    assert "AAAA-BBBB-CCCC-DDDD" in lines
    assert "K4W8 'DD&10' <2ZQX>" in lines
    assert f"\n\n{LONG_CODE}\n\n" in text_of(mail)


def test_the_subject_names_the_products_each_once(keys_mail: Callable[[], Received], anna: Customer) -> None:
    give(anna, "K-1", sold="Clip Cutter")
    give(anna, "K-2", sold="Clip Cutter")
    subject = subject_of(keys_mail())
    assert subject.startswith("Your registration keys for ")
    assert subject.count("Clip Cutter") == 1


def test_the_subject_stays_short_and_on_one_line(keys_mail: Callable[[], Received], anna: Customer) -> None:
    for number in range(6):
        give(anna, f"K-{number}", sold=f"Film {number}\r\nBcc: otto@example.com " + "x" * 100)
    mail = keys_mail()
    assert len(subject_of(mail)) < 220
    assert subject_of(mail).endswith("and 4 more")
    assert read(mail).get_all("Bcc") is None


def test_hostile_names_stay_text(keys_mail: Callable[[], Received], anna: Customer) -> None:
    give(anna, "K-1", name='<b onclick="x">\n=HYPERLINK("x")\u202e אנה')
    mail = keys_mail()
    assert 'Registered to: <b onclick="x"> =HYPERLINK("x") אנה' in text_of(mail).split("\n")
    assert "<b onclick" not in html_of(mail)
    assert "\u202e" not in html_of(mail)


def test_what_has_no_key_is_there_with_its_reason(keys_mail: Callable[[], Received], anna: Customer) -> None:
    give(anna, "HIDDEN-CODE", refunded_at=ORDERED_AT)
    license(owner=anna)
    mail = keys_mail()
    assert "This order was refunded" in text_of(mail)
    assert "There is no key for this license yet" in html_of(mail)
    assert "HIDDEN-CODE" not in text_of(mail) + html_of(mail)


def test_the_keys_mail_tells_an_owner_who_did_not_ask_what_a_stranger_has_seen(
    keys_mail: Callable[[], Received],
) -> None:
    assert "somebody else can read this mailbox and has seen your keys" in text_of(keys_mail())


def test_the_confirmation_of_a_mute_carries_the_way_back(
    browser: Visitor, mailed: Mailed, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    browser.get(mailed.not_me)
    browser.send("/not-me/")
    deliver()
    mail = smtp.messages[-1]
    check_every_mail(mail)
    assert any(line.startswith(f"{ORIGIN}/unmute/") for line in text_of(mail).split("\n"))


def test_an_owner_without_any_key_is_told_what_is_on_file(
    browser: Visitor, smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    owner_of("otto@example.com", codes=["OTTO-1"], refunded_at=ORDERED_AT)
    page = browser.ask("otto@example.com")
    deliver()
    prove(browser, Mailed(page=page, mail=smtp.messages[-1]).link)
    deliver()
    assert "There is no key in it now" in text_of(smtp.messages[-1])
