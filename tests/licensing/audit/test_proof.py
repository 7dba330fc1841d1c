"""The trail is proved, and every way to tamper with it is found, with the database's own guard switched off."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from licensing.audit import proof
from licensing.audit.chain import KEY, chain
from licensing.audit.proof import Head, head, verify
from licensing.audit.trail import record
from licensing.keys.stored import destroy_key
from licensing.models import AuditEntry, AuditLink, AuditPending, StoredKey
from tests import factories
from tests.kit.audit import unguarded

pytestmark = pytest.mark.django_db

LENGTH = 7


@pytest.fixture
def trail(monkeypatch: pytest.MonkeyPatch) -> Head:
    """Entries of two people and of nobody, read three at a time."""
    monkeypatch.setattr(proof, "AT_ONCE", 3)
    one, other = uuid4(), uuid4()
    row = factories.customer()
    for number in range(LENGTH):
        customer = (one, other, None)[number % 3]
        record(f"thing.{number}", by=f"person {number}", customer=customer, row=row, reason="Because")
    chain()
    return head()


@pytest.fixture
def free() -> Iterator[None]:
    """As for somebody who owns the tables."""
    with unguarded():
        yield


def told(expected: Head | None = None) -> str:
    return "\n".join(verify(expected=expected).problems)


def entry(number: int) -> AuditEntry:
    return AuditLink.objects.get(number=number).entry


def change(number: int, **fields: Any) -> None:
    AuditEntry.objects.filter(pk=entry(number).pk).update(**fields)


def test_finds_nothing_wrong_with_what_was_written(trail: Head) -> None:
    found = verify(expected=trail)

    assert found.problems == []
    assert found.head == trail
    assert trail.number == LENGTH


def test_an_erased_customer_does_not_spoil_the_proof(trail: Head) -> None:
    destroy_key(entry(1).key)

    assert verify(expected=trail).problems == []
    assert verify().erased == 3


CHANGES: dict[str, Callable[[AuditEntry], Any]] = {
    "at": lambda each: each.at + timedelta(microseconds=1),
    "by": lambda each: "somebody else",
    "action": lambda each: "thing.else",
    "customer": lambda each: uuid4(),
    "model": lambda each: "licensing.license",
    "row": lambda each: "1",
    "key": lambda each: "month:1999-01",
    "sealed": lambda each: bytes(each.sealed)[:-1] + bytes([bytes(each.sealed)[-1] ^ 1]),
}


@pytest.mark.parametrize("column", CHANGES)
def test_finds_every_column_that_was_changed(column: str, trail: Head, free: None) -> None:
    change(4, **{column: CHANGES[column](entry(4))})

    assert "Link 4 does not fit" in told()


def test_every_column_of_an_entry_is_among_them() -> None:
    assert set(CHANGES) | {"id"} == {field.name for field in AuditEntry._meta.concrete_fields}


def test_finds_an_entry_whose_id_was_changed(trail: Head, free: None) -> None:
    old, copy = entry(4), entry(4)
    copy.pk = uuid4()
    copy.save(force_insert=True)
    AuditLink.objects.filter(number=4).update(entry=copy)
    AuditEntry.objects.filter(pk=old.pk).delete()

    assert "Link 4 does not fit" in told()


def test_finds_a_digest_that_was_changed_and_what_follows_on_it(trail: Head, free: None) -> None:
    AuditLink.objects.filter(number=4).update(digest=b"0" * 32)

    assert "Link 4 does not fit" in told()
    assert "Link 5 does not fit" in told()


def test_finds_two_entries_that_changed_places(trail: Head, free: None) -> None:
    third, fifth = entry(3), entry(5)
    AuditLink.objects.filter(number=3).delete()
    AuditLink.objects.filter(number=5).update(entry=third)
    links = AuditLink.objects.get(number=4)
    AuditLink.objects.create(number=3, entry=fifth, digest=links.digest)

    assert "Link 3 does not fit" in told()


def test_finds_a_link_and_its_entry_that_were_removed_from_the_middle(trail: Head, free: None) -> None:
    removed = entry(4)
    AuditLink.objects.filter(number=4).delete()
    AuditEntry.objects.filter(pk=removed.pk).delete()

    assert "Link 4 is missing" in told()


def test_finds_that_later_links_were_renumbered_over_the_gap(trail: Head, free: None) -> None:
    removed = entry(4)
    AuditLink.objects.filter(number=4).delete()
    AuditEntry.objects.filter(pk=removed.pk).delete()
    for number in range(5, LENGTH + 1):
        AuditLink.objects.filter(number=number).update(number=number - 1)

    assert "Link 4 does not fit" in told()


def test_finds_an_end_that_was_cut_off_only_by_what_was_written_down_elsewhere(
    trail: Head, free: None
) -> None:
    removed = entry(LENGTH)
    AuditLink.objects.filter(number=LENGTH).delete()
    AuditEntry.objects.filter(pk=removed.pk).delete()

    assert told() == ""
    assert f"reached {LENGTH}: its end was cut off" in told(trail)


def test_finds_an_end_that_was_written_anew(trail: Head, free: None) -> None:
    """With the chain's key: whoever has that can write a chain, but not the one whose head was logged."""
    removed = entry(LENGTH)
    AuditLink.objects.filter(number=LENGTH).delete()
    AuditEntry.objects.filter(pk=removed.pk).delete()
    record("thing.else", by="nobody")
    chain()

    assert told() == ""
    assert "is not the one that you expect" in told(trail)


def test_finds_an_entry_that_was_put_beside_the_chain(trail: Head) -> None:
    stray = AuditEntry(action="thing.forged", by="ada", key="month:2026-01", sealed=b"x" * 40)
    stray.save(force_insert=True)

    assert f"Entry {stray.pk} is in no chain" in told()


def test_finds_an_entry_whose_link_was_removed(trail: Head, free: None) -> None:
    AuditLink.objects.filter(number=LENGTH).delete()

    assert "is in no chain" in told()


def test_an_entry_that_waits_for_its_link_is_none_of_these(trail: Head) -> None:
    waiting = AuditEntry(action="thing.new", by="ada", key="month:1999-01", sealed=b"x" * 40)
    waiting.save(force_insert=True)
    AuditPending.objects.create(entry=waiting)

    assert verify().problems == []
    assert verify().pending == 1


def test_says_that_the_chains_key_is_gone_or_another_one(trail: Head) -> None:
    mine = StoredKey.objects.get(name=KEY)
    destroy_key(KEY)
    assert "key is gone" in told()

    record("thing.new", by="ada")
    chain()
    assert "Link 1 does not fit" in told()

    StoredKey.objects.filter(name=KEY).update(sealed=bytes(mine.sealed)[:-1] + b"\0")
    assert "cannot be opened" in told()


def test_finds_a_customers_key_that_was_exchanged(trail: Head) -> None:
    one, other = (StoredKey.objects.get(name=entry(number).key) for number in (1, 2))
    StoredKey.objects.filter(pk=one.pk).update(sealed=other.sealed)

    assert "cannot be read" in told()


def test_the_command_prints_the_head_and_fails_with_telling_words(trail: Head) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert f"Head: {trail}" in out.getvalue()

    with unguarded():
        change(2, by="somebody else")
    with pytest.raises(CommandError, match="Link 2 does not fit"):
        call_command("verify_audit", expect=trail)


def test_what_a_killed_process_left_is_linked_before_it_is_proved(trail: Head) -> None:
    left = AuditEntry(action="thing.left", by="ada", key="month:1999-01", sealed=b"x" * 40)
    left.save(force_insert=True)
    AuditPending.objects.create(entry=left)

    call_command("verify_audit", stdout=StringIO())

    assert AuditLink.objects.get(number=LENGTH + 1).entry == left


def test_the_export_is_proved_by_the_program_in_the_documentation(trail: Head, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    call_command("export_audit", str(file), stdout=StringIO())
    out = StringIO()
    call_command("verify_audit", "--show-key", stdout=out)
    key = out.getvalue().rpartition("Key of the chain: ")[2].strip()
    program = documented_program()

    assert run(program, file, key) == f"{LENGTH + 1} entries, head {head().digest.hex()}"

    file.write_text(file.read_text().replace("person 3", "person 9"))
    assert run(program, file, key).startswith("wrong at 4")


def documented_program() -> str:
    text = Path("docs/audit.md").read_text()
    return text.partition("```python\n")[2].partition("```")[0]


def run(program: str, file: Path, key: str) -> str:
    said: list[str] = []
    names: dict[str, Any] = {"FILE": str(file), "KEY": key, "print": said.append}
    exec(compile(program, "docs/audit.md", "exec"), names)
    return said[-1]


def test_the_export_is_of_the_days_that_were_asked_for(trail: Head, tmp_path: Path) -> None:
    today = timezone.now().date()
    for name, since, lines in (("today", today, LENGTH + 1), ("later", date(2999, 1, 1), 0)):
        file = tmp_path / name
        call_command("export_audit", str(file), since=since, until=None, stdout=StringIO())
        assert len(file.read_text().splitlines()) >= lines
        assert bool(lines) == bool(file.read_text())


def test_the_export_never_overwrites_a_file(trail: Head, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")

    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_audit", str(tmp_path / "kept"), stdout=StringIO())

    assert (tmp_path / "kept").read_text() == "kept"
