"""How the command speaks: data on stdout, talk on stderr, a bar only where somebody watches."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from types import FrameType
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from publisher.core.lines import legible
from publisher.core.words import counted
from publisher.errors import Problem, PublisherError, Refused, Severity, UsageError
from publisher.struct import asdict

Progress = Callable[[int, int], None]

_SHOW_CURSOR = b"\x1b[?25h\n"
_REDRAWN = 0.1


def say(text: str) -> None:
    """Talk to whoever watches."""
    # At once, line end and all: more than one thread speaks.
    print(f"{_shown(text, sys.stderr)}\n", end="", file=sys.stderr)


def put(text: str) -> None:
    """Data for whoever asked."""
    print(_shown(text, sys.stdout), flush=True)


def _shown(text: str, stream: TextIO) -> str:
    # A title, or what a server said, must not turn a line about or move the cursor; programs get it as it is.
    return legible(text) if stream.isatty() else text


def put_bytes(data: bytes) -> None:
    """Data that is no text of ours, as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def put_json(value: Any) -> None:
    """Data as JSON, for programs; text in any script stays readable."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str), flush=True)


def complain(error: PublisherError) -> None:
    """An error and the way out of it."""
    say(error.told())


def problems_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems as `build --json` and `check --json` give them."""
    return [asdict(problem) for problem in problems]


_MAILED_AS = ("looks-renamed", "bad-introduction", "bad-newsletter")


def tell_serious(problems: Iterable[Problem]) -> None:
    """What a mail's readers must not be the first to notice: posts that cannot be read or that look sent before,
    and what asks for something of the mail and is misspelt."""
    for problem in problems:
        if problem.severity is Severity.ERROR or problem.code in _MAILED_AS:
            say(problem.told())


def tell_lint(found: Iterable[Problem]) -> None:
    """What is wrong with a mail, before anybody is asked whether it shall go out."""
    for problem in found:
        say(problem.told())


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """A progress bar on a terminal; elsewhere silence, and the caller's summary line is all there is."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    # Drawn by this thread, since beside another one no work is shared among processes; but not at each of ten thousand
    # posts, which would take longer than they do, nor before the first: two bars may wait for their turn.
    shown = Bar(console=Console(stderr=True), transient=True, auto_refresh=False)
    task = shown.add_task(label, total=None)
    drawn = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal drawn
        shown.update(task, completed=done, total=total)
        if time.monotonic() - drawn > _REDRAWN:
            shown.start()
            shown.refresh()
            drawn = time.monotonic()
        if done >= total:
            # The line is the next bar's.
            shown.stop()

    try:
        yield tell
    finally:
        shown.stop()


def consent(recipients: int, *, yes: bool, asks: bool = False) -> None:
    """Ask before mail goes to more than one address, or with `asks` to any; Refused where there is nobody to ask, or
    they say no."""
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        waiting = counted(recipients, "mail")
        raise Refused(f"nothing was sent: {waiting} would go out", hint="add --yes to send without asking")
    if (recipients > 1 or asks) and not agreed(f"Send {counted(recipients, 'mail')}?"):
        raise Refused("nothing was sent")


def agreed(question: str) -> bool:
    """Whether whoever sits there says yes."""
    say(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def moment(text: str | None, zone: Callable[[], str], now: datetime, option: str = "--at") -> datetime:
    """The moment that an option names, in the site's zone where it has none; `now` where it is absent."""
    if text is None:
        return now
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{option} {text!r} is no time", hint="write 2026-01-31T09:00 or 2026-01-31T09:00+09:00"
        ) from error
    if not 1970 <= parsed.year < 9999:
        raise UsageError(f"{option} {text!r} is out of reach", hint="write a year from 1970 to 9998")
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone()))


@contextmanager
def stop_on_signals() -> Iterator[Event]:
    """An event that Ctrl-C or SIGTERM sets: what is in hand, such as a mail, is finished, then the work stops."""
    stop = Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            # Asked twice: a server may take ten minutes to answer. What was in hand is then named unknown.
            os.write(2, _SHOW_CURSOR if sys.stderr.isatty() else b"")
            os._exit(130)
        stop.set()
        # Not print: the signal may have come in the middle of one.
        os.write(2, b"stopping after what is in hand; once more stops at once\n")

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
