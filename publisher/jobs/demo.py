"""Demo: the example site, built and mailed into a folder of its own, the same on any day."""

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from publisher.errors import UsageError
from publisher.struct import Struct

AT = datetime.fromisoformat("2026-01-12T09:00:00+09:00")
"""The moment the demo plays at; the example has one post dated later."""

READERS: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("hanako@example.com", "山田 花子", ()),
    ("taro@example.com", "鈴木 太郎", ("本",)),
    ("alice@example.com", "Alice", ("Tools",)),
)
"""Address, name and categories (none: all) of the three sample subscribers."""

_MARK = ".publisher-demo"


class Stage(Struct, frozen=True):
    """Where a demo runs."""

    folder: Path

    @property
    def config(self) -> Path:
        """Its configuration."""
        return self.folder / "config.yaml"


def set_up(source: Path, folder: Path) -> Stage:
    """Copy the example site at `source` into `folder`, in place of an earlier demo; UsageError where it is none."""
    if folder.exists():
        if not (folder / _MARK).exists():
            raise UsageError(f"{folder} is there and is no demo of ours", hint="name another folder with --into")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()
    shutil.copy(source / "config.yaml", folder / "config.yaml")
    shutil.copytree(source / "examples" / "posts", folder / "examples" / "posts")
    return Stage(folder)
