"""One example of each call, as the reference shows it. A test runs them in this order against the service."""

from __future__ import annotations

from typing import Any, Final

REQUEST = "01973b2c-5b1e-7d3a-9f40-6c1de8a0b7c2"
LICENSE = "01973b2c-5b1e-7e52-8d11-0b6f3f0c9a41"
MOVE = "01973b2e-90aa-7c07-a3b5-52d0e4f1c8d9"
SECRET = "4fR0mTheFirstCall-xYq2zJwD1nB7sKcE8uHgVtA3p5"  # noqa: S105 - an example
TOKEN = "iFr0mTheProof-9sKcE8uHgVtA3pLxYq2zJwD1nB7o5m"  # noqa: S105 - an example

MOVED: Final = {
    "id": MOVE,
    "state": "done",
    "from": "windows",
    "to": "macos",
    "asked_at": "2026-06-01T12:03:10Z",
    "completed_at": "2026-06-01T12:03:10Z",
    "old_key_until": "2026-06-15T12:03:10Z",
    "undone_at": None,
}
UNDONE: Final = {**MOVED, "state": "undone", "undone_at": "2026-06-01T12:04:00Z"}


def license_on(platform: str, code: str, *former: dict[str, str]) -> dict[str, Any]:
    return {
        "id": LICENSE,
        "product": "Clip Cutter Pro",
        "standing": "active",
        "registered_name": "Anna Example",
        "purchased_at": "2024-05-01T12:00:00Z",
        "shop": "Our shop",
        "order": "1001",
        "version": "2",
        "sku": f"clipcutter-{platform}",
        "platform": platform,
        "key": {"code": code, "file": None},
        "download_url": f"https://www.example.com/clipcutter-{platform}",
        "activation_help": "Open the program, choose Help, then Register, and paste the key.",
        "former_keys": list(former),
    }


OLD: Final = {
    "tail": "DDDD",
    "replaced_at": "2026-06-01T12:03:10Z",
    "valid_until": "2026-06-15T12:03:10Z",
}
GIVEN_UP: Final = {
    "tail": "7777",
    "replaced_at": "2026-06-01T12:04:00Z",
    "valid_until": "2026-06-01T12:04:00Z",
}
WINDOWS: Final = license_on("windows", "AAAA-BBBB-CCCC-DDDD")
MAC: Final = license_on("macos", "MMMM-5555-6666-7777", OLD)

OF: Final[dict[str, dict[str, Any]]] = {
    "askForMail": {
        "sent": {"email": "anna@example.com", "language": "en"},
        "told": {"id": REQUEST, "secret": SECRET, "resend_after": "2026-06-01T12:01:00Z"},
    },
    "showRequest": {
        "told": {
            "id": REQUEST,
            "state": "open",
            "verified": False,
            "mail": "accepted",
            "challenge_expires_at": "2026-06-01T12:10:01Z",
            "keys_mail": None,
        }
    },
    "resendMail": {"told": {"id": REQUEST, "secret": SECRET, "resend_after": "2026-06-01T12:02:30Z"}},
    "proveMailbox": {
        "sent": {"code": "7K2M-9QXD"},
        "told": {"access_token": TOKEN, "expires_at": "2026-06-01T12:32:40Z"},
    },
    "listLicenses": {
        "told": {
            "licenses": [WINDOWS],
            "unplaced": [],
            "keys_mail": "accepted",
            "expires_at": "2026-06-01T12:32:40Z",
        }
    },
    "askPolicy": {
        "told": {
            "license": LICENSE,
            "platform": "windows",
            "to": ["macos"],
            "verdict": "allowed",
            "reason": "within_policy",
            "allowed_from": None,
            "moves_left_after": 1,
            "next_move_from": "2026-07-01T12:03:00Z",
            "old_key_until": "2026-06-15T12:03:00Z",
            "undo_until": None,
            "latest": None,
        }
    },
    "moveLicense": {"sent": {"to": "macos"}, "told": {"exchange": MOVED, "license": MAC}},
    "undoMove": {
        "told": {
            "exchange": UNDONE,
            "license": {**WINDOWS, "former_keys": [GIVEN_UP]},
        }
    },
    "checkKey": {
        "sent": {"sku": "clipcutter-windows", "code": "AAAA-BBBB-CCCC-DDDD"},
        "told": {"state": "valid", "since": None},
    },
}
