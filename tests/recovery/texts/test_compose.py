"""What both parts of a mail in support's words hold."""

import re

import pytest
from django.utils import translation

from recovery.mail.wording.blocks import BLOCKS
from recovery.mail.wording.check import shown, shown_built_in
from recovery.mail.wording.examples import HOSTILE, examples
from recovery.mail.wording.feet import FEET
from recovery.mail.wording.kinds import BLOCK, KINDS, Kind
from recovery.mail.wording.markup import Refused
from recovery.mail.wording.names import Words
from recovery.mail.wording.phrases import ALL, PHRASES, Phrases, lines_of, read


def links(html: str) -> set[str]:
    """Where the HTML leads to; an origin with or without its slash is one place."""
    return {link.rstrip("/") for link in LINK.findall(html)}


each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
LINK = re.compile(r'href="([^"]+)"')


def words(kind: Kind, *, language: str = "en", phrases: Phrases = ()) -> Words:
    return Words(kind.name, language, kind.subject, kind.body, phrases)


@each_kind
def test_the_text_to_begin_with_says_what_the_built_in_mail_says(kind: Kind) -> None:
    for example in examples(kind):
        ours, built_in = shown(words(kind), example), shown_built_in(kind.name, example)
        assert links(built_in.html) <= links(ours.html)
        codes = [
            fact for name, fact in example.facts.items() if name.startswith("code") and fact in built_in.text
        ]
        assert all(code in ours.text for code in codes)


@each_kind
def test_every_block_is_known_and_says_something_in_both_parts(kind: Kind) -> None:
    for placeholder in kind.placeholders:
        assert (placeholder.form == BLOCK) == (placeholder.name in BLOCKS)


@each_kind
def test_odd_names_become_neither_markup_nor_placeholders(kind: Kind) -> None:
    (odd,) = (example for example in examples(kind) if example.title == "odd names")
    said = shown(words(kind), odd)
    assert "<script>" not in said.html
    assert "javascript:" not in said.html
    if HOSTILE.split("\u202e")[0] in said.text:
        assert "&lt;script&gt;" in said.html


@each_kind
def test_the_foot_stands_under_every_mail_whatever_is_written(kind: Kind) -> None:
    least = "\n\n".join(f"{{{group[0]}}}" for group in kind.required)
    said = shown(Words(kind.name, "en", "Hello", least), examples(kind)[0])
    assert "\n--\n" in said.text
    assert "What is kept about you" in said.text
    assert "/privacy/" in said.text
    assert "/privacy/" in said.html
    if kind.foot in ("asked", "proved", "moves"):
        assert "/not-me/" in said.text
        assert "/not-me/" in said.html


def test_every_foot_is_used() -> None:
    assert {kind.foot for kind in KINDS.values()} == set(FEET)


def test_a_mail_in_german_has_german_dates_and_says_that_it_is_german() -> None:
    kind = KINDS["keys"]
    with translation.override("de"):
        said = shown(words(kind, language="de"), examples(kind)[0])
    assert "3. Februar 2024" in said.text
    assert '<html lang="de">' in said.html


def test_a_mail_in_hebrew_runs_from_right_to_left() -> None:
    with translation.override("he"):
        said = shown(words(KINDS["muted"], language="he"), examples(KINDS["muted"])[0])
    assert '<html lang="he" dir="rtl">' in said.html
    assert '<table role="presentation" dir="rtl"' in said.html


def test_small_words_are_said_in_the_language_of_the_mail() -> None:
    kind = KINDS["keys"]
    phrases = read("key_label = Registrierungscode:\nbought = Gekauft am {at} bei {shop}, Bestellung {order}")
    said = shown(words(kind, language="de", phrases=phrases), examples(kind)[0])
    assert "Registrierungscode:" in said.text
    assert "Bestellung EX-1001" in said.text
    assert "Bestellung <bdi>EX-1001</bdi>" in said.html


def test_all_small_words_can_be_translated_at_once() -> None:
    translated = {phrase.name: f"Ü {phrase.text}" for phrase in ALL}
    assert dict(read(lines_of(translated))) == translated


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("bought = Gekauft", "{at} is missing here."),
        ("greeting = Hallo {name},", "{name} is not known here."),
        ("greeting = Hallo {", "A single { stands here. Write {{ to have a brace in the mail."),
        ("greeting = Hallo\u2028", "The invisible character U+2028 cannot stand in a mail. Remove it."),
        ("nothing = Hallo", "There are no words of that name."),
        ("greeting = " + "x" * 401, "This is longer than 400 characters."),
    ],
)
def test_small_words_that_would_lose_a_fact_are_refused(line: str, said: str) -> None:
    with pytest.raises(Refused) as found:
        read(f"key_label = Code:\n{line}")
    assert (2, said) in [(fault.line, fault.words) for fault in found.value.faults]


def test_small_words_that_hold_markup_are_read_as_they_stand() -> None:
    phrases = read("foot_why = <script>alert(1)</script>\nkey_label = <b>")
    said = shown(words(KINDS["keys"], phrases=phrases), examples(KINDS["keys"])[0])
    assert "<script>" not in said.html
    assert "<script>alert(1)</script>" in said.text


def test_each_small_word_has_its_facts() -> None:
    assert PHRASES["bought"].slots == {"at", "shop", "order"}
