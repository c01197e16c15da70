"""The stem that commands fork from: a process that has everything imported, some settings read, and each packaged
mail and page rendered.

Thousands of commands are run by tests, and most of what each takes is to import what it uses and to make ready what
it keeps. A command is a process of its own all the same; what a new interpreter would do otherwise, such as read
PYTHONPATH, is tried by those that `Site.start` begins.
"""

import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

_OF_THE_INTERPRETER = ("PYTHON", "LC_", "LANG", "LD_")
_LONGEST_WORD = 1 << 16
_LONGEST_START = 120.0
_WHEN_CALLED = (
    "alembic.command",
    "apscheduler.schedulers.background",
    "cssutils",
    "feedgen.ext.dc",
    "feedgen.ext.media",
    "premailer",
    "rich.progress",
    "uvloop",
)
"""What the functions of the package import."""


def fits(environ: Mapping[str, str]) -> bool:
    """Whether a fork can have this environment: an interpreter reads some of it as it begins."""
    return all(
        environ.get(name) == os.environ.get(name)
        for name in {*environ, *os.environ}
        if name.startswith(_OF_THE_INTERPRETER)
    )


def run(words: Sequence[str], folder: Path, environ: Mapping[str, str], seconds: float) -> tuple[int, str, str]:
    """Run the command: its exit code, and what it wrote to stdout and stderr; TimeoutExpired as subprocess has it."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, socket.socket(socket.AF_UNIX) as wire:
        wire.connect(_stem())
        socket.send_fds(wire, [b"\n"], [out.fileno(), err.fileno()])
        wire.sendall(json.dumps([list(words), str(folder), dict(environ)]).encode())
        wire.shutdown(socket.SHUT_WR)
        with wire.makefile("r") as answers:
            process = int(answers.readline())
            wire.settimeout(seconds)
            try:
                code = int(answers.readline())
            except TimeoutError:
                os.kill(process, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(words), seconds) from None
        out.seek(0)
        err.seek(0)
        return code, _text(out.read()), _text(err.read())


def _text(octets: bytes) -> str:
    return octets.decode().replace("\r\n", "\n").replace("\r", "\n")


@lru_cache(maxsize=1)
def _stem() -> str:
    """Where it listens. It ends with this process, whose end closes its stdin.

    It is nobody's child: tests of what forks ask this process for its children (test_spread.py).
    """
    door = str(Path(tempfile.mkdtemp(prefix="publisher-stem-")) / "door")
    words = [sys.executable, "-m", "support.stem", door]
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    stdin, _held = os.pipe()
    subprocess.run(words, stdin=stdin, stdout=subprocess.DEVNULL, env=environ, check=True, timeout=_LONGEST_START)
    os.close(stdin)
    return door


def _grow(door_path: str) -> None:
    """Fork a command for whoever asks. Returns in the process of that command."""
    _import_all()
    _warm_up()
    gc.freeze()
    # Nobody waits for those who answer.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(door_path)
        door.listen(64)
        if os.fork():
            os._exit(0)
        while door in select.select([door, sys.stdin], [], [])[0]:
            wire, _ = door.accept()
            if not os.fork():
                door.close()
                _answer(wire)
                return
            wire.close()
    Path(door_path).unlink()
    Path(door_path).parent.rmdir()
    os._exit(0)


def _import_all() -> None:
    import publisher

    for module in pkgutil.walk_packages(publisher.__path__, "publisher."):
        # What runpy is to run it must not find imported.
        if module.name != "publisher.__main__":
            importlib.import_module(module.name)
    for name in _WHEN_CALLED:
        importlib.import_module(name)


def _warm_up() -> None:
    """What is kept for as long as a process lives: how settings are checked, what templates were compiled to."""
    from publisher.config import load_config
    from publisher.feeds import page
    from support import mails, site

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.yaml").write_text(site.CONFIG, encoding="utf-8")
        load_config(None, {}, Path(folder))
    for kind in mails.KINDS:
        for language in mails.LANGUAGES:
            mails.render(kind, language)
    page.page(mails.SITE, (), opml=mails.SITE.url, mail=None, overrides=None)
    page.style(mails.SITE, page=mails.SITE.url, overrides=None)


def _answer(wire: socket.socket) -> None:
    """Fork once more, and tell how it ended. Returns in the process of the command."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(wire, 1, 2)
    words, folder, environ = json.loads(b"".join(iter(lambda: wire.recv(_LONGEST_WORD), b"")))
    process = os.fork()
    if process:
        _tell(wire, process)
    wire.close()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    sys.argv[1:] = words
    for number, stream in enumerate((os.open(os.devnull, os.O_RDONLY), *streams)):
        os.dup2(stream, number)
        os.close(stream)


def _tell(wire: socket.socket, process: int) -> NoReturn:
    wire.sendall(f"{process}\n".encode())
    _, status = os.waitpid(process, 0)
    wire.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


if __name__ == "__main__":
    _grow(sys.argv[1])
    runpy.run_module("publisher", run_name="__main__", alter_sys=True)
