"""The description at /api/schema/, the page at /api/docs/, and what was promised about them."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from drf_spectacular import generators

from recovery.api import docs, examples
from recovery.api.described import EXAMPLES
from recovery.api.docs import description
from recovery.models import Message
from tests import factories
from tests.api.breaking import METHODS, breaks
from tests.api.caller import EMAIL, Asked, Caller, said
from tests.api.conftest import mailed_code
from tests.kit.race import released_together
from tests.kit.smtp import SmtpServer
from tests.recovery.exchanging import Shop, owned
from tests.recovery.web.test_headers import policy_of
from tests.recovery.web.visitor import Visitor

DOCS = Path(__file__).parents[2] / "docs"
PROMISED = DOCS / "api" / "promised.json"


def operations() -> Iterator[dict[str, Any]]:
    for methods in description()["paths"].values():
        yield from (methods[each] for each in METHODS if each in methods)


def test_is_openapi_3_1_and_made_without_a_warning(tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))
    assert description()["openapi"] == "3.1.0"


def test_is_made_once_however_many_ask_first_at_the_same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its maker fails where two begin at once: after each start, the first who asked were answered 500."""
    generator: Any = generators.SchemaGenerator
    made = []

    def counting() -> Any:
        made.append(generator())
        return made[-1]

    monkeypatch.setattr(generators, "SchemaGenerator", counting)
    docs.made_once.cache_clear()
    outcome = released_together(6, lambda _: len(description()["paths"]))
    assert outcome.errors == []
    assert (len(made), len(set(outcome.results))) == (1, 1)


def test_the_committed_description_is_the_one_that_is_served() -> None:
    """Else: manage.py spectacular --format openapi-json --file docs/api/schema.json"""
    assert json.loads((DOCS / "api" / "schema.json").read_text()) == said(Caller().see("/api/schema/"))


def test_nothing_that_was_promised_is_broken() -> None:
    """A change that breaks programs needs /api/v2/, see docs/api.md."""
    assert breaks(json.loads(PROMISED.read_text()), description()) == []


def test_every_promise_was_announced() -> None:
    digest = sha256(PROMISED.read_bytes()).hexdigest()[:12]
    assert f"`{digest}`" in (DOCS / "api.md").read_text()


def gone(part: Any) -> None:
    del part["paths"]["/api/v1/licenses/"]


def needs_more(part: Any) -> None:
    part["components"]["schemas"]["Asking"]["required"].append("language")


def takes_less(part: Any) -> None:
    part["components"]["schemas"]["Moving"]["properties"]["to"]["enum"].remove("linux")


def tells_less(part: Any) -> None:
    del part["components"]["schemas"]["Key"]["properties"]["code"]


def tells_otherwise(part: Any) -> None:
    part["components"]["schemas"]["State"]["properties"]["verified"]["type"] = "string"


def may_tell(part: Any) -> None:
    part["components"]["schemas"]["Asked"]["required"].remove("secret")


def lets_in(part: Any) -> None:
    part["paths"]["/api/v1/keys/check/"]["post"]["security"] = [{"accessToken": []}]


BREAKING = [gone, needs_more, takes_less, tells_less, tells_otherwise, may_tell, lets_in]


@pytest.mark.parametrize("change", BREAKING, ids=lambda change: change.__name__)
def test_a_breaking_change_is_seen(change: Callable[[Any], None]) -> None:
    changed = copy.deepcopy(description())
    change(changed)
    assert breaks(description(), changed) != []


def test_something_more_breaks_nothing() -> None:
    more = copy.deepcopy(description())
    more["components"]["schemas"]["Asked"]["properties"]["more"] = {"type": "string"}
    more["components"]["schemas"]["Asking"]["properties"]["more"] = {"type": "string"}
    more["paths"]["/api/v1/more/"] = {"get": {"responses": {}}}
    assert breaks(description(), more) == []


def test_every_call_says_who_may_make_it_and_shows_an_example() -> None:
    for operation in operations():
        assert operation["summary"]
        assert operation["operationId"] in EXAMPLES
        (success,) = (each for status, each in operation["responses"].items() if status.startswith("2"))
        assert success["content"]["application/json"]["examples"]


def test_says_first_in_which_order_to_call_and_where_the_calls_with_a_key_are() -> None:
    told = description()["info"]["description"]
    called = [found(name) for name in ("askForMail", "proveMailbox", "listLicenses")]
    places = [told.index(f"`{method.upper()} {path}`") for path, method, _ in called]
    assert places == sorted(places)
    assert all(name in told for name in description()["components"]["securitySchemes"] if name != "apiKey")
    (tag,) = re.findall(r"\(/api/docs/#/(.+?)\)", told)
    assert [unquote(tag)] in [operation["tags"] for operation in operations()]


@pytest.mark.django_db
def test_the_page_is_ours_alone(settings: LazySettings) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    page = Visitor().get("/api/docs/")
    assert page.status_code == 200
    assert not re.search(r'(?:src|href)="(?:https?:)?//|<script(?![^>]*\ssrc=)', page.content.decode())
    assert policy_of(page)["script-src"] == policy_of(page)["connect-src"] == "'self'"
    assert "unsafe" not in Visitor().get("/")["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_examples_can_be_followed_in_their_order(
    smtp: SmtpServer, deliver: Callable[[], int], settings: LazySettings
) -> None:
    settings.API_KEY_CHECK = True
    shop = example_shop()
    owned(shop.windows, owner=factories.customer(email=EMAIL), code=example("listLicenses", "key", "code"))
    walk = Walk(deliver)
    for name in examples.OF:
        told = walk.call(name)
        assert shape_of(told) == shape_of(examples.OF[name]["told"]), name


def example(name: str, *path: str) -> Any:
    value = examples.OF[name]["told"]["licenses"][0]
    for each in path:
        value = value[each]
    return value


def example_shop() -> Shop:
    product = factories.product(slug="clipcutter")
    editions = {
        platform: factories.edition(
            of=product, platform=platform, version="2", download_url="https://example.com"
        )
        for platform in ("windows", "macos")
    }
    factories.key(edition=editions["macos"], code="MMMM-5555-6666-7777")
    return Shop(product, editions["windows"], editions["macos"])


class Walk:
    """Each example as it stands, with what the service gave in the place of what only stands for it."""

    def __init__(self, deliver: Callable[[], int]) -> None:
        self.deliver = deliver
        self.asked = Asked("", "", "")
        self.license = self.token = ""

    def call(self, name: str) -> Any:
        path, method, operation = found(name)
        path = path.replace("{request_id}", self.asked.id).replace("{license_id}", self.license)
        example = (
            operation.get("requestBody", {})
            .get("content", {})
            .get("application/json", {})
            .get("examples", {})
        )
        sent = example.get("Example", {}).get("value")
        if name == "proveMailbox":
            sent = {"code": mailed_code(self.asked)}
        if name == "resendMail":
            Message.objects.update(created_at="2026-01-01T00:00:00Z")
        caller = {"requestSecret": self.asked.secret, "accessToken": self.token}
        scheme = next((next(iter(each)) for each in operation["security"]), "")
        answer = Caller(caller.get(scheme, "")).call(method.upper(), path, sent)
        assert str(answer.status_code) in operation["responses"], answer.content
        assert answer.status_code < 300, answer.content
        self.learn(name, said(answer))
        return said(answer)

    def learn(self, name: str, told: Any) -> None:
        if name in ("askForMail", "resendMail"):
            self.asked = Asked(**told)
            self.deliver()
        self.token = told.get("access_token", self.token)
        if name == "listLicenses":
            self.license = told["licenses"][0]["id"]


def found(name: str) -> tuple[str, str, dict[str, Any]]:
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] == name:
                return path, method, operation
    raise LookupError(name)


def shape_of(value: Any) -> Any:
    """Names and kinds; times and ids are times and ids."""
    if isinstance(value, dict):
        return {name: shape_of(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape_of(each) for each in value[:1]]
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        return "a time" if value.endswith("Z") else "a time of nowhere"
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", value):
        return "an id"
    return type(value).__name__
