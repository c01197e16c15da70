"""Files that hold secrets: whether somebody else could read them, or has put them there."""

import os
import stat
from pathlib import Path

from publisher.config.blame import place_of
from publisher.config.load import Config
from publisher.errors import Problem, Severity


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


def exposed(config: Config, key: str, file: str, could: str) -> Problem | None:
    """That others can read the secret in `file`, relative to home, that `key` names, and what they could do with it;
    None where they cannot.

    Only of a file that whoever runs publisher owns: what is mounted into a container is root's, and open to all.
    """
    path = config.home / file
    try:
        state = path.stat()
    except OSError:
        return None
    fault = unsafe(path, state, could) if state.st_uid == os.geteuid() else None
    if fault is None:
        return None
    shown, line, column = place_of(config, key)
    told = f"{key}: {path} {fault[0]}: {fault[1]}"
    return Problem(shown, line, column, Severity.WARNING, "exposed-password", told)
