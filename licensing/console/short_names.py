"""What the console says of a short name that has a space or a sign in it. Django's own words speak of a “slug”."""

from typing import Final

ERRORS: Final = {
    "invalid": "Letters (A to Z), digits, dashes and underscores only, without spaces: as in “shop-backend”."
}
