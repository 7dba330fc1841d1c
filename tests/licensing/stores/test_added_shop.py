"""docs/add-a-shop.md, followed step by step in a copy of this project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.migrated import RUN_FOLDER

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "add-a-shop.md").read_text()
PARTS = ("config", "demo", "docs", "licensing", "recovery", "tests", "pyproject.toml", "manage.py")
SHOPS_PAGE = "tests/licensing/stores/test_shops_page.py"
CONNECTIONS = "tests/console/test_connections.py"
REGISTRY = "licensing/intake/stores/__init__.py"
_FILE = re.compile(r"`([\w.-]+/[\w./-]+)`:\n\n```\w+\n(.*?)```\n", re.DOTALL)
_SECTION = re.compile(r"before \"Any other\":\n\n```markdown\n(.*?)```\n", re.DOTALL)
_LINE = re.compile(r"and to `KINDS`:\n\n```python\n(.*?)```\n", re.DOTALL)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with what the page says written into it."""
    copy = tmp_path_factory.mktemp("project")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, copy / part)
        else:
            shutil.copy(source, copy / part)
    for name, content in files().items():
        assert not (copy / name).exists(), name
        (copy / name).write_text(content)
    register(copy / REGISTRY)
    describe(copy / "docs" / "shops.md")
    return copy


def files() -> dict[str, str]:
    return dict(_FILE.findall(PAGE))


def register(registry: Path) -> None:
    """The one import and the one line."""
    found = _LINE.search(PAGE)
    assert found
    text = registry.read_text()
    first = "from licensing.intake.stores import "
    text = (
        text.replace(f"{first}(", f"{first}(corner,")
        if f"{first}(" in text
        else text.replace(first, f"{first}corner, ")
    )
    opening = "KINDS: dict[str, Shop] = {\n"
    assert first in text
    assert opening in text
    registry.write_text(text.replace(opening, opening + found[1]))


def describe(page: Path) -> None:
    found = _SECTION.search(PAGE)
    before = "### Any other\n"
    assert found
    assert before in page.read_text()
    page.write_text(page.read_text().replace(before, f"{found[1]}\n{before}"))


@pytest.fixture(scope="module")
def passed(followed: Path) -> list[str]:
    """Which tests passed that the page names, of the new shop and of all; none failed."""
    folders = ("tests/licensing/stores/test_corner.py", SHOPS_PAGE, CONNECTIONS)
    said = run(followed, "pytest", "-q", "-rp", *folders, "-k", "corner or shops_page or offers_shops")
    return re.findall(r"^PASSED (\S+)", said, re.MULTILINE)


def run(copy: Path, *arguments: str) -> str:
    """In an environment of its own, as a newcomer's shell has none of ours; without servers. Only that the tables are
    made once more is spared."""
    ours = ("PATH", "HOME", "LANG", "TMPDIR", RUN_FOLDER)
    environment = {name: os.environ[name] for name in ours if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=copy,
        env=environment | {"TEST_DATABASE": "sqlite"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_has_the_files_that_it_speaks_of() -> None:
    assert sorted(files()) == [
        "licensing/intake/stores/corner.py",
        "licensing/intake/stores/samples/corner-order.json",
        "licensing/intake/stores/samples/corner-refund.json",
        "tests/licensing/stores/test_corner.py",
    ]


def test_its_shop_reads_what_its_test_says(passed: list[str]) -> None:
    assert len([each for each in passed if "/test_corner.py::" in each]) == 8


def test_the_page_of_all_shops_says_of_it_what_it_has_to(passed: list[str]) -> None:
    of_page = [each for each in passed if each.startswith(SHOPS_PAGE)]

    assert len([each for each in of_page if "corner" in each]) == 4
    assert len(of_page) > 40


def test_its_shop_can_be_connected_and_tried_in_the_console(passed: list[str]) -> None:
    of_console = [each for each in passed if each.startswith(CONNECTIONS)]

    assert len(of_console) == 2, of_console


def test_its_code_is_written_as_ours_is(followed: Path) -> None:
    ours = [str(followed / name) for name in files() if name.endswith(".py")]

    run(followed, "ruff", "check", *ours)
    run(followed, "ruff", "format", "--check", *ours)


def test_what_it_points_to_is_there() -> None:
    table = PAGE[PAGE.index("## What other shops need") :]
    stores = ROOT / "licensing" / "intake" / "stores"
    named = re.findall(r"\| `([\w./]+\.py)` \|$", table, re.MULTILINE)

    assert len(named) == table.count("\n| ") - 2
    assert [name for name in named if not (stores / name).exists()] == []
