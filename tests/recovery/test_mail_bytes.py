from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.template.loader import render_to_string

from licensing.holdings import Holding, Standing
from recovery.mail.entries import entries, entry, printed
from recovery.mail.letter import Attachment, Letter
from recovery.mail.stencil import PARTS, hole, texts
from tests.factories import customer
from tests.kit.mails import code_in, link_in
from tests.kit.smtp import SmtpServer
from tests.recovery.asking import asked

ODD = "o'hara&co@example.com"
VENDOR = {
    "vendor_name": "A & B",
    "vendor_url": "",
    "support_email": "s@example.com",
    "public_url": "https://x.example",
}
FACTS = {
    "link": "https://x.example/verify/A-b_9/",
    "code": "ABCD-1234",
    "address": ODD,
    "start_url": "https://x.example/",
    "not_me_url": "https://x.example/not-me/A-b_9/",
    "asked_at": "1 May 2024, 12:00",
}
CONTEXT = {
    "minutes": 10,
    "shops": ("<Shop>", "Other"),
    "color": "#1f5fbf",
    "privacy_url": "https://x.example/privacy/",
}


def letter(**fields: object) -> Letter:
    facts: dict[str, object] = {
        "template": "challenge",
        "message_id": "<1.1@vendor.example>",
        "sender": "keys@vendor.example",
        "sender_name": 'Müller "Video" Tools',
        "reply_to": "support@vendor.example",
        "return_path": "keys@vendor.example",
        "recipient": "anna@example.com",
        "date": datetime(2024, 5, 1, 12, 0, tzinfo=UTC),
        "subject": "Ihre Schlüssel für" + " Müllers Programm" * 6,
        "text": "Grüße = 100 %\n.a dot\nFrom here\nends in a space \n" + "long " * 60 + "\n",
        "html": "<p>Grüße</p>\r\n",
        **fields,
    }
    return Letter(**facts)  # type: ignore[arg-type]  # each test names fields of its own


def read(mail: Letter) -> EmailMessage:
    return message_from_bytes(mail.content, policy=policy.default)


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("template", ["challenge", "nothing-found", "muted"])
def test_a_stencil_filled_is_what_the_template_says(template: str) -> None:
    context: Mapping[str, Hashable] = {**VENDOR, **CONTEXT, "days": 30}
    facts = FACTS | {"unmute_url": "https://x.example/unmute/A/"}
    for _ in range(2):
        said = texts(template, language="en", context=context, facts=facts)
        plain = [render_to_string(f"mail/{template}/{part}", {**context, **facts}) for part in PARTS]
        assert [said.subject, said.text, said.html] == plain


def holding(**facts: object) -> Holding:
    plain: dict[str, object] = dict.fromkeys((each.name for each in fields(Holding)), "")
    sold = {"standing": Standing.ACTIVE, "product": "Cutter", "units": 1, "shop": "My shop", "order": "7"}
    return Holding(**plain | sold | {"purchased_at": datetime(2024, 2, 3, tzinfo=UTC)} | facts)  # type: ignore[arg-type]


OWNED = [
    holding(code="A-1", registered_name="<b>Anna</b>\nBcc: x", units=2, version="4", platform="Windows"),
    holding(code="-----\n  <indented> & kept\n-----", activation_help="1. Type\n2. <Go>", order="8\r\n9"),
    holding(file_name="<anna>.lic", content=b"x", download_url="https://x.example/a?b=1&c=2"),
    holding(standing=Standing.REFUNDED, product="Old <one>"),
]


@pytest.mark.parametrize("name", ["", "Anna <i>"])
@pytest.mark.parametrize("owned", [OWNED, OWNED[3:], []])
def test_a_keys_mail_filled_is_what_its_template_says(name: str, owned: list[Holding]) -> None:
    context: Mapping[str, Hashable] = {**VENDOR, **CONTEXT}
    facts = FACTS | ({"name": name} if name else {})
    listed, holes = entries(owned)
    said = texts("keys", language="en", context={**context, "holdings": listed}, facts=facts | holes)
    by_hand = [entry(each, printed(each)) for each in owned]
    plain = [
        render_to_string(f"mail/keys/{part}", {**context, **facts, "holdings": by_hand}) for part in PARTS
    ]
    assert [said.subject, said.text, said.html] == plain


def test_what_a_shop_wrote_opens_no_hole() -> None:
    listed, facts = entries(
        [holding(code="A-1", product="\ue000code_0\ue001"), holding(order=hole("code_0"))]
    )
    said = texts(
        "keys", language="en", context={**VENDOR, **CONTEXT, "holdings": listed}, facts=FACTS | facts
    )
    assert said.text.count("A-1") == 1
    assert "A-1" not in said.subject


def test_a_mail_reads_back_as_it_was_written() -> None:
    written = letter()
    mail = read(written)
    assert (part(mail, "plain"), part(mail, "html")) == (written.text, "<p>Grüße</p>\n")
    assert (mail["Subject"], mail["To"]) == (written.subject, "anna@example.com")
    assert mail["From"].addresses[0].display_name == written.sender_name


def test_every_line_ends_in_crlf_and_none_is_longer_than_mail_may_have() -> None:
    lines = letter(attachments=(Attachment("a.bin", "application/octet-stream", bytes(5000)),)).content.split(
        b"\r\n"
    )
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 200


def test_attachments_arrive_byte_for_byte_beside_both_texts() -> None:
    content = bytes(range(256)) * 9
    mail = read(letter(attachments=(Attachment("Lizenz für Anna.key", "application/x-license", content),)))
    attached = list(mail.iter_attachments())
    assert [(each.get_filename(), each.get_content()) for each in attached] == [
        ("Lizenz für Anna.key", content)
    ]
    assert "Grüße" in part(mail, "plain")


def test_the_same_letter_makes_the_same_bytes() -> None:
    assert letter().content == letter().content


@pytest.mark.django_db
def test_an_address_with_markup_signs_is_escaped_in_html_only(
    smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    asked(ODD)
    deliver()
    mail = message_from_bytes(smtp.messages[0].raw, policy=policy.default)
    assert ODD in part(mail, "plain")
    assert "o&#x27;hara&amp;co@example.com" in part(mail, "html")


@pytest.mark.django_db
def test_two_mails_of_one_rush_carry_each_their_own_facts(
    smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    for name in ("anna", "bert"):
        customer(email=f"{name}@example.com")
        asked(f"{name}@example.com")
    deliver()
    assert len({code_in(mail) for mail in smtp.messages}) == 2
    assert len({link_in(mail, path="/verify/") for mail in smtp.messages}) == 2
