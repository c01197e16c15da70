"""Run: watch the folder and the clock, and do what is due. Each round asks the store; nothing is remembered here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from watchfiles import Change, watch

from publisher.app import App
from publisher.config import load_config
from publisher.errors import ConfigError, PublisherError
from publisher.jobs.build import Report, build
from publisher.jobs.ids import require_no_lost_ledger
from publisher.jobs.site import resolve
from publisher.model.mailing import IssueStatus

Say = Callable[[str], None]

_LONGEST_NAP = timedelta(seconds=60)
"""A laptop that slept wakes late by its monotonic clock: look at the wall clock this often."""

_TRY_AGAIN = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(days=1)
_OWN = ("publisher.db", "cache.db", "ids.json")
_FEEDS = (".xml", ".json")
_READ = (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mkdown", ".html", ".yml", ".yaml", ".toml", ".json", ".j2")


def run_once(app: App, *, stop: Event, say: Say) -> int:
    """Do all that is due and return the exit code: the first that is not 0."""
    report = _build(app, say)
    code, _ = _mail(app, stop, say)
    return report.exit_code(strict=False) or code


def run(app: App, *, stop: Event, say: Say, mailing: bool = True) -> None:
    """Until `stop` is set: a round at the start, whenever a file changes, and whenever a moment comes."""
    from publisher.schedule import Ticker

    bell, changed = Event(), Event()
    ticker = Ticker(bell.set)
    watcher = Thread(target=_watch, args=(app, stop, bell, changed), name="watcher", daemon=True)
    watcher.start()
    say(f"watching {app.config.folder}; Ctrl-C stops")
    wake = app.clock()
    try:
        while not stop.is_set():
            if changed.is_set() or app.clock() >= wake:
                changed.clear()
                app = _reloaded(app, say)
                wake = _round(app, stop, say, mailing=mailing)
                ticker.wake_in(wake - app.clock())
            _nap(app, bell, stop, wake)
    finally:
        ticker.close()
        watcher.join(timeout=5)


def _nap(app: App, bell: Event, stop: Event, wake: datetime) -> None:
    left = min(wake - app.clock(), _LONGEST_NAP).total_seconds()
    step = 0.25  # how soon a signal, which cannot ring the bell safely, is heeded
    while left > 0 and not stop.is_set():
        if bell.wait(min(step, left)):
            break
        left -= step
    bell.clear()


def _round(app: App, stop: Event, say: Say, *, mailing: bool) -> datetime:
    """Do what is due; when the next thing is."""
    now = app.clock()
    try:
        moments = [_build(app, say).next_moment]
        if mailing:
            moments.append(_mail(app, stop, say)[1])
    except PublisherError as error:
        say(error.told())
        # Wrong settings stay wrong until a file changes, and that rings by itself.
        return now + (_LONGEST_WAIT if isinstance(error, ConfigError) else _TRY_AGAIN)
    return min((moment for moment in moments if moment is not None), default=now + _LONGEST_WAIT)


def _build(app: App, say: Say) -> Report:
    report = build(app.config, at=app.clock())
    for problem in report.problems:
        say(f"{problem}")
    if report.written:
        say(report.summary())
    return report


def _mail(app: App, stop: Event, say: Say) -> tuple[int, datetime | None]:
    """Make the digests that are due and send what is to be sent: the exit code, and when to look again."""
    if not app.has_ledger():
        require_no_lost_ledger(app.config)
        return 0, None
    from publisher.jobs.deliver import PostOffice, deliver
    from publisher.jobs.due import due_periods, make_due, next_wake
    from publisher.jobs.issue import paused_lines, unfinished
    from publisher.schedule import next_fire, prev_fire

    newsletters, code = app.newsletters(), 0
    with app.store() as store:
        due = due_periods(store, newsletters, app.clock(), prev_fire)
        if due:
            with app.library() as library:
                made, errors = make_due(library, store, app.templates(), due, now=app.clock(), prev_fire=prev_fire)
            for issue in made:
                say(f"{issue.period}: {issue.status}" + (f", {issue.reason}" if issue.reason else ""))
            for error in errors:
                say(error.told())
                code = code or error.exit_code
        if any(issue.status is IssueStatus.SENDING for issue, _ in unfinished(store)):
            mail = app.config.settings.mail
            office = PostOffice(store, app.transport(), mail.return_path, app.clock, stop.is_set, lambda _: None)
            tally = deliver(office, connections=mail.connections)
            for line in tally.lines():
                say(line)
            code = code or tally.exit_code
        for line in paused_lines(store):
            say(line)
            code = code or 69
        return code, next_wake(store, newsletters, app.clock(), next_fire)


def _reloaded(app: App, say: Say) -> App:
    try:
        return replace(app, config=load_config(app.config.file, app.environ, app.config.folder))
    except ConfigError as error:
        say(f"{error.told()}\n  the settings read before stay in force")
        return app


def _watch(app: App, stop: Event, bell: Event, changed: Event) -> None:
    output = resolve(app.config).output
    home, folder = app.config.home, app.config.folder

    def matters(change: Change, name: str) -> bool:
        path = Path(name)
        if path.is_relative_to(output):
            # Jekyll empties its output at each build: the feeds it took away are written again.
            return change is Change.deleted and path.suffix in _FEEDS
        ours = path.parent == home and path.name.startswith(_OWN)
        hidden = any(part.startswith(".") or part == "node_modules" for part in path.relative_to(folder).parts)
        return not (ours or hidden) and (path.suffix in _READ or not path.suffix)

    armed = False
    for changes in watch(
        app.config.folder,
        watch_filter=matters,
        stop_event=stop,
        debounce=400,
        step=50,
        rust_timeout=1000,
        yield_on_timeout=True,
    ):
        # The first round may have read the folder before the watch stood: what changed between is seen now.
        if changes or not armed:
            changed.set()
            bell.set()
        armed = True
