"""Who holds a delivery, and whether they still live."""

import os
import socket
from collections.abc import Iterable
from pathlib import Path


def owner_name(worker: int) -> str:
    """The name this process's worker number `worker` holds deliveries under: host, process, its start, worker."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{pid}/{_started(pid)}/{worker}"


def dead_owners(owners: Iterable[str]) -> list[str]:
    """Those of `owners` whose process on this machine is gone; of other machines only a lease can tell."""
    return [owner for owner in owners if _is_dead(owner)]


def _is_dead(owner: str) -> bool:
    host, pid, started, _ = owner.rsplit("/", 3)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    # The number may have been given to another process since: that one started at another tick ("0": not to be seen).
    return _started(int(pid)) not in ("0", started)


def _started(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0"
