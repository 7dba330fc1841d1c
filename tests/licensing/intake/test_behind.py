"""Rows that are written while the next ones are made: nothing that follows can miss them, or their error."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from licensing.intake import bulk
from licensing.intake.behind import CURRENT, writing_behind
from licensing.models import Product
from tests.factories import ORDERED_AT

pytestmark = pytest.mark.django_db(transaction=True)


FIELDS = ("id", "slug", "name")


def write(*slugs: str) -> None:
    rows = [(each, slug, slug) for each, slug in zip(bulk.new_ids(len(slugs)), slugs, strict=True)]
    bulk.insert(Product, FIELDS, rows, now=ORDERED_AT)


def slugs() -> set[str]:
    return set(Product.objects.values_list("slug", flat=True))


@contextmanager
def chunk() -> Iterator[None]:
    with transaction.atomic(), writing_behind():
        yield


def do(*acts: Callable[[], object]) -> None:
    for act in acts:
        act()


def do_in_chunk(*acts: Callable[[], object]) -> None:
    with chunk():
        do(*acts)


def test_the_next_question_sees_what_was_written() -> None:
    with chunk():
        write("one", "two")
        write("three")
        assert slugs() == {"one", "two", "three"}


def test_everything_is_written_when_the_block_ends() -> None:
    do_in_chunk(partial(write, "one", "two"), partial(write, "three"), bulk.check_so_far)

    assert slugs() == {"one", "two", "three"}


def test_what_was_changed_is_seen_by_the_next_question() -> None:
    product = Product.objects.create(slug="one", name="One")

    with chunk():
        bulk.update(Product, ("id", "name"), [(product.pk, "New")], changes="name = new.name", where="TRUE")
        assert Product.objects.get().name == "New"


def test_an_error_is_raised_at_the_end_of_the_block_and_takes_back_all_of_it() -> None:
    with pytest.raises(IntegrityError):
        do_in_chunk(partial(write, "one", "two"), partial(write, "one"))

    assert slugs() == set()


def test_an_error_is_raised_where_the_database_is_asked_next() -> None:
    heard: list[set[str]] = []

    with pytest.raises(IntegrityError):
        do_in_chunk(partial(write, "one", "one"), lambda: heard.append(slugs()))

    assert heard == []
    assert slugs() == set()


def test_whatever_else_goes_wrong_leaves_the_connection_fit_for_use() -> None:
    with pytest.raises(ZeroDivisionError):
        do_in_chunk(partial(write, "one", "two"), lambda: 1 // 0)

    assert CURRENT.get() is None
    do_in_chunk(partial(write, "two"))
    assert slugs() == {"two"}


class BreakingOff(list[tuple[str, ...]]):
    def __iter__(self) -> Iterator[tuple[str, ...]]:
        yield from super().__iter__()
        raise ZeroDivisionError


def test_rows_that_cannot_be_made_leave_the_connection_fit_for_use() -> None:
    rows = BreakingOff([(bulk.new_id(), "one", "One")])

    with pytest.raises(ZeroDivisionError):
        do_in_chunk(partial(bulk.insert, Product, FIELDS, rows, now=ORDERED_AT))

    do_in_chunk(partial(write, "three"))
    assert slugs() == {"three"}


def test_an_error_within_a_savepoint_takes_back_only_that() -> None:
    with chunk():
        write("one")
        with pytest.raises(IntegrityError):
            transaction.atomic(do)(partial(write, "two"), partial(write, "one"))
        write("three")

    assert slugs() == {"one", "three"}


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: there is no beside")
def test_writing_goes_on_while_the_database_waits() -> None:
    """Another transaction has the name; ours goes on making rows until it asks, and then hears that it was too late."""
    taken, done = threading.Event(), threading.Event()

    def other() -> None:
        try:
            with transaction.atomic():
                write("one")
                taken.set()
                done.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(other)
        assert taken.wait(30)
        with pytest.raises(IntegrityError):
            do_in_chunk(partial(write, "one"), done.set)  # reached while PostgreSQL waits for the other one
        others.result()

    assert slugs() == {"one"}


def test_many_ids_are_version_7_and_all_different() -> None:
    ids = [UUID(each) for each in bulk.new_ids(1_000)]

    assert {each.version for each in ids} == {7}
    assert {each.variant for each in ids} == {UUID(int=1 << 63).variant}
    assert len(set(ids)) == 1_000
    assert bulk.new_ids(0) == []
