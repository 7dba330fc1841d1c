"""Programs that call the API, and customers to call about."""

from collections.abc import Callable
from uuid import UUID

import pytest

from recovery.models import Challenge
from recovery.tokens import make_code
from tests import factories
from tests.api.caller import EMAIL, Asked, Caller, asked, proved
from tests.kit.smtp import SmtpServer
from tests.recovery.exchanging import Shop, owned, shop

NEW = "MMMM-5555-6666-7777"
OLD = "AAAA-BBBB-CCCC-DDDD"


@pytest.fixture
def mailed(smtp: SmtpServer, deliver: Callable[[], int]) -> Asked:
    """A request whose mail has come, if the address is on file."""
    request = asked()
    deliver()
    return request


@pytest.fixture
def for_both() -> Shop:
    """A product for two platforms, with one key for Mac in stock."""
    return shop(mac_codes=[NEW])


@pytest.fixture
def license_id(for_both: Shop) -> str:
    """A license that is Anna's, for Windows."""
    owner = factories.customer(email=EMAIL)
    return str(owned(for_both.windows, owner=owner, code=OLD).pk)


@pytest.fixture
def owner(license_id: str, mailed: Asked) -> Caller:
    """Anna, who has proved her mailbox by the code."""
    return proved(mailed, mailed_code(mailed))


def mailed_code(request: Asked) -> str:
    """The code of the newest mail; for an unknown address the one that was never mailed."""
    challenge = Challenge.objects.filter(request_id=UUID(request.id)).latest("mint")
    return make_code(challenge.pk, challenge.material)
