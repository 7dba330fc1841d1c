"""What every page says about the vendor. Reads settings only: it must work while the database is down."""

from django.conf import settings
from django.http import HttpRequest

from recovery.web.theme import version


def vendor(request: HttpRequest | None = None) -> dict[str, object]:
    """Template context: name, address and logo of the vendor, and the version of their colours."""
    return {
        "vendor_name": settings.VENDOR_NAME,
        "vendor_url": settings.VENDOR_URL,
        "vendor_logo": bool(settings.VENDOR_LOGO),
        "support_email": settings.SUPPORT_EMAIL,
        "theme_version": version(settings.VENDOR_COLOR),
        "demo": settings.DEMO,
    }
