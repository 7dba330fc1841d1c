"""What every mail knows of the vendor."""

from collections.abc import Hashable

from django.conf import settings


def of_vendor() -> dict[str, Hashable]:
    """Facts for templates and texts."""
    return {
        "vendor_name": settings.VENDOR_NAME,
        "vendor_url": settings.VENDOR_URL,
        "support_email": settings.SUPPORT_EMAIL,
        "public_url": settings.PUBLIC_URL,
        "privacy_url": f"{settings.PUBLIC_URL}/privacy/",
        "color": settings.VENDOR_COLOR,
    }
