"""What a key says of itself: for whoever sets a system up, or wants to know when the key ends."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from recovery.api.vendor import shown
from recovery.api.vendor.described import showing_key
from recovery.api.vendor.operation import VendorOperation


class OwnKey(VendorOperation):
    @showing_key
    def get(self, request: Request) -> Response:
        assert self.key is not None  # noqa: S101 - asked first, in `initial`
        return Response(shown.key(self.key))
