"""Keys made from a template."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from hypothesis import given
from hypothesis import strategies as st

from licensing.keys.sealed import content_of
from licensing.keys.sources import pattern as source
from licensing.keys.sources import supply
from licensing.keys.sources.options import check_options
from licensing.keys.sources.pattern import (
    ALPHABET,
    BadPattern,
    check,
    check_symbol,
    code_from,
    stored_key,
    verify_check_symbol,
)
from licensing.models import KeyState, RegistrationKey
from tests import factories
from tests.kit.race import released_together

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PATTERN = "VCU-#####-#####-#####-#####C"

literals = st.text(alphabet="ABCLOIU019-._:/ ", max_size=8)
patterns = st.builds(
    lambda start, ends, last: f"X{start}" + "".join(f"####{end}" for end in ends) + last,
    literals,
    st.lists(literals, min_size=3, max_size=5),
    st.sampled_from(["C", "#", "X", "c"]),
)


@given(patterns)
def test_every_code_fits_its_own_pattern_however_it_is_typed(pattern: str) -> None:
    check(pattern)
    code = code_from(pattern)

    assert verify_check_symbol(code, pattern)
    assert verify_check_symbol(
        f" {code.lower().replace('0', 'o').replace('1', 'l').replace('-', '')}\n", pattern
    )


@given(st.text(alphabet=ALPHABET, min_size=12, max_size=25), st.data())
def test_one_wrong_character_is_noticed(characters: str, data: st.DataObject) -> None:
    pattern = "#" * len(characters) + "C"
    at = data.draw(st.integers(0, len(characters) - 1))
    other = data.draw(st.sampled_from(ALPHABET).filter(lambda character: character != characters[at]))
    wrong = characters[:at] + other + characters[at + 1 :]

    assert not verify_check_symbol(wrong + check_symbol(characters), pattern)


@given(st.text(alphabet=ALPHABET, min_size=12, max_size=25), st.integers(0, 23))
def test_two_swapped_neighbours_are_noticed(characters: str, at: int) -> None:
    at %= len(characters) - 1
    swapped = characters[:at] + characters[at + 1] + characters[at] + characters[at + 2 :]

    noticed = not verify_check_symbol(swapped + check_symbol(characters), "#" * len(characters) + "C")

    assert noticed or swapped == characters


@given(st.text(max_size=40))
def test_other_text_does_not_pass_the_check(text: str) -> None:
    assert not verify_check_symbol(text, PATTERN)


@pytest.mark.parametrize(
    ("characters", "symbol"), [("0", "0"), ("Z", "Z"), ("10", "*"), ("14", "U"), ("15", "0"), ("16J", "D")]
)
def test_the_check_symbol_is_crockfords(characters: str, symbol: str) -> None:
    """The value modulo 37, as https://www.crockford.com/base32.html defines it; 16J is 1234, 1234 % 37 is 13."""
    assert check_symbol(characters) == symbol


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "could be guessed"),
        ("VCU-#####-#####", "it has 50 random bits and needs 60, which is 12 times #"),
        ("############\n", "must not have '\\n'"),
        ("É-############", "must not have 'É'"),
        ("############ ", "no space at its ends"),
        ("#" * 101, "at most 100 characters"),
    ],
)
def test_refuses_a_pattern_in_plain_words(pattern: str, words: str) -> None:
    with pytest.raises(BadPattern) as refused:
        check(pattern)

    assert words in str(refused.value)


@pytest.mark.django_db
def test_makes_a_claimed_key_for_each_license() -> None:
    edition = factories.edition(key_source="pattern", key_source_options={"pattern": PATTERN})
    licenses = [factories.license(edition=edition) for _ in range(3)]

    keys = supply(edition, licenses, now=NOW)

    codes = {content_of(key).decode() for key in keys.values()}
    assert set(keys) == {license.id for license in licenses}
    assert len(codes) == 3
    assert all(verify_check_symbol(code, PATTERN) for code in codes)
    assert RegistrationKey.objects.filter(state=KeyState.SERVING).count() == 3


@pytest.mark.django_db
def test_a_code_that_is_on_file_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = factories.edition()
    taken = factories.key(edition=edition, code="AAAA-0000-0000-0000")
    drawn = iter(["AAAA-0000-0000-0000", "aaaa 0000 0000 OOOO".replace("O", "0"), "BBBB-0000-0000-0000"])
    monkeypatch.setattr(source, "code_from", lambda pattern: next(drawn))

    key = stored_key(edition, PATTERN)

    assert content_of(key) == b"BBBB-0000-0000-0000"
    assert set(RegistrationKey.objects.all()) == {taken, key}


@pytest.mark.django_db
def test_gives_up_when_every_code_is_on_file(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = factories.edition()
    factories.key(edition=edition, code="AAAA-0000-0000-0000")
    monkeypatch.setattr(source, "code_from", lambda pattern: "AAAA-0000-0000-0000")

    with pytest.raises(IntegrityError):
        stored_key(edition, PATTERN)

    assert RegistrationKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_threads_make_different_keys_at_once() -> None:
    edition = factories.edition(key_source="pattern", key_source_options={"pattern": PATTERN})

    made = released_together(
        8, lambda _: [stored_key(edition, PATTERN).id for _ in range(10)], after=lambda: connection.close()
    )

    assert made.errors == []
    assert RegistrationKey.objects.values("fingerprint_a").distinct().count() == 80


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"key_source_options": {}}, "key_source_options", "There is no pattern"),
        ({"key_source_options": {"pattern": 7}}, "key_source_options", "There is no pattern"),
        ({"key_source_options": {"pattern": "AB-##"}}, "key_source_options", "could be guessed"),
        ({"key_source_options": {"patern": PATTERN}}, "key_source_options", "no option called “patern”"),
        ({"key_source_options": [PATTERN]}, "key_source_options", "are an object"),
        ({"code_form": "exact"}, "code_form", "spaced or crockford"),
    ],
)
def test_the_console_is_told_what_is_wrong_with_the_options(
    fields: dict[str, Any], field: str, words: str
) -> None:
    edition = factories.edition(
        key_source="pattern", **({"key_source_options": {"pattern": PATTERN}} | fields)
    )

    with pytest.raises(ValidationError) as refused:
        check_options(edition)

    assert words in refused.value.message_dict[field][0]


@pytest.mark.django_db
def test_licenses_wait_while_the_pattern_is_malformed() -> None:
    edition = factories.edition(key_source="pattern", key_source_options={"pattern": "AB-##"})

    assert supply(edition, [factories.license(edition=edition)], now=NOW) == {}
    assert not RegistrationKey.objects.exists()
