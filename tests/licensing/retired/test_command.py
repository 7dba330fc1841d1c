"""`manage.py retired_list`, as an operator reads it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from licensing.keys.assign import end
from licensing.models import Edition, SigningKey
from tests import factories
from tests.licensing.retired.ground import NOW, served

pytestmark = pytest.mark.django_db


def told(*words: str) -> str:
    out = StringIO()
    call_command("retired_list", *words, stdout=out)
    return out.getvalue()


def test_says_how_the_list_stands(signing_key: SigningKey, edition: Edition) -> None:
    end(served(edition), at=NOW, reason="moved")

    lines = told().splitlines()

    assert lines[0] == "A new list was issued."
    assert lines[1].strip().startswith("1 codes, ")
    assert f"signed by {signing_key.name}" in lines[2]
    assert lines[-1].startswith(f"{edition.sku}: Its retired codes are listed: ")


def test_issues_a_new_list_when_asked(signing_key: SigningKey) -> None:
    told()

    assert told().startswith("Nothing has changed.")
    assert told("--rebuild").startswith("A new list was issued.")


def test_says_that_no_application_checks_an_empty_list(signing_key: SigningKey) -> None:
    factories.edition(sku="clip-windows")

    said = told()

    assert "The list is empty: of no edition it is said that its application checks the list." in said
    assert "clip-windows: Nothing of it is published, since its application does not check the list." in said


def test_says_why_editions_are_left_out_of_an_empty_list(signing_key: SigningKey) -> None:
    factories.edition(sku="clip-windows", checks_retired_list=True)

    said = told()

    assert "The list is empty: every edition whose application checks it is left out." in said
    assert "clip-windows: Left out of the list: 0 of its codes are known" in said


def test_says_that_nothing_has_retired(signing_key: SigningKey, edition: Edition) -> None:
    said = told()

    assert "The list is empty: no code of the editions that may stand on it has retired." in said
    assert f"{edition.sku}: Its retired codes are listed: " in said


def test_says_nothing_of_an_empty_list_where_it_is_none(signing_key: SigningKey, edition: Edition) -> None:
    end(served(edition), at=NOW, reason="moved")

    assert "empty" not in told()


@pytest.mark.usefixtures("db")
def test_names_the_command_that_makes_a_key() -> None:
    with pytest.raises(CommandError, match="signing_key new --purpose retired"):
        told()
