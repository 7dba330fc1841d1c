"""What asks for the second factor once more, however well somebody is signed in."""

from datetime import timedelta

import pytest
from django.utils import timezone
from time_machine import travel

from config.staff.roles import Role, make_roles
from licensing.console.proof import MARK
from licensing.models import Connection
from tests.console.addresses import views
from tests.console.conftest import Filed, as_role
from tests.console.test_pages import page_address

ASKS = {
    # codes and addresses in clear, and files that leave the house
    "admin:licensing_customer_everything",
    "admin:licensing_customer_download",
    "admin:audit_export",
    "admin:customer_export",
    "admin:customer_reveal",
    # who receives keys
    "admin:owner_change_merge",
    "admin:customer_erase",
    # secrets of shops
    "admin:licensing_connection_add",
    "admin:licensing_connection_change",
    "admin:licensing_connection_act",
    # people, and one's own way in
    "staff_add_person",
    "staff_act",
    "admin:approval_decide",
    "account_change_password",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_add_webauthn",
    "mfa_remove_webauthn",
    "mfa_generate_recovery_codes",
}


def test_these_ask_for_the_factor_again() -> None:
    marked = {name for name, pattern in views() if hasattr(pattern.callback, MARK)}

    assert ASKS - marked == set()


@pytest.mark.django_db
def test_a_connection_s_address_is_a_secret_for_who_sees_it_in_full(filed: Filed) -> None:
    make_roles()
    lead, agent = as_role(Role.LEAD), as_role(Role.AGENT)
    page = page_address(Connection.objects.get())

    with travel(timezone.now() + timedelta(minutes=6)):
        assert lead.get(page)["Location"].startswith("/console/prove/")
        assert agent.get(page).status_code == 200
