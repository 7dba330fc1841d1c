"""What is answered to the vendor's systems, field by field. The answers themselves are made in `shown.py`."""

from __future__ import annotations

from rest_framework import serializers

from recovery.api.shapes import Shape, one_of
from recovery.models import Scope


class OwnKey(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="The audit trail calls it `api:` and this.")
    scopes = serializers.ListField(child=one_of(Scope))
    calls_per_minute = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
