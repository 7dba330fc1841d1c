"""Importing a file in the console: from the upload to the rows on file, with JavaScript or without."""

from __future__ import annotations

import csv
import io

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from licensing import import_tasks
from licensing.admin import imports
from licensing.intake import uploads
from licensing.models import ColumnMap, ImportPart, ImportRun, ImportState, Purchase, Store
from tests import factories
from tests.licensing.intake.sales import order, text_of

pytestmark = pytest.mark.django_db

UPLOAD = "console:licensing_importrun_upload"
UNKNOWN = (
    "Order ID;Order date;E-mail;Item;License key\n"
    "A-1;31.12.2023;anna@example.com;clip;AAAA-1111\n"
    "A-2;01.01.2024;secret.person@example.com;clip;=BAD\n"
    "A-3;someday;eve@example.com;clip;CCCC-3333\n"
)


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests do the worker's part themselves."""
    monkeypatch.setattr(imports, "wake", lambda: None)


def upload(client: Client, content: str | bytes, *, name: str = "sales.csv", **fields: str) -> str:
    """Uploads the file; the address that the answer leads to, or what its page says."""
    data = content.encode() if isinstance(content, str) else content
    answer = client.post(reverse(UPLOAD), {**fields, "file": SimpleUploadedFile(name, data)})
    return str(answer.headers["Location"]) if answer.status_code == 302 else answer.content.decode()


def page(name: str, run: ImportRun) -> str:
    return reverse(f"console:licensing_importrun_{name}", args=[run.pk])


def test_a_known_file_is_tried_and_then_imported(support: Client) -> None:
    factories.store(title="My Gumroad")
    address = upload(support, text_of(order("anna@example.com"), order("bad")), editions="on")
    run = ImportRun.objects.get()
    assert address == page("run", run)
    assert "Reading and checking" in support.get(address).content.decode()

    assert import_tasks.work()
    seen = support.get(address).content.decode()
    assert "Nothing has been changed yet" in seen
    assert "a…@example.com" in seen
    assert "not an address we can send to" in seen
    assert not Purchase.objects.exists()

    support.post(address, {"do": "keep"})
    assert import_tasks.work()
    assert "Everything that could be is on file" in support.get(address).content.decode()
    assert Purchase.objects.count() == 1


def test_a_shop_is_made_for_a_file_that_is_known(support: Client) -> None:
    address = upload(support, text_of(order()))
    asked = support.get(address).content.decode()
    assert "Gumroad sales export" in asked

    support.post(address.partition("?")[0], {"store": "new:gumroad", "encoding": "", "go": "1"})

    run = ImportRun.objects.get()
    assert run.shop.kind == "gumroad"
    assert run.state == ImportState.STAGING


@pytest.mark.parametrize("stores", [0, 1, 2])
def test_a_new_shop_is_chosen_only_where_none_is_there(support: Client, stores: int) -> None:
    for number in range(stores):
        factories.store(title=f"Shop {number}", name=f"shop-{number}")

    address = upload(support, text_of(order()))

    seen = "" if "check" not in address else support.get(address).content.decode()
    chosen = 'value="new:gumroad" selected' in seen
    assert (chosen, bool(seen)) == (stores == 0, stores != 1)


def test_the_first_rows_are_shown_before_anything_is_chosen(support: Client) -> None:
    seen = support.get(upload(support, UNKNOWN)).content.decode()

    assert "as they stand in the file" in seen
    assert "s…@example.com" in seen
    assert "secret.person" not in seen
    assert "AAAA-1111" not in seen


def test_a_tried_file_does_not_say_that_it_was_imported(support: Client) -> None:
    factories.store()
    upload(support, text_of(order()))
    assert import_tasks.work()
    address = reverse("console:licensing_importrun_changelist")
    assert "tried, nothing changed" in support.get(address).content.decode()

    support.post(page("run", ImportRun.objects.get()), {"do": "keep"})
    assert import_tasks.work()

    seen = support.get(address).content.decode()
    assert "state-good" in seen
    assert "tried, nothing changed" not in seen


def test_a_file_of_another_shop_is_named(support: Client) -> None:
    other = factories.store(kind="csv")
    address = upload(support, text_of(order()), store=str(other.pk))

    assert "This is a Gumroad sales export, not one of Another shop" in support.get(address).content.decode()


def test_an_unknown_file_is_explained_once(support: Client) -> None:
    store = factories.store(kind="csv", title="Own shop")
    address = upload(support, UNKNOWN, store=str(store.pk))
    run = ImportRun.objects.get()
    assert address == page("check", run)
    seen = support.get(address).content.decode()
    assert "Guessed from the columns" in seen
    assert "2023-12-31" in seen  # the dates' form is guessed, too
    assert "secret.person" not in seen

    fields = {
        "order": "Order ID",
        "ordered_at": "Order date",
        "email": "E-mail",
        "product": "Item",
        "dates": "DD.MM.YYYY",
    }
    said = {f"col-{name}": column for name, column in fields.items()}
    support.post(address, {"store": str(store.pk), "encoding": "", "title": "Sales file", "go": "1", **said})
    assert import_tasks.work()
    run.refresh_from_db()
    assert run.outcomes == {"unplaced": 2, "rejected": 1}
    assert ColumnMap.objects.get().columns == fields

    assert upload(support, UNKNOWN, store=str(store.pk), name="next.csv") == page(
        "run", ImportRun.objects.order_by("-id")[0]
    )


def test_a_map_without_a_needed_column_says_so(support: Client) -> None:
    store = factories.store(kind="csv")
    address = upload(support, UNKNOWN, store=str(store.pk))

    answer = support.post(
        address, {"store": str(store.pk), "encoding": "", "go": "1", "col-order": "Order ID"}
    )

    assert "Still to be said: ordered on" in answer.content.decode()
    assert ImportRun.objects.get().state == ImportState.UPLOADED


def test_the_words_of_a_column_are_shown_and_what_they_mean(support: Client) -> None:
    store = factories.store(kind="csv")
    text = "Order ID;Order date;E-mail;Item;Paid\nA-1;2023-12-31;a@example.com;clip;ja\n"
    text += "A-2;2023-12-31;b@example.com;clip;fertig\n"
    address = upload(support, text, store=str(store.pk))
    seen = support.get(address).content.decode()
    assert "“ja” = yes, “fertig” = not known" in seen
    assert "“fertig” is not known to mean yes, nor no" in seen
    said = {
        "order": "Order ID",
        "ordered_at": "Order date",
        "email": "E-mail",
        "product": "Item",
        "paid": "Paid",
    }
    form = {"store": str(store.pk), "encoding": "", "title": "x", "go": "1", "col-paid_words": "ja, fertig"}

    support.post(
        address, form | {"col-test_words": "never"} | {f"col-{name}": value for name, value in said.items()}
    )

    assert import_tasks.work()
    assert ImportRun.objects.get().outcomes == {"unplaced": 2}
    assert ColumnMap.objects.get().columns == said | {"paid_words": "ja, fertig"}


def test_another_encoding_is_asked_for(support: Client) -> None:
    factories.store()
    name = text_of(order()).replace("Item Name", "Ítem", 1)
    address = upload(support, name.encode("windows-1252"))

    seen = support.get(address).content.decode()
    assert "cannot be read" in seen
    assert "--encoding" not in seen
    assert "windows-1252" in seen


def test_the_page_is_told_how_far_it_is(support: Client) -> None:
    factories.store()
    upload(support, text_of(order()))
    run = ImportRun.objects.get()

    told = support.get(page("progress", run)).json()

    assert (told["phase"], told["moving"], told["percent"]) == ("reading", True, 0)


def test_a_paused_import_goes_on_after_a_click(support: Client) -> None:
    factories.store()
    address = upload(support, text_of(order()))
    run = ImportRun.objects.get()

    support.post(address, {"do": "pause"})
    assert not import_tasks.work()
    assert "paused" in support.get(address).content.decode()
    support.post(address, {"do": "resume"})

    assert import_tasks.work()
    run.refresh_from_db()
    assert run.state == ImportState.STAGED


def test_rejects_are_a_file_without_formulas_or_data(support: Client) -> None:
    store = factories.store(kind="csv")
    run = uploaded_by_hand(UNKNOWN, store, {"email": "E-mail", "codes": "License key"})
    assert import_tasks.work()

    answer = support.get(page("rejects", run))
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert rows[0] == ["row", "column", "reason"]
    assert [row[0] for row in rows[1:]] == ["4"]
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    assert "eve" not in str(rows)


def uploaded_by_hand(text: str, store: Store, columns: dict[str, str]) -> ImportRun:
    run = uploads.begin("sales.csv")
    uploads.add_part(run, 0, text.encode())
    uploads.complete(run, len(text.encode()))
    known = {"order": "Order ID", "ordered_at": "Order date", "product": "Item", "dates": "DD.MM.YYYY"}
    uploads.read_as(run, store=store, encoding="", columns=known | columns, with_editions=False)
    return run


def test_more_than_fits_is_refused_and_not_kept(support: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_UPLOADED", 1_000)

    assert "more than 200 MB" in upload(support, "x" * 5_000)
    assert not ImportRun.objects.exists()
    assert not ImportPart.objects.exists()


def test_an_upload_without_a_file_says_so(support: Client) -> None:
    assert "Choose a file first" in support.post(reverse(UPLOAD), {"store": ""}).content.decode()


def test_nothing_of_an_upload_is_read_for_somebody_without_the_right(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_importrun"))
    client.force_login(looker)
    monkeypatch.setattr(uploads, "begin", lambda name: pytest.fail("the body was read"))

    answer = client.post(reverse(UPLOAD), {"file": SimpleUploadedFile("sales.csv", b"a,b\n")})

    assert answer.status_code == 403


def test_an_upload_needs_the_forms_token(support: Client, settings: LazySettings) -> None:
    settings.CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"  # ours has links that are not here
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get())

    answer = strict.post(reverse(UPLOAD), {"file": SimpleUploadedFile("sales.csv", b"a,b\n")})

    assert answer.status_code == 403
    assert not ImportRun.objects.filter(uploaded=True, state=ImportState.STAGING).exists()


@pytest.mark.parametrize("name", ["upload", "check", "run", "progress", "rejects"])
def test_every_page_asks_for_its_right(client: Client, name: str) -> None:
    run = uploaded_by_hand(UNKNOWN, factories.store(kind="csv"), {"email": "E-mail"})
    address = reverse(UPLOAD) if name == "upload" else page(name, run)
    assert client.get(address).status_code == 302

    client.force_login(User.objects.create_user("nobody", is_staff=True))

    assert client.get(address).status_code == 403


@pytest.mark.parametrize("deed", ["pause", "resume", "keep", "again", "discard"])
def test_who_may_only_look_changes_nothing(client: Client, deed: str) -> None:
    run = uploaded_by_hand(UNKNOWN, factories.store(kind="csv"), {"email": "E-mail"})
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_importrun"))
    client.force_login(looker)

    assert client.get(page("run", run)).status_code == 200
    assert client.post(page("run", run), {"do": deed}).status_code == 403
    assert not ImportRun.objects.get().paused


def test_an_unknown_deed_is_refused(support: Client) -> None:
    run = uploaded_by_hand(UNKNOWN, factories.store(kind="csv"), {"email": "E-mail"})

    assert support.post(page("run", run), {"do": "burn"}).status_code == 400
