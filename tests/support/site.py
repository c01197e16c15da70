"""A site in a folder, and the real command on it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from support import stem

_LONGEST = 60.0
JST = timezone(timedelta(hours=9))

CONFIG = """\
site:
  title: "みどりの庭"
  url: https://midori.example/
  language: ja
  timezone: Asia/Tokyo
  author: {name: "三浦 みどり"}
content: {path: posts}
newsletters:
  weekly:
    title: "みどりの便り"
    from: "三浦 みどり <tayori@midori.example>"
    reply_to: midori@midori.example
    schedules: {weekly: "mon 09:00"}
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed for programs."""
        return json.loads(self.out)


@dataclass
class Site:
    """A folder with posts; `environ` is added to every command's environment."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def write(self, name: str, text: str) -> Path:
        """Write a file of the site."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def post(self, name: str, when: datetime, *, title: str = "", categories: str = "庭", body: str = "") -> Path:
        """Write a post; `categories` as YAML writes a list's inside."""
        head = f'title: "{title or name}"\ndate: {when.isoformat()}\ncategories: [{categories}]\n'
        return self.write(f"posts/{name}.md", f"---\n{head}---\n\n{body or f'{name}の本文です。'}\n")

    def start(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Start the command in the background."""
        return self.python("-m", "publisher", *words, **environ)

    def python(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Start Python in the site's folder."""
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=self.folder,
            env=_clean_environ() | self.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def stop(self) -> None:
        """End what is still running."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()

    def run(self, *words: str, **environ: str) -> Done:
        """Run the command to its end, a minute at most."""
        given = _clean_environ() | self.environ | environ
        if stem.fits(given):
            return Done(*stem.run(words, self.folder, given, _LONGEST))
        process = self.start(*words, **environ)
        out, err = process.communicate(timeout=_LONGEST)
        return Done(process.returncode, out, err)

    def ok(self, *words: str, **environ: str) -> Done:
        """Run the command, which must succeed."""
        done = self.run(*words, **environ)
        assert done.code == 0, f"{words} ended with {done.code}:\n{done.out}{done.err}"
        assert "Traceback" not in done.err
        return done


def _clean_environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PUBLISHER_")}


def days_ago(days: float) -> datetime:
    """A moment so many days before now, whole seconds, in Tokyo."""
    return (datetime.now(JST) - timedelta(days=days)).replace(microsecond=0)
