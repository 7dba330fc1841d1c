"""Shops, as customers know them: `manage.py stores`."""

import pytest
from django.core.management import CommandError, call_command

from licensing.models import Store
from tests import factories

pytestmark = pytest.mark.django_db


def test_makes_a_store_with_the_names_that_customers_know() -> None:
    call_command(
        "stores", "set", "shop", "--kind", "gumroad", "--title", "Our Shop", "--statement-name", "GUM*OURS"
    )

    store = Store.objects.get()
    assert (store.name, store.kind, store.title, store.statement_name) == (
        "shop",
        "gumroad",
        "Our Shop",
        "GUM*OURS",
    )


def test_changes_only_what_is_said() -> None:
    factories.store(name="shop", title="Our Shop", statement_name="GUM*OURS")

    call_command("stores", "set", "shop", "--title", "New Shop")

    store = Store.objects.get()
    assert (store.title, store.statement_name) == ("New Shop", "GUM*OURS")


def test_refuses_another_kind_for_a_store_on_file() -> None:
    factories.store(name="shop", kind="paddle")

    with pytest.raises(CommandError, match="is a paddle shop"):
        call_command("stores", "set", "shop", "--kind", "gumroad")


def test_a_new_store_needs_its_kind() -> None:
    with pytest.raises(CommandError, match="--kind"):
        call_command("stores", "set", "shop", "--title", "Our Shop")


def test_shows_the_stores(capsys: pytest.CaptureFixture[str]) -> None:
    factories.store(name="shop", title="Our Shop")

    call_command("stores", "show")

    said = capsys.readouterr().out
    assert all(part in said for part in ("shop", "gumroad", "Our Shop"))


def test_says_what_it_made_and_not_what_else_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    factories.store(name="other")

    call_command("stores", "set", "shop", "--kind", "gumroad")
    made = capsys.readouterr().out
    call_command("stores", "set", "shop", "--title", "New Shop")
    changed = capsys.readouterr().out

    assert made.startswith("Made shop")
    assert changed.startswith("Changed shop")
    assert "other" not in made + changed
