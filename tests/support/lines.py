"""Reading what a running process says, as it says it."""

import subprocess
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import IO


class Lines:
    """The lines of a process's stderr; a class because reading goes on in a thread."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        self.seen: list[str] = []
        self._queue: Queue[str] = Queue()
        Thread(target=self._read, args=(process.stderr,), daemon=True).start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._queue.put(line.rstrip("\n"))

    def told(self, needle: str) -> str:
        """A line that holds `needle`, come already or still to come: what is told once may be another test's doing."""
        return next((line for line in self.seen if needle in line), "") or self.until(needle)

    def until(self, needle: str, seconds: float = 40) -> str:
        """The next line that holds `needle`; AssertionError with all lines seen where none comes in time."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0:
            try:
                line = self._queue.get(timeout=left)
            except Empty:
                break
            self.seen.append(line)
            if needle in line:
                return line
        raise AssertionError(f"{needle!r} did not come: {self.seen}")
