"""licensing/keys/code.py"""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.keys.code import FORMS, MESSAGES, CodeError, mask, normalise, tail

EVERY_CHARACTER = [chr(point) for point in range(sys.maxunicode + 1)]


def refusal(code: str, *, form: str) -> str:
    with pytest.raises(CodeError) as caught:
        normalise(code, form=form)
    assert caught.value.message == MESSAGES[caught.value.code] == str(caught.value)
    return caught.value.code


@pytest.mark.parametrize(
    "written",
    [
        "ABCD-1234-EF0L",
        "abcd1234ef0l",
        " Abcd 1234 eF0L\r\n",
        "ABCD–1234—EF0L",
        "ABCD\u20111234\u2212EF0L",
        "A\u200bBCD1234\ufeffEF0L",
    ],
)
def test_spaced_codes_are_the_same_however_they_are_grouped(written: str) -> None:
    assert normalise(written, form="spaced") == "ABCD1234EF0L"


def test_spaced_codes_drop_every_dash_of_unicode() -> None:
    dashes = [character for character in EVERY_CHARACTER if unicodedata.category(character) == "Pd"]
    assert len(dashes) > 20
    assert normalise("a" + "".join(dashes) + "b", form="spaced") == "AB"


def test_spaced_codes_drop_every_space_of_unicode() -> None:
    spaces = [
        character for character in EVERY_CHARACTER if unicodedata.category(character) in {"Zs", "Zl", "Zp"}
    ]
    assert len(spaces) > 15
    assert normalise("a" + "".join(spaces) + "b", form="spaced") == "AB"


def test_spaced_codes_fold_only_a_to_z() -> None:
    assert normalise("azé\u0131ß_+/", form="spaced") == "AZé\u0131ß_+/"


def test_spaced_codes_keep_letters_that_look_like_digits_apart() -> None:
    assert normalise("O0I1L", form="spaced") == "O0I1L"


def test_crockford_codes_read_look_alikes_as_digits() -> None:
    assert normalise("oO0-iIlL1-aB", form="crockford") == "00011111AB"


def test_exact_codes_keep_case_dashes_and_inner_spaces() -> None:
    assert normalise(" aB+/- c==\u00a0", form="exact") == "aB+/- c=="


def test_exact_codes_have_one_kind_of_line_end() -> None:
    assert normalise("\r\none\r\ntwo\rthree\n\n\tfour\r\n", form="exact") == "one\ntwo\nthree\n\n\tfour"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("code", ["", " ", "\r\n\t", "\u3000"])
def test_refuses_an_empty_code(code: str, form: str) -> None:
    assert refusal(code, form=form) == "empty"


@pytest.mark.parametrize("form", ["spaced", "crockford"])
def test_refuses_a_code_of_dashes_only(form: str) -> None:
    assert refusal("--–--", form=form) == "empty"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x1f", "\x7f", "\x9f", "\ud800"])
def test_refuses_control_and_half_characters(character: str, form: str) -> None:
    assert refusal(f"AB{character}CD", form=form) == "control"
    assert refusal(f"{character}ABCD{character}", form=form) == "control"


@pytest.mark.parametrize("form", FORMS)
def test_takes_64_kilobytes_and_no_more(form: str) -> None:
    assert normalise("A" * 65_536, form=form) == "A" * 65_536
    assert refusal("A" * 65_537, form=form) == "too_long"
    assert refusal("é" * 32_769, form=form) == "too_long"


def test_refuses_an_unknown_form() -> None:
    with pytest.raises(ValueError, match="spaced, exact, crockford"):
        normalise("ABCD", form="loose")


@given(st.text(), st.sampled_from(FORMS))
def test_a_normal_form_is_its_own_normal_form(code: str, form: str) -> None:
    try:
        once = normalise(code, form=form)
    except CodeError:
        return
    assert normalise(once, form=form) == once


@given(
    st.from_regex(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){1,4}", fullmatch=True),
    st.sampled_from(["-", " ", "", "–", "\n"]),
)
def test_separators_and_case_never_make_another_code(code: str, separator: str) -> None:
    for form in ("spaced", "crockford"):
        assert normalise(code.lower().replace("-", separator), form=form) == normalise(code, form=form)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("8F3K-22PQ-ZX81-7C21", "7C21"),
        ("8f3k-22pq-zx81-7c-21", "7c21"),
        ("ABCDEFGHIJKLMNO", "MNO"),
        ("ABCD-EFGH", "GH"),
        ("ABCDEFG", "G"),
        ("ABC", ""),
        ("", ""),
        ("-- --", ""),
        ("MIIBOgIBAAJBAKj34GkxFhD9==", "FhD9"),
    ],
)
def test_shows_at_most_four_characters_and_a_quarter_of_the_code(code: str, expected: str) -> None:
    assert tail(code) == expected


def test_passes_over_the_armour_of_a_licence_file() -> None:
    text = "-----BEGIN LICENSE-----\nQUJDREVGR0hJSktM\nTU5PUFFS5x7Y==\n-----END LICENSE-----\n"
    assert tail(text) == "5x7Y"


@given(st.text())
def test_never_shows_more_than_a_quarter(code: str) -> None:
    letters = [character for character in code if character.isalnum()]
    assert len(tail(code)) <= min(4, len(letters) / 4)


def test_masks_all_but_the_tail() -> None:
    assert mask("7C21") == "••••-7C21"
    assert mask("") == "••••"


def test_an_armoured_document_is_the_same_however_a_mail_wrapped_it() -> None:
    once = "-----BEGIN LICENSE-----\nAbC+\ndef=\n-----END LICENSE-----\n"
    wrapped = "  -----BEGIN LICENSE-----\r\nAb\r\nC+d\u00a0 ef=  \r\n-----END LICENSE-----"
    assert normalise(once, form="armoured") == normalise(wrapped, form="armoured") == "AbC+def="
