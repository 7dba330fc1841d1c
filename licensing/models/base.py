"""What every row of ours shares: an identity made before the row is stored."""

import os
import time
import uuid

from django.db import models


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, 5.7): 48 bits of Unix milliseconds, then random bits, so rows sort by age."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


class Record(models.Model):
    """A row whose id is known before it is written: bulk loads need no round trip, and ids tell nothing of counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
