import pytest
from django.conf import LazySettings

from licensing.intake import stores
from licensing.models import Connection
from tests.licensing.hooks.ground import UNSIGNED, connected
from tests.licensing.hooks.signed_shop import KIND, SignedShop, UnsignedShop


@pytest.fixture(autouse=True)
def shops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two kinds that only tests know."""
    monkeypatch.setitem(stores.KINDS, KIND, SignedShop())
    monkeypatch.setitem(stores.KINDS, UNSIGNED, UnsignedShop())


@pytest.fixture
def connection(db: None) -> Connection:
    """A shop that signs what it sends with `SECRET`."""
    return connected()


@pytest.fixture(autouse=True)
def plain_static_files(settings: LazySettings) -> None:
    """Nothing is collected in tests, so static files keep their own names."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
