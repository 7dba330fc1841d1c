"""What /proc says about processes: when one started, which ones belong together."""

from pathlib import Path

FAMILY_MARK = "TEST_KIT_FAMILY"  # an environment variable that descendants keep when they leave the session
_STATE, _SESSION, _STARTED = 0, 3, 19  # places after the command's name in /proc/<pid>/stat, see proc(5)


def started_at(pid: int) -> str | None:
    """The process's start in clock ticks since boot, which tells it from a later one with its number."""
    fields = _stat(pid)
    return fields[_STARTED] if fields else None


def is_running(pid: int) -> bool:
    """True for a process that is there and not a zombie."""
    fields = _stat(pid)
    return fields is not None and fields[_STATE] not in "ZX"


def family(*, session: int, mark: str) -> list[int]:
    """The running processes of a session, and those that left it but carry its mark in their environment."""
    wanted = f"{FAMILY_MARK}={mark}"
    return [pid for pid in _all_pids() if is_running(pid) and _belongs(pid, session, wanted)]


def _belongs(pid: int, session: int, wanted: str) -> bool:
    fields = _stat(pid)
    return fields is not None and (int(fields[_SESSION]) == session or wanted in _environment(pid))


def _all_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str] | None:
    try:
        line = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:  # it has ended
        return None
    return line.rpartition(")")[2].split()


def _environment(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_text(errors="replace")
    except OSError:  # it has ended, or belongs to somebody else
        return ""
