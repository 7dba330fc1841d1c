from base64 import b64decode

import pytest

from config.environment import Environment, UnsafeEnvironment
from tests.environment import FIXED

SERVER = FIXED | {
    "MODE": "server",
    "DATABASE_URL": "postgres://recovery:x@127.0.0.1/recovery",
    "REDIS_URL": "redis://127.0.0.1/0",
}
SECRETS = {name: FIXED[name] for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "FINGERPRINT_KEYS")}
DEMO = SECRETS | {"MODE": "demo"}
REQUIRED = [
    "SECRET_KEY",
    "ENCRYPTION_KEYS",
    "FINGERPRINT_KEYS",
    "PUBLIC_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "SMTP_URL",
    "MAIL_FROM",
    "VENDOR_NAME",
    "SUPPORT_EMAIL",
]


class Surroundings:
    """The process's environment, holding nothing but what a test puts into it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        for name in {
            *SERVER,
            "SECRET_KEY_FALLBACKS",
            "ENV_FILE",
            "VAR_DIR",
            "PORT",
            "LISTEN",
            "WEB_WORKERS",
            "WEB_THREADS",
        }:
            monkeypatch.delenv(name, raising=False)

    def read(self, values: dict[str, str]) -> Environment:
        for name, value in values.items():
            self.monkeypatch.setenv(name, value)
        return Environment.from_process()

    def problems(self, values: dict[str, str]) -> dict[str, str]:
        with pytest.raises(UnsafeEnvironment) as refused:
            self.read(values)
        return refused.value.problems


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Surroundings:
    return Surroundings(monkeypatch)


def test_an_empty_environment_names_every_missing_variable_at_once(surroundings: Surroundings) -> None:
    problems = surroundings.problems({})

    assert sorted(problems) == sorted(REQUIRED)


def test_the_refusal_says_how_to_make_the_values(surroundings: Surroundings) -> None:
    with pytest.raises(UnsafeEnvironment) as refused:
        surroundings.read({})

    words = str(refused.value)
    assert all(f"  {name}: " in words for name in REQUIRED)
    assert "secrets.token_urlsafe" in words
    assert "python -m config.newenv" in words


def test_a_complete_environment_is_taken(surroundings: Surroundings) -> None:
    assert surroundings.read(SERVER).mode == "server"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz"),
        ("ENCRYPTION_KEYS", "k1:notbase64"),
        ("ENCRYPTION_KEYS", "k1:AAAA"),
        ("FINGERPRINT_KEYS", SECRETS["FINGERPRINT_KEYS"].replace("a:", "z:", 1)),
        ("PUBLIC_URL", "http://recover.example.com"),
        ("PUBLIC_URL", "https://*"),
        ("PUBLIC_URL", "https://*.example.com"),
        ("PUBLIC_URL", "https://recover.example.com/path"),
        ("PUBLIC_URL", "recover.example.com"),
        ("PUBLIC_URL", "HTTPS://recover.example.com"),
        ("PUBLIC_URL", "https://.example.com"),
        ("PUBLIC_URL", "https://recover.example.com#top"),
        ("PUBLIC_URL", "https://name:word@recover.example.com"),
        ("PUBLIC_URL", "https://recover.example.com:99999"),
        ("PUBLIC_URL", "https://recover example.com"),
        ("PUBLIC_URL", "https://["),
        ("DATABASE_URL", "sqlite:///recovery.sqlite3"),
        ("DATABASE_URL", "mysql://127.0.0.1/recovery"),
        ("REDIS_URL", "memory://"),
        ("SMTP_URL", "https://mail.example.com"),
        ("SMTP_URL", "smtp://user:password@mail.example.com"),
        ("SMTP_URL", "smtp://user:password@mail.example.com?tls=starttlsx"),
        ("SMTP_URL", "smtp://user:password@mail.example.com?x=tls=starttls"),
        ("SMTP_URL", "smtp://mail.example.com:99999"),
        ("SMTP_URL", "smtp://["),
        ("DATABASE_URL", "postgres://["),
        ("SECRET_KEY_FALLBACKS", "changeme"),
        ("SECRET_KEY_FALLBACKS", f"{FIXED['SECRET_KEY']},"),
        ("VENDOR_URL", "javascript:alert(1)"),
        ("SECOND_PERSON", "exports,everything"),
        ("MAIL_FROM", "nobody"),
        ("SUPPORT_EMAIL", "two@example.com, three@example.com"),
        ("VENDOR_COLOR", "blue"),
        ("SMTPUTF8", "maybe"),
        ("TRUSTED_PROXIES", "-1"),
        ("MAILS_PER_HOUR", "many"),
        ("LOG_LEVEL", "LOUD"),
        ("PORT", "80000"),
        ("WEB_WORKERS", "0"),
        ("MODE", "production"),
    ],
)
def test_refuses_what_is_unsafe_or_unclear(surroundings: Surroundings, name: str, value: str) -> None:
    assert name in surroundings.problems(SERVER | {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GENERATOR_HOSTS", "https://keys.example.com"),
        ("GENERATOR_HOSTS", "keys.example.com,Keys.Example.net"),
        ("GENERATOR_HOSTS", "keys.example.com:99999"),
        ("GENERATOR_INTERNAL_HOSTS", "10.0.0.0/8"),
        ("GENERATOR_SECRETS", "no-name"),
        ("GENERATOR_SECRETS", "cutter:two words"),
        ("GENERATOR_SECRETS", "cutter:one,cutter:two"),
    ],
)
def test_refuses_generators_that_it_could_not_ask(surroundings: Surroundings, name: str, value: str) -> None:
    problems = surroundings.problems(SERVER | {name: value})

    assert list(problems) == [name]
    assert "two words" not in problems[name]


def test_takes_generators_with_and_without_ports_and_secrets_with_colons(surroundings: Surroundings) -> None:
    taken = surroundings.read(
        SERVER
        | {
            "GENERATOR_HOSTS": "keys.example.com, keys.example.net:8443",
            "GENERATOR_INTERNAL_HOSTS": "[::1]:8080",
            "GENERATOR_SECRETS": "cutter:abc,recorder:user:password",
        }
    )

    assert taken.generator_hosts == ["keys.example.com", "keys.example.net:8443"]
    assert taken.generator_internal_hosts == ["[::1]:8080"]
    assert taken.generator_secrets == {"cutter": "abc", "recorder": "user:password"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_ORIGINS", "*"),
        ("API_ORIGINS", "null"),
        ("API_ORIGINS", "http://shop.example.com"),
        ("API_ORIGINS", "https://shop.example.com/"),
        ("API_ORIGINS", "https://shop.example.com:443"),
        ("API_ORIGINS", "https://shop.example.com,https://Shop.example.com"),
        ("EMBED_PAGES", "https://shop.example.com"),
        ("EMBED_PAGES", "https://shop.example.com/lost?x=1"),
        ("EMBED_PAGES", "https://shop.example.com/lost#x"),
        ("EMBED_PAGES", "https://shop.example.com@evil.example/"),
        ("EMBED_PAGES", "javascript:alert(1)"),
        ("API_KEY_CHECK", "yes"),
    ],
)
def test_refuses_sites_that_no_browser_would_name_so(
    surroundings: Surroundings, name: str, value: str
) -> None:
    assert list(surroundings.problems(SERVER | {name: value})) == [name]


def test_takes_sites_as_browsers_name_them(surroundings: Surroundings) -> None:
    taken = surroundings.read(
        SERVER
        | {
            "API_ORIGINS": "https://shop.example.com, https://example.com:8443, http://localhost:3000",
            "EMBED_PAGES": "https://shop.example.com/,https://example.com/lost-key.html",
        }
    )

    assert taken.api_origins == [
        "https://shop.example.com",
        "https://example.com:8443",
        "http://localhost:3000",
    ]
    assert taken.embed_pages == ["https://shop.example.com/", "https://example.com/lost-key.html"]
    assert not taken.api_key_check


def test_former_secrets_as_strong_as_the_present_one_are_taken(surroundings: Surroundings) -> None:
    former = ["b" + FIXED["SECRET_KEY"], "c" + FIXED["SECRET_KEY"]]

    taken = surroundings.read(SERVER | {"SECRET_KEY_FALLBACKS": ", ".join(former)})

    assert taken.secret_key_fallbacks == former


@pytest.mark.parametrize("name", ["MAIL_FROM", "SUPPORT_EMAIL", "BOUNCE_ADDRESS"])
def test_our_own_addresses_are_taken_in_the_form_that_smtp_speaks(
    surroundings: Surroundings, name: str
) -> None:
    taken = surroundings.read(SERVER | {name: "keys@Bücher.example"})

    assert getattr(taken, name.lower()) == "keys@xn--bcher-kva.example"


def test_several_bad_values_are_named_together(surroundings: Surroundings) -> None:
    bad = {"SECRET_KEY": "short", "PUBLIC_URL": "http://recover.example.com", "SMTP_URL": ""}

    assert set(surroundings.problems(SERVER | bad)) == set(bad)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "smtp://127.0.0.1"),
        ("DATABASE_URL", "postgres://127.0.0.1/recovery"),
        ("REDIS_URL", "redis://127.0.0.1/0"),
        ("PUBLIC_URL", "https://recover.example.com"),
        ("LISTEN", "0.0.0.0"),
        ("WEB_WORKERS", "2"),
    ],
)
def test_the_demo_refuses_what_is_for_real_use(surroundings: Surroundings, name: str, value: str) -> None:
    assert list(surroundings.problems(DEMO | {name: value})) == [name]


def test_the_demo_needs_nothing_but_its_secrets_and_a_port(surroundings: Surroundings) -> None:
    env = surroundings.read(DEMO | {"PORT": "8123"})

    assert env.public_url == "http://127.0.0.1:8123"
    assert env.allowed_hosts == ["127.0.0.1", "localhost"]
    assert env.listen == "127.0.0.1"


def test_the_embedded_mode_refuses_a_second_web_process(surroundings: Surroundings) -> None:
    embedded = {name: value for name, value in SERVER.items() if name not in ("DATABASE_URL", "REDIS_URL")}

    assert list(surroundings.problems(embedded | {"MODE": "embedded", "WEB_WORKERS": "2"})) == ["WEB_WORKERS"]


def test_the_server_tells_this_machine_of_no_events(surroundings: Surroundings) -> None:
    refused = surroundings.problems(SERVER | {"NOTIFY_LOOPBACK": "TRUE"})
    assert list(refused) == ["NOTIFY_LOOPBACK"]
    assert "MODE=demo" in refused["NOTIFY_LOOPBACK"]


def test_events_may_go_to_this_machine_while_one_develops(surroundings: Surroundings) -> None:
    embedded = FIXED | {"MODE": "embedded", "NOTIFY_LOOPBACK": "true"}
    assert surroundings.read(embedded).notify_loopback


def test_a_file_that_is_not_there_is_named(surroundings: Surroundings) -> None:
    assert "there is no such file" in surroundings.problems({"ENV_FILE": "/nowhere/env"})["ENV_FILE"]


ONE_KEY = FIXED["ENCRYPTION_KEYS"].removeprefix("k1:")
OTHER_KEY = FIXED["FINGERPRINT_KEYS"].removeprefix("a:")


@pytest.mark.parametrize(
    "values",
    [
        {"FINGERPRINT_KEYS": f"a:{ONE_KEY}"},
        {"ENCRYPTION_KEYS": f"k2:{ONE_KEY},k1:{OTHER_KEY}"},
        {"SECRET_KEY": ONE_KEY, "ENCRYPTION_KEYS": f"k1:{ONE_KEY}"},
        {"SECRET_KEY": f"a:{OTHER_KEY}", "FINGERPRINT_KEYS": f"a:{OTHER_KEY}"},
        {"SECRET_KEY_FALLBACKS": b64decode(ONE_KEY).hex(), "ENCRYPTION_KEYS": f"k1:{ONE_KEY}"},
    ],
)
def test_refuses_one_key_for_two_purposes_and_names_both(
    surroundings: Surroundings, values: dict[str, str]
) -> None:
    problems = surroundings.problems(SERVER | values)

    named = set(values) if len(values) > 1 else {"ENCRYPTION_KEYS", "FINGERPRINT_KEYS"}
    assert set(problems) == named
    assert all("has the same key as" in problem for problem in problems.values())
    assert ONE_KEY not in str(problems)


@pytest.mark.parametrize(
    "values",
    [
        {"ENCRYPTION_KEYS": f"k1:{ONE_KEY},k2:{ONE_KEY}"},
        {"FINGERPRINT_KEYS": f"a:{OTHER_KEY},b:{OTHER_KEY}"},
    ],
)
def test_refuses_one_key_under_two_ids(surroundings: Surroundings, values: dict[str, str]) -> None:
    problems = surroundings.problems(SERVER | values)

    assert problems == dict.fromkeys(values, "has one key under two ids")
