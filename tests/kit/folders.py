"""Folders for servers that run under another user's name."""

import shutil
import tempfile
from pathlib import Path

from tests.kit.guard import remove_with_us


def scratch_folder(name: str, *, owner: str | None = None) -> Path:
    """Makes an empty folder that its owner can reach and that goes when the test run goes.

    Not pytest's tmp_path: that one lies in a folder which only the user running the tests may enter.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=_open_place()))
    remove_with_us(folder)
    if owner is not None:
        shutil.chown(folder, user=owner)
    return folder


def _open_place() -> Path:
    places = (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))
    return next((place for place in places if _anybody_may_enter(place)), places[0])


def _anybody_may_enter(place: Path) -> bool:
    return place.is_dir() and all(step.stat().st_mode & 0o001 for step in (place, *place.parents))
