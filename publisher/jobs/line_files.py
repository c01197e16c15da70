"""Files of one entry per line that we share with others, such as `.gitignore`."""

from collections.abc import Sequence
from pathlib import Path

from publisher.feeds import replace


def add_lines(path: Path, lines: Sequence[str]) -> None:
    """Add those of `lines` that are missing, and touch nothing else; `dkim` and `/dkim/` count as `dkim/`.

    OutputError where the file cannot be written.
    """
    present = path.read_bytes().splitlines() if path.exists() else []
    known = {line.strip().strip(b"/") for line in present}
    missing = [line.encode() for line in lines if line.strip("/").encode() not in known]
    if missing:
        replace(path, b"\n".join([*present, *missing, b""]))
