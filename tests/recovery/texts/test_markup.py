"""The markup that support writes mails in: what is refused, and that nothing typed does more than be read."""

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.mail.wording.check import ensure_usable, shown
from recovery.mail.wording.compose import TooLarge, compose
from recovery.mail.wording.examples import examples
from recovery.mail.wording.kinds import CHALLENGE, KINDS
from recovery.mail.wording.markup import (
    LONGEST_BODY,
    Block,
    Fault,
    Paragraph,
    Refused,
    Slot,
    parse,
    unified,
    written,
)
from recovery.mail.wording.names import Words, understood

SUBJECT = "Your link"
SIGNS = st.one_of(
    st.sampled_from(
        [*"{}#\n\n\n \r\tab<>&\"'", "{link}", "{button}", "{code}", "{{", "}}", "# ", "{0.__class__}"]
    ),
    st.characters(),
)
TYPED = st.lists(SIGNS, max_size=40).map("".join)
# Half of them have what the mail must have, so that both ends are met.
BODIES = TYPED.flatmap(lambda typed: st.sampled_from([typed, f"{typed}\n{{button}}\n{typed}"]))


def faults_of(subject: str, body: str) -> list[Fault]:
    try:
        understood("challenge", subject, body)
    except Refused as error:
        return error.faults
    return []


def refused(body: str, *, subject: str = SUBJECT) -> list[tuple[int, str]]:
    with pytest.raises(Refused) as found:
        understood("challenge", subject, body)
    return [(fault.line, fault.words) for fault in found.value.faults]


@hypothesis.settings(max_examples=60)
@given(st.one_of(st.just("Your link"), TYPED), BODIES)
@hypothesis.example("Your link", " # a\n{button}\n # a")
def test_any_text_is_refused_with_a_line_or_makes_both_parts_and_parses_again(
    subject: str, body: str
) -> None:
    body = unified(body)
    faults = faults_of(subject, body)
    assert all(0 <= fault.line <= body.count("\n") + 1 and fault.words for fault in faults)
    if not faults:
        said = shown(Words("challenge", "en", subject, body), examples(CHALLENGE)[0])
        assert said.subject.strip()
        assert "/not-me/" in said.text
        assert "/not-me/" in said.html
        text = understood("challenge", subject, body)
        assert parse(*written(text)) == text


def test_paragraphs_headings_lines_and_blocks_are_told_apart() -> None:
    text = parse("Hello {name}", "# Title\nOne\ntwo {link}\n\n{button}\nThree {{x}}")
    assert text.subject == ("Hello ", Slot("name"))
    assert text.parts == (
        Paragraph((("Title",),), heading=True),
        Paragraph((("One",), ("two ", Slot("link")))),
        Block("button"),
        Paragraph((("Three {x}",),)),
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("{0.__class__}", "{0.__class__} is no placeholder."),
        ("{settings}", "{settings} is not known in this mail."),
        ("{name!r:>9999999}", "{name!r:>9999999} is no placeholder."),
        ("{}", "{} is no placeholder."),
        ("{% include 'x' %}", "{% include 'x' %} is no placeholder."),
        ("a { b", "A single { stands here. Write {{ to have a brace in the mail."),
        ("a } b", "A single } stands here. Write }} to have a brace in the mail."),
        ("Press {button} now", "{button} must stand alone on its line."),
        ("two\u2028lines", "The invisible character U+2028 cannot stand in a mail. Remove it."),
        ("nul\x00", "The invisible character U+0000 cannot stand in a mail. Remove it."),
        ("turned\u202eround", "The invisible character U+202E cannot stand in a mail. Remove it."),
        ("hole\ue000code\ue001", "The invisible character U+E000 cannot stand in a mail. Remove it."),
        ("x" * 901, "This line is longer than 900 characters."),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(typed: str, said: str) -> None:
    assert (3, said) in refused(f"{{button}}\n\n{typed}")


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("", "The subject is empty."),
        (" ", "The subject is empty."),
        ("x" * 121, "The subject is longer than 120 characters."),
        ("Hello\r\nBcc: everybody@example.com", "The subject must be one line."),
        ("Hello\nthere", "The subject must be one line."),
        ("Hello\x85there", "The invisible character U+0085 cannot stand in a mail. Remove it."),
        ("Type {code}", "{code} cannot stand in the subject. These can: {vendor_name}."),
    ],
)
def test_a_subject_is_one_line_of_words_and_plain_facts(subject: str, said: str) -> None:
    assert (0, said) in refused("{button}", subject=subject)


@pytest.mark.parametrize("name", KINDS)
def test_a_mail_without_what_it_is_sent_for_is_refused(name: str) -> None:
    kind = KINDS[name]
    for group in kind.required:
        body = kind.body
        for slot in group:
            body = body.replace(f"{{{slot}}}", "something")
        with pytest.raises(Refused) as found:
            understood(name, kind.subject, body)
        assert f"{{{group[0]}}}" in found.value.faults[0].words
        assert "is missing" in found.value.faults[0].words


def test_a_text_that_is_too_long_is_refused_at_once() -> None:
    assert refused("x\n" * LONGEST_BODY) == [(1, "The text is longer than 4,000 characters.")]


def test_html_that_would_not_fit_a_mail_is_refused() -> None:
    text = parse(SUBJECT, "\n\n".join(["&"] * 1300))
    example = examples(CHALLENGE)[0]
    with pytest.raises(TooLarge):
        compose(text, CHALLENGE, {**example.context, **example.facts})
    with pytest.raises(Refused):
        ensure_usable(Words("challenge", "en", SUBJECT, "{button}\n\n" + "\n\n".join(["&"] * 1300)))


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x>', "&lt;b&gt;", "<a href='x'>"])
def test_markup_that_is_typed_is_read_as_it_stands(text: str) -> None:
    said = shown(Words("challenge", "en", text, f"# {text}\n\n{text}\n\n{{button}}"), examples(CHALLENGE)[0])
    assert said.text.count(text) == 2
    assert text not in said.html
    assert "<script" not in said.html
    assert "<img" not in said.html


@pytest.mark.parametrize("text", ["مرحبا بك", "שלום", "👩‍💻 🎉", "ご登録ありがとうございます", "می‌خواهم"])
def test_every_script_and_emoji_is_a_text(text: str) -> None:
    said = shown(Words("challenge", "en", text, f"{text}\n\n{{button}}"), examples(CHALLENGE)[0])
    assert (said.subject, text in said.text, text in said.html) == (text, True, True)
