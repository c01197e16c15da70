"""What the faulty server and whoever drives it share: who is connected to which port, and when they are to die."""

import mmap
import struct
from pathlib import Path

from support.faulty_faults import Moment

MOST = 4
_SLOT = struct.Struct("iii")


class Slots:
    """For each port a process, and at which moment, after how many times, the server kills it.

    A file that is mapped by both: a process must be named before its first packet is there.
    """

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(_SLOT.size * MOST))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), _SLOT.size * MOST)

    def fill(self, slot: int, pid: int, moment: Moment, times: int) -> None:
        """The process of a slot; it is killed at the `times`-th `moment`."""
        _SLOT.pack_into(self._map, slot * _SLOT.size, pid, moment, times)

    def empty(self, slot: int) -> None:
        """Nobody is to be killed; before its process is reaped, as its number is free after that."""
        self.fill(slot, 0, Moment.NEVER, 0)

    def reached(self, slot: int, moment: Moment) -> int:
        """The process to kill now that `moment` is there, or 0."""
        pid, wanted, times = _SLOT.unpack_from(self._map, slot * _SLOT.size)
        if not pid or wanted != moment:
            return 0
        _SLOT.pack_into(self._map, slot * _SLOT.size, pid if times > 1 else 0, wanted, times - 1)
        return int(pid) if times <= 1 else 0
