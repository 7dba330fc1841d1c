"""The page of the audit trail: what was done is found by the words that its rows show."""

import re
from pathlib import Path

import pytest
from django.test import Client

from config.trail.deeds import known, meant
from config.trail.details import lines_of
from licensing.models import AuditEntry
from tests.console.conftest import Filed
from tests.console.test_pages import page_address

pytestmark = pytest.mark.django_db

TRAIL = "/console/trail/"
ROOT = Path(__file__).parents[2]
RECORDED = re.compile(r'record\(\s*"([a-z_]+\.[a-z_]+)"')


def rows_of(support: Client, deed: str) -> list[str]:
    page = support.get(TRAIL, {"action": deed}).content.decode()
    return re.findall(r"</th>\s*<td>(.*?)</td>", page.partition("<tbody>")[2])


@pytest.mark.parametrize("deed", ["looked at a page", "Looked  at a page", "looked", "page.looked", "page."])
def test_a_deed_is_found_by_its_words_and_by_its_name_within(
    deed: str, support: Client, filed: Filed
) -> None:
    support.get(page_address(filed.customer))
    AuditEntry.objects.create(by="ann", action="note.written", key="k", sealed=b"s")

    assert set(rows_of(support, deed)) == {"looked at a page"}


def test_words_that_are_a_deed_find_no_other_that_has_them(support: Client, db: None) -> None:
    for action in ("endpoint.disabled", "note.written", "note.withdrawn"):
        AuditEntry.objects.create(by="ann", action=action, key="k", sealed=b"s")

    assert rows_of(support, "wrote a note") == ["wrote a note"]
    assert sorted(rows_of(support, "a note")) == ["withdrew a note", "wrote a note"]


def test_an_unknown_deed_is_said_to_be_none(support: Client) -> None:
    page = support.get(TRAIL, {"action": "painted the wall"}).content.decode()

    assert "There is no such deed; choose one." in page
    assert "Nothing is recorded" not in page


def test_a_deed_of_an_earlier_release_is_found_by_its_name(support: Client) -> None:
    AuditEntry.objects.create(by="ann", action="thing.painted", key="k", sealed=b"s")

    assert len(rows_of(support, "thing.painted")) == 1


def test_deeds_are_offered_by_their_words(support: Client) -> None:
    page = support.get(TRAIL).content.decode()

    for words in ("revealed a code", "changed: product", "ran manage.py staff"):
        assert f'<option value="{words}">' in page


def test_every_deed_that_is_recorded_is_known() -> None:
    """Whoever adds one writes its words."""
    folders = ("licensing", "recovery", "config")
    sources = [path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.py")]
    recorded = {action for source in sources for action in RECORDED.findall(source)}

    assert len(recorded) > 40
    assert sorted(recorded - known().keys()) == []
    assert meant("erased a customer") == ["customer.erased"]


def test_details_say_in_words_what_they_say() -> None:
    details = {
        "approved_by": "",
        "also_files": False,
        "page": "admin:index",
        "both_until": "2026-11-30T09:05:07.123456+00:00",
        "fields": {"name": ["", "Ada"]},
    }

    assert lines_of({"details": details}) == [
        ("Also files", "no"),
        ("Page", "the first page"),
        ("Both until", "2026-11-30 09:05:07 UTC"),
        ("name", "nothing → Ada"),
    ]
