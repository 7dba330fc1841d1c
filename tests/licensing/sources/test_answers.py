"""What is asked of a generator, and what its answers come to."""

from dataclasses import replace
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from uuid import UUID

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from licensing.keys.sources.answers import Made, Refused, made
from licensing.keys.sources.asking import BadOptions, CannotAsk, Options, Wanted, options_of, request
from licensing.keys.sources.fetch import Answer, BadAnswer
from tests.licensing.sources.generators import Asked

URL = "https://keys.example.com/make"
TEXT = Options(url=URL, protocol="shareit")
FILE = Options(url=URL, protocol="shareit", answer="file")
JSON = Options(url=URL)
WANTED = Wanted(
    request_id=UUID("01890000-0000-7000-8000-000000000001"),
    sku="cutter-mac",
    product="cutter",
    platform="macos",
    version="4",
    name="Zoë 山田",
    ordered_at=datetime(2026, 3, 4, 23, 0, tzinfo=UTC),
    full_name="Zoë van Dijk",
    company="Example GmbH",
    email="zoe@example.com",
)


def answer(content: bytes | str, *, status: int = 200, kind: str = "text/plain", **headers: str) -> Answer:
    fields = Message()
    fields["Content-Type"] = kind
    for name, value in headers.items():
        fields[name.replace("_", "-")] = value
    return Answer(status, fields, content.encode() if isinstance(content, str) else content)


def code_of(options: Options, came: Answer) -> str:
    return made(options, came, form="spaced", name="Zoë").content.decode()


@pytest.mark.parametrize(
    ("came", "code"),
    [
        (answer("ABC-123\r\n"), "ABC-123"),
        (answer("ABC-123", kind="text/html"), "ABC-123"),  # what a script says that says nothing
        (answer("\ufeffABC-123"), "ABC-123"),
        (answer("Grün-1"), "Grün-1"),
        (answer("Grün-1".encode("latin-1")), "Grün-1"),
        (answer("Grün-1".encode("latin-1"), kind="text/plain; charset=ISO-8859-1"), "Grün-1"),
        (
            answer("-----BEGIN KEY-----\r\nabc\r\n-----END KEY-----\r\n"),
            "-----BEGIN KEY-----\nabc\n-----END KEY-----",
        ),
        (answer("<license><id>7</id></license>"), "<license><id>7</id></license>"),
    ],
)
def test_a_text_is_the_code(came: Answer, code: str) -> None:
    assert code_of(TEXT, came) == code


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (answer(""), "empty"),
        (answer(" \r\n\t"), "empty"),
        (answer("---"), "no registration code"),
        (answer("<!DOCTYPE html><p>Welcome</p>"), "web page"),
        (answer("\n <HTML>"), "web page"),
        (answer("<br />\n<b>Warning</b>: include()"), "web page"),
        (answer(b"ABC\x00DEF"), "control characters"),
        (answer(b"ABC\x9bDEF"), "control characters"),
        (answer(b"\xff\xfeA\x00B\x00"), "control characters"),
        (answer(b"ABC\xff", kind="text/plain; charset=utf-8"), "encoding that it names"),
        (answer("ABC", kind="text/plain; charset=utf-16"), "neither UTF-8 nor"),
        (answer("ABC", status=500), "HTTP 500"),
        (answer("ABC", status=404), "HTTP 404"),
        (answer("ABC", status=201), "HTTP 201"),
        (answer("ABC", status=307, Location="/login"), "not followed"),
    ],
)
@pytest.mark.parametrize("options", [TEXT, JSON])
def test_what_is_no_code_is_not_taken_for_one(options: Options, came: Answer, words: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        code_of(options, came)

    if options is TEXT:
        assert words in str(refused.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("ABC-123", "not JSON"),
        ("[" * 60_000, "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "no text “code”"),
        ('{"code": 7}', "no text “code”"),
        ('{"code": null}', "no text “code”"),
        ('{"code": ""}', "empty"),
        ('{"code": "<html>"}', "web page"),
        ('{"code": "A\\u0000B"}', "control characters"),
        ('{"code": "A\\ud800B"}', "control characters"),
        ('{"code": "ABC", "registered_name": 7}', "no text"),
        ('{"code": "ABC", "registered_name": "A\\u0000"}', "damaged"),
    ],
)
def test_json_that_holds_no_code_is_not_taken_for_one(body: str, words: str) -> None:
    with pytest.raises(BadAnswer) as refused:
        code_of(JSON, answer(body, kind="application/json"))

    assert words in str(refused.value)


def test_json_may_say_another_name() -> None:
    came = answer('{"code": "ABC", "registered_name": "ZOE 42"}')

    assert made(JSON, came, form="spaced", name="Zoë") == Made(content=b"ABC", name="ZOE 42")


@pytest.mark.parametrize("status", [400, 409, 410, 422])
def test_a_refusal_is_final(status: int) -> None:
    with pytest.raises(Refused, match=str(status)):
        code_of(TEXT, answer("no", status=status))


def test_json_may_say_why_it_refuses() -> None:
    with pytest.raises(Refused, match=r"no such product$"):
        code_of(JSON, answer('{"refused": "no such\\n product"}'))


def test_a_file_keeps_its_octets_and_a_harmless_name() -> None:
    named = answer(
        b"\x00\x01KEY",
        kind="application/octet-stream",
        Content_Disposition='attachment; filename="../../a:b.lic"',
    )
    unnamed = answer(b"\x00\x01KEY", kind="application/x-key")

    files = [made(FILE, each, form="spaced", name="Zoë") for each in (named, unnamed)]

    assert [(each.content, each.file_name) for each in files] == [
        (b"\x00\x01KEY", "_.._a_b.lic"),
        (b"\x00\x01KEY", "license.key"),
    ]
    assert files[1].content_type == "application/x-key"


@pytest.mark.parametrize("came", [answer("<html>"), answer("busy", kind="text/html"), answer(b"")])
def test_a_web_page_is_no_file(came: Answer) -> None:
    with pytest.raises(BadAnswer):
        made(FILE, came, form="spaced", name="")


@given(st.binary(max_size=200), st.sampled_from([TEXT, FILE, JSON]), st.sampled_from([200, 302, 404, 422]))
def test_no_answer_upsets_the_reading(content: bytes, options: Options, status: int) -> None:
    try:
        came = made(options, answer(content, status=status), form="spaced", name="Zoë")
    except (BadAnswer, Refused):
        return
    assert came.content.strip()


def test_shareit_is_asked_with_its_values_as_a_form() -> None:
    body, headers = request(replace(TEXT, product_id="300123"), WANTED)

    form = Asked("/", headers, body).form()
    assert headers["Content-Type"] == "application/x-www-form-urlencoded; charset=utf-8"
    assert {name: value for name, value in form.items() if value} == {
        "ENCODING": "UTF8",
        "PRODUCT_ID": "300123",
        "PURCHASE_ID": str(WANTED.request_id),
        "RUNNING_NO": "1",
        "PURCHASE_DATE": "04/03/2026",
        "LANGUAGE_ID": "1",
        "QUANTITY": "1",
        "REG_NAME": "Zoë 山田",
    }
    assert {"EMAIL", "LASTNAME", "ADDITIONAL2", "COUNTRY"} <= set(form)


def test_the_buyer_is_named_only_where_the_vendor_says_so() -> None:
    body, _ = request(replace(TEXT, buyer=True), WANTED)

    form = Asked("/", {}, body).form()
    assert (form["FIRSTNAME"], form["LASTNAME"], form["EMAIL"]) == ("Zoë van", "Dijk", "zoe@example.com")


def test_an_old_generator_is_asked_in_latin_1_and_not_at_all_where_that_cannot_be() -> None:
    old = replace(TEXT, encoding="ISO-8859-1")

    body, _ = request(old, replace(WANTED, name="Zoë"))

    assert Asked("/", {}, body).form("iso-8859-1")["REG_NAME"] == "Zoë"
    with pytest.raises(CannotAsk, match="ISO-8859-1"):
        request(old, WANTED)


def test_the_secret_is_sent_as_the_vendor_says(settings: LazySettings) -> None:
    settings.GENERATOR_SECRETS = {"cutter": "user:password"}

    sent = [request(replace(JSON, secret="cutter", auth=auth), WANTED)[1] for auth in ("basic", "bearer")]

    assert [each["Authorization"] for each in sent] == ["Basic dXNlcjpwYXNzd29yZA==", "Bearer user:password"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ([], "an object"),
        ({}, "no address"),
        ({"url": 7}, "must be a text"),
        ({"url": "https://evil.example/"}, "not named in GENERATOR_HOSTS"),
        ({"url": URL, "secret": "other"}, "no secret called “other”"),
        ({"url": URL, "password": "x"}, "no option called “password”"),
        ({"url": URL, "protocol": "soap"}, "must be one of"),
        ({"url": URL, "buyer": "yes"}, "must be one of true, false"),
        ({"url": URL, "answer": "file"}, "texts only"),
    ],
)
def test_options_are_refused_in_plain_words(settings: LazySettings, raw: Any, words: str) -> None:
    settings.GENERATOR_HOSTS, settings.GENERATOR_SECRETS = ["keys.example.com"], {"cutter": "x"}

    with pytest.raises(BadOptions) as refused:
        options_of(raw)

    assert words in str(refused.value)


@pytest.mark.parametrize(
    "header",
    [
        "attachment; filename*=undefined''x",
        "attachment; filename*=idna''%ff",
        "attachment; filename*=a%00b''x",
        "attachment; filename*=raw-unicode-escape''%5Cud800",
    ],
)
def test_a_file_name_that_cannot_be_read_costs_no_key(header: str) -> None:
    came = made(FILE, answer(b"\x00\x01", Content_Disposition=header), form="spaced", name="")

    assert came.content == b"\x00\x01"
    assert came.file_name.encode().isascii()


def test_a_damaged_content_type_is_not_kept() -> None:
    came = made(FILE, answer(b"\x00\x01", kind="application/\x00x"), form="spaced", name="")

    assert came.content_type == "application/octet-stream"
