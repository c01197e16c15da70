"""Who holds a delivery, and whether they still live."""

import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

_RUN = "run-"
_numbers = count()
_alive: set[str] = set()


def owner_name(worker: int | str) -> str:
    """The name this process's `worker` holds things under: host, process, its start, worker."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{pid}/{_started(pid)}/{worker}"


def process(owner: str) -> str:
    """Which process holds under this name, for people: `process 123 on box`."""
    host, pid, _started_at, _worker = owner.rsplit("/", 3)
    return f"process {pid} on {host}"


@contextmanager
def run_name() -> Iterator[str]:
    """The name that one run of this process holds deliveries under, which is alive while it runs."""
    name = owner_name(f"{_RUN}{next(_numbers)}")
    _alive.add(name)
    try:
        yield name
    finally:
        _alive.discard(name)


def dead_owners(owners: Iterable[str]) -> list[str]:
    """Those of `owners` whose process on this machine is gone, or whose run of this process is over: it ended without
    being able to write that. Of other machines only a lease can tell."""
    return [name for name in owners if _is_dead(name)]


def _is_dead(name: str) -> bool:
    host, pid, started, worker = name.rsplit("/", 3)
    if host != socket.gethostname():
        return False
    if int(pid) == os.getpid() and started == _started(os.getpid()):
        return worker.startswith(_RUN) and name not in _alive
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    # The number may have been given to another process since: that one started at another tick ("0": not to be seen).
    # One that was killed keeps its number until its parent asks for it, which a container's first process may never do.
    return _started(int(pid)) not in ("0", started) or _stat(int(pid))[:1] in (["Z"], ["X"])


def _started(pid: int) -> str:
    found = _stat(pid)
    return found[19] if len(found) > 19 else "0"


def _stat(pid: int) -> list[str]:
    """What proc(5) says of a process, from its state on; nothing where it is not to be seen."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
