"""Files that hold secrets: whether somebody else could read them, or has put them there."""

import os
import stat
from pathlib import Path


def unsafe(path: Path, state: os.stat_result, could: str) -> tuple[str, str] | None:
    """What is unsafe about the file at `path`, and the way out; None where nothing is. `could` is what others might do
    with it, such as "sign as you"."""
    if not stat.S_ISREG(state.st_mode):
        return "is no file", "name the file that holds it"
    if state.st_uid not in (0, os.geteuid()):
        return f"belongs to another user, who could {could}", f"chown {os.geteuid()} {path}"
    if state.st_mode & 0o077:
        mode = f"{stat.S_IMODE(state.st_mode):04o}"
        return f"is open to other users (mode {mode}), who could {could}", f"chmod 600 {path}"
    return None
