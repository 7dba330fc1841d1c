"""Files that mean harm, and answers that no form of ours sends."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from licensing import import_tasks
from licensing.admin import imports
from licensing.models import ColumnMap, ImportRun, ImportState
from tests.console.test_uploads import UPLOAD, page, upload

pytestmark = pytest.mark.django_db

CARD = "4111 1111 1111 1111"
TABLE = "Order ID;Order date;E-mail;Item;Buyer\nA-1;2023-12-31;anna@example.com;clip;Anna\n"
ANSWER = {
    "store": "new:csv",
    "col-order": "Order ID",
    "col-ordered_at": "Order date",
    "col-email": "E-mail",
    "col-product": "Item",
    "col-name": "Buyer",
}


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "wake", lambda: None)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a\0b.csv", "ab.csv"),
        ("../../etc/sales.csv", "sales.csv"),
        (f"sold to {CARD}.csv", "sold to [removed].csv"),
    ],
    ids=["nul", "path", "card"],
)
def test_a_files_name_is_harmless_when_it_is_kept(support: Client, name: str, kept: str) -> None:
    part = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv'
    body = f"--x\r\n{part}\r\n\r\n{TABLE}\r\n--x--\r\n".encode()

    support.post(reverse(UPLOAD), body, content_type="multipart/form-data; boundary=x")

    assert ImportRun.objects.get().file_name == kept


def test_a_card_number_among_the_columns_names_is_kept_nowhere(support: Client) -> None:
    upload(support, TABLE.replace("Buyer", CARD))
    run = ImportRun.objects.get()
    shown = support.get(page("check", run)).content.decode()

    support.post(
        page("check", run), ANSWER | {"col-name": "[removed]", "go": "1", "title": "ours"}, follow=True
    )
    import_tasks.work()

    run.refresh_from_db()
    assert run.outcomes == {"unplaced": 1}
    assert run.columns["name"] == ColumnMap.objects.get().columns["name"] == "[removed]"
    assert CARD not in shown


def test_a_card_number_in_a_row_is_not_even_shown_before_the_file_is_read(support: Client) -> None:
    upload(support, TABLE.replace("Anna\n", f"Anna {CARD}\n"))

    shown = support.post(page("check", ImportRun.objects.get()), ANSWER).content.decode()

    assert "Anna [removed]" in shown
    assert CARD not in shown


@pytest.mark.parametrize(
    "said",
    [
        {"col-dates": "evil"},
        {"col-separator": "evil["},
        {"encoding": "evil"},
        {"encoding": "a\0b"},
        {"encoding": "undefined"},
        {"encoding": "base64"},
        {"title": "our\0s"},
        {"store": "new:evil"},
        {"store": "\0"},
        {"col-order": "\0"},
    ],
    ids=lambda said: repr(said)[1:-1],
)
def test_an_answer_that_is_none_is_asked_for_again_or_left_out(support: Client, said: dict[str, str]) -> None:
    upload(support, TABLE)
    run = ImportRun.objects.get()

    answer = support.post(page("check", run), ANSWER | {"go": "1", "title": "ours"} | said)

    import_tasks.work()
    run.refresh_from_db()
    read = (302, ImportState.STAGED, {"unplaced": 1})
    assert (answer.status_code, run.state, run.outcomes) in (read, (200, ImportState.UPLOADED, {}))
