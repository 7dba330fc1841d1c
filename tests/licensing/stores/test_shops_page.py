"""docs/shops.md says of every kind of shop what there is to say."""

import re
from pathlib import Path

import pytest

from licensing.intake.stores import KINDS
from tests.licensing.stores.samples import FOLDER

PAGE = (Path(__file__).parents[3] / "docs" / "shops.md").read_text()
EVENT = re.compile(r"\b[a-z]+(?:[._][a-z]+)+\b")  # order.completed, order_created
each_kind = pytest.mark.parametrize("kind", sorted(KINDS))


def section(kind: str) -> str:
    """What stands under the heading of that kind."""
    parts = [part for part in PAGE.split("\n### ")[1:] if f"Kind `{kind}`" in part]
    assert len(parts) == 1, f"docs/shops.md needs one section that says: Kind `{kind}`"
    return " ".join(parts[0].split("\n## ")[0].split())


@each_kind
def test_every_kind_has_its_section_and_the_word_for_its_secret(kind: str) -> None:
    assert KINDS[kind].secret_name in section(kind)


@each_kind
def test_what_is_not_signed_is_said_to_be(kind: str) -> None:
    shop = KINDS[kind]

    assert ("signs nothing" in section(kind) or "unsigned" in section(kind)) == (
        shop.notifies and not shop.signed
    )


@each_kind
def test_every_event_that_its_steps_name_is_named(kind: str) -> None:
    named = set(EVENT.findall(" ".join(KINDS[kind].steps))) - {"p_customer_email", "p_customer_name"}

    assert sorted(event for event in named if event not in section(kind) and not event.endswith("_")) == []


@each_kind
def test_its_samples_are_where_the_page_says(kind: str) -> None:
    sample = KINDS[kind].sample
    patterns = re.findall(r"samples `([^`]+)`", section(kind))

    assert all(list(FOLDER.glob(pattern)) for pattern in patterns)
    assert not sample or any(FOLDER / sample in FOLDER.glob(pattern) for pattern in patterns)
