"""Keys at rest are rotated while the service runs (threats, row 31)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from licensing.keys.sealed import content_of, vault, with_code
from licensing.keys.signing import new_signing_key, sign, verifies
from licensing.models import Endpoint, PurchaseLine, RegistrationKey
from licensing.outgoing import endpoints
from licensing.rotation import rotate
from tests import factories
from tests.environment import key_of
from tests.kit.waiting import wait_until
from tests.licensing.intake.sales import imported, order, sales_file
from tests.licensing.outgoing.ground import listening

OLD, NEW = {"k1": key_of("old").encode()[:32]}, {"k2": key_of("new").encode()[:32]}
OLD_MARK, NEW_MARK = {"a": key_of("old mark").encode()[:32]}, {"b": key_of("new mark").encode()[:32]}

before = override_settings(ENCRYPTION_KEYS=OLD, FINGERPRINT_KEYS=OLD_MARK)
both = override_settings(ENCRYPTION_KEYS=NEW | OLD, FINGERPRINT_KEYS=OLD_MARK | NEW_MARK)
after = override_settings(ENCRYPTION_KEYS=NEW, FINGERPRINT_KEYS=NEW_MARK)


def rotate_quietly() -> None:
    rotate(progress=lambda rows: None)


def is_found(code: str, key: RegistrationKey) -> bool:
    found = with_code(code, edition=key.edition).first()
    return found == key and content_of(found).decode() == code


@pytest.mark.django_db
def test_after_a_rotation_the_old_keys_are_not_needed() -> None:
    with before:
        key = factories.key(code="AAAA-BBBB-CCCC-DDDD")
    with both:
        assert is_found("AAAA-BBBB-CCCC-DDDD", key)
        rotate_quietly()
    with after:
        assert is_found("AAAA-BBBB-CCCC-DDDD", key)


@pytest.mark.django_db
def test_the_slot_of_a_dropped_fingerprint_key_is_emptied() -> None:
    with before:
        key = factories.key()
    with both:
        rotate_quietly()
    with after:
        rotate_quietly()

    key.refresh_from_db()
    assert key.fingerprint_a is None
    assert key.fingerprint_b is not None


@pytest.mark.django_db
def test_codes_that_wait_on_a_line_rotate_too(tmp_path: Path) -> None:
    with before:
        imported(sales_file(tmp_path, order(License_Key="AAAA-BBBB-CCCC-DDDD")), editions=False)
    with both:
        rotate_quietly()

    line = PurchaseLine.objects.get()
    with after:
        assert vault().key_id(bytes(line.sealed_code or b"")) == "k2"


@pytest.mark.django_db
def test_what_signs_events_signs_on_after_a_rotation_the_former_secret_too() -> None:
    now = timezone.now()
    with before:
        endpoint, former = listening()
        present = endpoints.rotate(endpoint.pk, by="lead", now=now)
    with both:
        rotate_quietly()
    with after:
        assert endpoints.secrets_of(Endpoint.objects.get(), now=now) == [present, former]


@pytest.mark.django_db
def test_a_signing_key_signs_on_after_a_rotation() -> None:
    with before:
        public = bytes(new_signing_key("retired").public)
    with both:
        assert rotate(progress=lambda rows: None).signing == 1
    with after:
        _, signature = sign("retired", b"a message")

    assert verifies(public, message=b"a message", signature=signature)


@pytest.mark.django_db
def test_a_second_rotation_finds_nothing_to_do() -> None:
    with before:
        factories.key()
    with both:
        rotate_quietly()
        done = rotate(progress=lambda rows: None)

    assert (done.keys, done.lines, done.unreadable) == (0, 0, 0)


@pytest.mark.django_db
def test_says_when_a_code_opens_with_none_of_the_keys(capsys: pytest.CaptureFixture[str]) -> None:
    with before:
        factories.key()

    with after, pytest.raises(CommandError, match="1 rows open with none of the configured keys"):
        call_command("rotate_keys")


@contextmanager
def meanwhile(*actions: Callable[[], None]) -> Iterator[None]:
    """Each action again and again in a thread of its own while the block runs; their errors are raised after it."""
    stop, errors = threading.Event(), list[BaseException]()

    def loop(action: Callable[[], None]) -> None:
        try:
            while not stop.is_set():
                action()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=loop, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]


@pytest.mark.django_db(transaction=True)
def test_lookups_and_new_keys_go_on_while_it_rotates() -> None:
    edition = factories.edition()
    codes = {f"OLD-{number:04}-CODE-HERE": None for number in range(500)}
    added: list[str] = []
    with before:
        for code in codes:
            factories.key(edition=edition, code=code)
    known = list(codes)

    def look_up() -> None:
        code = known[len(added) % len(known)]
        assert content_of(with_code(code, edition=edition).get()).decode() == code

    def put_in() -> None:
        code = f"NEW-{len(added):04}-CODE-HERE"
        factories.key(edition=edition, code=code)
        added.append(code)

    with both, meanwhile(look_up, put_in):
        rotate_quietly()
        wait_until(lambda: len(added) >= 3, what="keys added during the rotation")
    with after:
        lost = [code for code in [*known, *added] if not with_code(code, edition=edition).exists()]
        unread = [key for key in RegistrationKey.objects.exclude(fingerprint_b=None) if not content_of(key)]

    assert (lost, unread) == ([], [])
