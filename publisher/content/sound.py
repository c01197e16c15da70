"""The door to tinytag: how long a file plays."""

from pathlib import Path

_LONGEST = 60 * 60 * 24 * 30


def playing_time(path: Path) -> int | None:
    """Whole seconds, at least 1, read from the file's own headers; None where they do not tell."""
    # Here, not above: only a post with a file that plays needs it.
    from tinytag import TinyTag, TinyTagException

    try:
        found = TinyTag.get(path, tags=False).duration
    except (TinyTagException, OSError):
        return None
    # A damaged header may say anything, not-a-number among it.
    return max(1, round(found)) if found and 0 < found <= _LONGEST else None
