"""Which editions are left out of the list, and why (threats.md, row 55)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from licensing.keys.listable import FEWEST, Reason, in_words, judge, variety
from licensing.keys.sealed import new_key_file
from licensing.keys.sources.document import written
from licensing.keys.sources.pattern import code_from
from licensing.models import Edition, RegistrationKey
from tests import factories
from tests.licensing.retired.ground import random_code

pytestmark = pytest.mark.django_db

STRONG = {"pattern": "VCU-#####-#####-#####C"}
WEAK = {"pattern": "VCU-#####-######C"}


def with_codes(code: Callable[[int], str], count: int = FEWEST, **fields: Any) -> Edition:
    edition = factories.edition(**fields)
    for number in range(count):
        factories.key(edition=edition, code=code(number))
    return edition


def random(_: int) -> str:
    return random_code()


def document(number: int) -> str:
    return written("00" * 8, {"license": str(number)}, lambda _: random_code(64).encode())


def made(_: int) -> str:
    return code_from(STRONG["pattern"])


def test_random_codes_are_listed() -> None:
    judgement = judge(with_codes(random))

    assert (judgement.reason, judgement.listable) == (Reason.LOOK_RANDOM, True)


def test_serial_numbers_are_left_out() -> None:
    judgement = judge(with_codes(lambda number: f"VIDEO-CONVERTER-ULTIMATE-2024-{number:08}"))

    assert (judgement.reason, judgement.listable) == (Reason.GUESSABLE, False)


def test_short_codes_are_left_out_however_random() -> None:
    assert judge(with_codes(lambda _: random_code(10))).reason is Reason.GUESSABLE


def test_a_few_short_codes_among_long_ones_leave_the_edition_out() -> None:
    edition = with_codes(random)

    factories.key(edition=edition, code=random_code(6))

    assert judge(edition).reason is Reason.GUESSABLE


def test_codes_added_later_are_looked_at_too() -> None:
    edition = with_codes(random, count=150)

    for number in range(120):
        factories.key(edition=edition, code=f"OLD-{number:04}")

    assert judge(edition).reason is Reason.GUESSABLE


def test_too_few_codes_say_nothing() -> None:
    edition = with_codes(random, count=FEWEST - 1)
    before = judge(edition)

    factories.key(edition=edition, code=random_code())

    assert (before.reason, judge(edition).reason) == (Reason.TOO_FEW, Reason.LOOK_RANDOM)


def test_a_code_for_all_buyers_leaves_the_edition_out() -> None:
    edition = with_codes(random)

    factories.key(edition=edition, code=random_code(), seats=None)

    assert judge(edition).reason is Reason.SHARED


def test_a_pattern_with_sixty_random_bits_needs_no_codes() -> None:
    judgement = judge(factories.edition(key_source="pattern", key_source_options=STRONG))

    assert (judgement.reason, judgement.listable) == (Reason.MADE_AT_RANDOM, True)


@pytest.mark.parametrize("options", [WEAK, {"pattern": ""}, {}])
def test_a_pattern_with_fewer_random_bits_is_left_out(options: dict[str, str]) -> None:
    edition = factories.edition(key_source="pattern", key_source_options=options)

    assert judge(edition).reason is Reason.WEAK_PATTERN


def test_codes_of_the_pattern_itself_are_not_doubted() -> None:
    edition = with_codes(made, key_source="pattern", key_source_options=STRONG)

    assert judge(edition).reason is Reason.MADE_AT_RANDOM


def test_guessable_codes_from_before_the_pattern_leave_the_edition_out() -> None:
    edition = with_codes(lambda number: f"OLD-{number:04}", key_source="pattern", key_source_options=STRONG)

    assert judge(edition).reason is Reason.GUESSABLE


def test_signed_documents_are_listed() -> None:
    edition = with_codes(document, key_source="signed", code_form="armoured")

    assert (judge(edition).reason, judge(edition).listable) == (Reason.SIGNED, True)


def test_guessable_codes_from_before_the_documents_leave_the_edition_out() -> None:
    edition = with_codes(lambda number: f"OLD{number:04}", key_source="signed", code_form="armoured")

    assert judge(edition).reason is Reason.GUESSABLE


def test_licence_files_are_judged_by_their_octets() -> None:
    edition = factories.edition()
    for _ in range(FEWEST):
        content = f"LICENCE\n{random_code(40)}\n".encode()
        new_key_file(edition=edition, content=content, file_name="key.lic", content_type="text/plain").save(
            force_insert=True
        )

    assert judge(edition).reason is Reason.LOOK_RANDOM


def test_codes_that_cannot_be_read_count_as_unknown() -> None:
    edition = with_codes(random)

    RegistrationKey.objects.filter(edition=edition).update(sealed=b"damaged")

    assert judge(edition).reason is Reason.TOO_FEW


def test_says_in_a_sentence_why_with_the_numbers() -> None:
    sentence = judge(with_codes(lambda number: f"OLD-{number:04}")).sentence

    assert sentence.startswith("Left out of the list: 32 of its codes vary by about ")
    assert "At least 64 are needed" in sentence


def test_the_console_says_what_would_be_if_the_application_checked_the_list() -> None:
    edition = with_codes(random)
    unchecked = in_words(edition)

    edition.checks_retired_list = True

    assert unchecked.startswith("Nothing of it is published")
    assert in_words(edition).startswith("Its retired codes are listed: 32 of its codes vary by about ")


def test_the_console_goes_by_one_judgement_for_a_while() -> None:
    edition = with_codes(random)
    first = in_words(edition)

    with CaptureQueriesContext(connection) as queries:
        assert in_words(edition) == first

    assert len(queries) == 0


def test_a_position_where_all_codes_agree_adds_nothing() -> None:
    assert variety(["AX1", "AX2", "AX3", "AX4"]) == 2
