"""An archive that is sent while it is made: nothing of it is ever kept, in memory or on a disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

SENT_AT_ONCE: Final = 65_536  # octets, or a little more
NO_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the same rows make the same file
READABLE_BY_OWNER: Final = 0o600 << 16

Files = Iterable[tuple[str, Iterable[bytes]]]


class Sink:
    """Takes what an archive writes, until somebody takes it on."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size = 0

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """There is nothing behind it to flush to."""

    def take(self) -> bytes:
        taken = b"".join(self.pieces)
        self.pieces, self.size = [], 0
        return taken


def zipped(files: Files, *, huge: bool) -> Iterator[bytes]:
    """The archive in pieces. `huge`: a file in it may be over 2 GB, which some readers of workbooks do not like."""
    sink = Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=3) as archive:  # type: ignore[call-overload]  # writes only
        for name, pieces in files:
            info = ZipInfo(name, NO_TIME)
            info.compress_type, info.external_attr = ZIP_DEFLATED, READABLE_BY_OWNER
            with archive.open(info, "w", force_zip64=huge) as out:
                for piece in pieces:
                    out.write(piece)
                    if sink.size >= SENT_AT_ONCE:
                        yield sink.take()
    yield sink.take()
