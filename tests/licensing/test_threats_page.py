"""docs/threats.md has every row that the code names, and its tests are where it says."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "threats.md").read_text()
FOLDERS = ("bench", "config", "licensing", "recovery", "tests")
NAMED = re.compile(r"threats\.md,? rows? (\d+)(?: (to|and) (\d+))?")


def rows_named() -> set[int]:
    """By every line of code."""
    found = set()
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for first, how, last in NAMED.findall(path.read_text(encoding="utf-8")):
            found |= (
                set(range(int(first), int(last) + 1)) if how == "to" else {int(first), int(last or first)}
            )
    return found


def test_every_row_that_the_code_names_is_on_the_page_and_no_other() -> None:
    on_page = {int(row) for row in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}

    assert on_page == rows_named()


def test_what_it_names_is_there() -> None:
    named = re.findall(r"`((?:tests|bench)/[\w/]+\.py)`", PAGE)

    assert len(named) >= PAGE.count("\n| ") - 2
    assert [name for name in named if not (ROOT / name).exists()] == []
