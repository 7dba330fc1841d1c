"""Who may what in the console, in one table. Every address has its line; one that has none fails the matrix test.

look: all four roles. settle: agent, lead and administrator. run: lead and administrator. trail: these and the auditor.
download: auditor and administrator. administer: the administrator only.
nobody: refused to everybody.
"""

from typing import Final

from config.staff.roles import Role

WHO: Final[dict[str, frozenset[Role]]] = {
    "look": frozenset(Role),
    "settle": frozenset(Role) - {Role.AUDITOR},
    "run": frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    "trail": frozenset(Role) - {Role.AGENT},
    "download": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "administer": frozenset({Role.ADMINISTRATOR}),
    "nobody": frozenset(),
}

# Of models: list, add, change, delete. Seeing a list, a row and its history is "look" for all of them.
FACTS: Final = ("nobody", "nobody", "nobody")
MODELS: Final[dict[str, tuple[str, str, str]]] = {
    "customer": ("nobody", "settle", "nobody"),
    "product": ("run", "run", "nobody"),
    "edition": ("run", "run", "nobody"),
    "store": ("run", "run", "nobody"),
    "mapping": ("run", "run", "run"),
    "connection": ("run", "nobody", "nobody"),
    "apikey": ("administer", "nobody", "nobody"),
    "endpoint": ("run", "nobody", "nobody"),
}
# Actions of lists: the list itself may be sent by whoever has at least one of them.
ACTIONS: Final[dict[str, dict[str, str]]] = {
    "mapping": {"delete_selected": "run"},
    "case": {"close": "settle"},
    "mute": {"lift": "settle"},
    "suppression": {"lift": "settle"},
    "domainpause": {"resume": "run"},
    "hookevent": {"tell_again": "run", "confirm_events": "run"},
    "columnmap": {"forget": "run"},
    "delivery": {"send_again": "run"},
    "purchaseline": {"place_now": "run"},
}
# Of all other addresses: who may open it, and who may send something to it.
PAGES: Final[dict[str, tuple[str, str]]] = {
    "admin:index": ("look", "look"),
    "admin:find": ("look", "look"),
    "admin:figures": ("look", "look"),
    "admin:app_list": ("look", "look"),
    "admin:autocomplete": ("look", "look"),
    "admin:jsi18n": ("look", "look"),
    "admin:password_change_done": ("look", "look"),
    # accounts and one's own sign-in
    "staff_people": ("administer", "administer"),
    "staff_add_person": ("administer", "administer"),
    "staff_person": ("administer", "look"),
    "staff_act": ("administer", "administer"),
    "staff_prove": ("look", "look"),
    "mfa_index": ("look", "look"),
    "mfa_activate_totp": ("look", "look"),
    "mfa_deactivate_totp": ("look", "look"),
    "mfa_add_webauthn": ("look", "look"),
    "mfa_remove_webauthn": ("look", "look"),
    "mfa_view_recovery_codes": ("look", "look"),
    "mfa_generate_recovery_codes": ("look", "look"),
    "mfa_download_recovery_codes": ("look", "look"),
    "staff_end_session": ("look", "look"),
    "staff_end_other_sessions": ("look", "look"),
    "account_change_password": ("look", "look"),
    # the audit trail
    "admin:audit_trail": ("trail", "look"),
    "admin:audit_export": ("download", "download"),
    # a second person
    "admin:approvals": ("look", "look"),
    "admin:approval": ("look", "look"),
    "admin:approval_ask": ("look", "look"),
    "admin:approval_decide": ("run", "run"),
    # keys of the vendor's systems
    "admin:recovery_apikey_revoke": ("look", "administer"),
    # texts of mails
    "admin:wording_index": ("look", "look"),
    "admin:wording_edit": ("look", "run"),
    "admin:wording_preview": ("look", "look"),
    "admin:wording_built_in": ("look", "look"),
    "admin:wording_reset": ("look", "run"),
    "admin:wording_use": ("look", "run"),
    # catalogue, shops, files
    "admin:licensing_product_rules": ("look", "look"),
    "admin:licensing_edition_stock": ("look", "look"),
    "admin:licensing_connection_act": ("run", "run"),
    "admin:licensing_hookevent_act": ("look", "run"),
    "admin:licensing_endpoint_act": ("run", "run"),
    "admin:licensing_delivery_again": ("look", "run"),
    "admin:licensing_importrun_upload": ("run", "run"),
    "admin:licensing_importrun_check": ("run", "run"),
    "admin:licensing_importrun_run": ("look", "run"),
    "admin:licensing_importrun_progress": ("look", "look"),
    "admin:licensing_importrun_rejects": ("look", "look"),
    # customers: the page, with a line for each of its deeds
    "admin:customer_timeline": ("look", "look"),
    "admin:customer_reveal": ("settle", "settle"),
    "admin:customer_export": ("run", "run"),
    "admin:customer_erase": ("run", "run"),
    "admin:customer_deed send-keys": ("settle", "settle"),
    "admin:customer_deed send-link": ("settle", "settle"),
    "admin:customer_deed mute": ("settle", "settle"),
    "admin:customer_deed lift-mute": ("settle", "settle"),
    "admin:customer_deed lift-suppression": ("settle", "settle"),
    "admin:customer_deed refund": ("settle", "settle"),
    "admin:customer_deed unrefund": ("settle", "settle"),
    "admin:customer_deed revoke": ("settle", "settle"),
    "admin:customer_deed restore": ("settle", "settle"),
    "admin:customer_deed add-purchase": ("run", "run"),
    "admin:customer_deed note": ("settle", "settle"),
    "admin:customer_deed withdraw-note": ("settle", "settle"),
    # cases, moves, changes of owner
    "admin:licensing_customer_everything": ("administer", "administer"),
    "admin:licensing_customer_download": ("administer", "administer"),
    "admin:licensing_case_same_order": ("look", "settle"),
    "admin:licensing_case_close": ("look", "settle"),
    "admin:licensing_case_take": ("look", "settle"),
    "admin:owner_change_merge": ("settle", "settle"),
    "admin:owner_change_split": ("settle", "settle"),
    "admin:owner_change_reassign": ("settle", "settle"),
    "admin:owner_change_address": ("settle", "settle"),
    "admin:owner_change_compare": ("look", "settle"),
    "admin:owner_change_approve": ("look", "settle"),
    "admin:owner_change_decline": ("look", "settle"),
    "admin:owner_change_ask": ("look", "settle"),
    "admin:owner_change_mute": ("look", "settle"),
    "admin:owner_change_lift_mute": ("look", "settle"),
    "admin:owner_change_stop": ("look", "settle"),
    "admin:owner_change_shorten": ("run", "run"),
    "admin:owner_change_confirm": ("run", "run"),
    "admin:owner_change_stand": ("run", "run"),
    "admin:owner_change_undo": ("run", "run"),
    "admin:recovery_ownerchange_take": ("look", "settle"),
    "admin:recovery_exchange_start": ("settle", "look"),
    "admin:recovery_exchange_move": ("look", "settle"),
    "admin:recovery_exchange_replace": ("look", "settle"),
    "admin:recovery_exchange_decide": ("look", "settle"),
    "admin:recovery_exchange_take": ("look", "settle"),
}
# Addresses that need no role: signing in and out.
FOR_ANYBODY: Final = {
    "account_login",
    "account_logout",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "staff_invited",
    "staff_welcome",
}


def may_send(model: str) -> frozenset[Role]:
    """To the list: whoever has an action there."""
    found = (WHO[who] for who in ACTIONS.get(model, {}).values())
    return frozenset().union(*found)
