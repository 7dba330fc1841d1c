"""Forms and lines of KEY=VALUE, as shops post them."""

import pytest

from licensing.intake.shop import NotUnderstood
from licensing.intake.stores.form_fields import MOST_FIELDS, charset_of, form, inner, lines


def test_reads_a_form() -> None:
    assert form(b"a=1&b=x+y%21&c=&d&&e=1=2&a=3\n") == {"a": "3", "b": "x y!", "c": "", "d": "", "e": "1=2"}


def test_a_plus_that_was_escaped_stays_one() -> None:
    assert form(b"mail=anna%2Bshop%40example.com") == {"mail": "anna+shop@example.com"}


def test_reads_forms_within_forms() -> None:
    fields = form(b"variants%5BTier%5D=Pro&variants[A+B]=C&variants=x&other[Tier]=y&variants[a][b]=z")

    assert inner(fields, "variants") == {"Tier": "Pro", "A B": "C"}


def test_reads_lines() -> None:
    assert lines(b"A=1\r\nB= x = y \nnothing\n\nC=") == {"A": "1", "B": "x = y", "C": ""}


@pytest.mark.parametrize(
    ("charset", "octets"),
    [("", b"K%C3%B6ln"), ("UTF8", b"K%C3%B6ln"), ("ISO-8859-1", b"K%F6ln"), ("windows-1252", b"K%F6ln")],
)
def test_reads_the_charset_that_is_said(charset: str, octets: bytes) -> None:
    assert form(b"city=" + octets, charset=charset) == {"city": "Köln"}


def test_refuses_the_wrong_charset_and_ones_that_nobody_uses() -> None:
    for body, charset in ((b"a=%F6", ""), (b"a=1", "utf-7"), (b"a=1", "punycode"), (b"a=%81", "iso-8859-1")):
        with pytest.raises(NotUnderstood):
            form(body, charset=charset)


def test_refuses_endless_fields() -> None:
    with pytest.raises(NotUnderstood):
        form(b"a=1&" * (MOST_FIELDS + 1))
    with pytest.raises(NotUnderstood):
        lines(b"a=1\n" * (MOST_FIELDS + 1))


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        ("application/x-www-form-urlencoded; charset=ISO-8859-1", "ISO-8859-1"),
        ('text/plain; Charset="utf-8"', "utf-8"),
        ("text/plain", ""),
        ("", ""),
    ],
)
def test_finds_the_charset_in_a_content_type(header: str, charset: str) -> None:
    assert charset_of(header) == charset
