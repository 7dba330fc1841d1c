"""`manage.py retired_list`, as an operator reads it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from licensing.keys.assign import end
from licensing.models import Edition, SigningKey
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


@pytest.mark.usefixtures("db")
def test_names_the_command_that_makes_a_key() -> None:
    with pytest.raises(CommandError, match="signing_key new --purpose retired"):
        told()
