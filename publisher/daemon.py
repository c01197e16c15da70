"""Run: watch the folder and the clock, and do what is due. Each round asks the store; nothing is remembered here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread

from watchfiles import Change, watch

from publisher.app import App
from publisher.config import Config, database_file, load_config
from publisher.errors import ConfigError, PublisherError
from publisher.jobs.build import Report, build
from publisher.jobs.ids import require_no_lost_ledger
from publisher.jobs.site import resolve
from publisher.model.mailing import IssueStatus

Say = Callable[[str], None]

_LONGEST_NAP = timedelta(seconds=60)
"""A laptop that slept wakes late by its monotonic clock: look at the wall clock this often."""

_SHORTEST_NAP = timedelta(seconds=1)
_TRY_AGAIN = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(days=1)
_OWN = ("cache.db", "ids.json")
_FEEDS = (".xml", ".json")
_READ = (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mkdown", ".html", ".yml", ".yaml", ".toml", ".json", ".j2")


def run_once(app: App, *, stop: Event, say: Say) -> int:
    """Do all that is due and return the exit code: the first that is not 0.

    A feed that cannot be written stops no mail.
    """
    codes: list[int] = []
    for work in (partial(_build_code, app, say), partial(_mail_code, app, stop, say), partial(_tell_paused, app, say)):
        try:
            codes.append(work())
        except PublisherError as error:
            say(error.told())
            codes.append(error.exit_code)
    return next((code for code in codes if code), 0)


def _build_code(app: App, say: Say) -> int:
    return _build(app, say).exit_code(strict=False)


def _mail_code(app: App, stop: Event, say: Say) -> int:
    return _mail(app, stop, say, say)[0]


def run(app: App, *, stop: Event, say: Say, mailing: bool = True) -> None:
    """Until `stop` is set: build when a file changes or a post comes due, mail when the store says so.

    PublisherError where the folder can no longer be watched.
    """
    from publisher.schedule import Ticker

    bell, changed = Event(), Event()
    ticker = Ticker(bell.set)
    watcher = Thread(target=_watch, args=(app, stop, bell, changed), name="watcher", daemon=True)
    watcher.start()
    say(f"watching {app.config.folder}; Ctrl-C stops")
    complain = _Complaints(say)
    build_at = app.clock()
    try:
        while not stop.is_set():
            if changed.is_set() or app.clock() >= build_at:
                changed.clear()
                complain.forget()
                app = _reloaded(app, complain)
                build_at = _guarded(app, complain, partial(_next_post, app, say))
            # The ledger is asked at least every minute: other processes write into it, and no file tells.
            mail_at = _guarded(app, complain, partial(_next_mail, app, stop, say, complain)) if mailing else build_at
            wake = min(build_at, mail_at)
            ticker.wake_in(wake - app.clock())
            _nap(app, bell, stop, wake)
            if not watcher.is_alive() and not stop.is_set():
                raise PublisherError(
                    f"{app.config.folder} can no longer be watched", hint="start 'publisher run' again"
                )
    finally:
        ticker.close()
        watcher.join(timeout=5)


def _nap(app: App, bell: Event, stop: Event, wake: datetime) -> None:
    left = max(min(wake - app.clock(), _LONGEST_NAP), _SHORTEST_NAP).total_seconds()
    step = 0.25  # how soon a signal, which cannot ring the bell safely, is heeded
    while left > 0 and not stop.is_set():
        if bell.wait(min(step, left)):
            break
        left -= step
    bell.clear()


def _guarded(app: App, complain: Say, work: Callable[[], datetime | None]) -> datetime:
    """Do `work`; when to look again, sooner where it failed by something that may pass."""
    try:
        following = work()
    except PublisherError as error:
        complain(error.told())
        # Wrong settings stay wrong until a file changes, and that rings by itself.
        return app.clock() + (_LONGEST_WAIT if error.exit_code == 78 else _TRY_AGAIN)
    latest = app.clock() + _LONGEST_WAIT
    return latest if following is None else min(following, latest)


class _Complaints:
    """Says a fault once: one that lasts is met again every minute, until a file changes or it is mended."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._said: set[str] = set()

    def __call__(self, fault: str) -> None:
        if fault not in self._said:
            self._say(fault)
        self._said.add(fault)

    def forget(self) -> None:
        """Say each again."""
        self._said.clear()


def _build(app: App, say: Say) -> Report:
    report = build(app.config, at=app.clock())
    for problem in report.problems:
        say(f"{problem}")
    if report.written:
        say(report.summary())
    return report


def _next_post(app: App, say: Say) -> datetime | None:
    return _build(app, say).next_moment


def _next_mail(app: App, stop: Event, say: Say, complain: Say) -> datetime | None:
    return _mail(app, stop, say, complain)[1]


def _tell_paused(app: App, say: Say) -> int:
    if not app.has_ledger():
        return 0
    from publisher.jobs.issue import paused_lines

    with app.store() as store:
        lines = paused_lines(store)
    for line in lines:
        say(line)
    return 69 if lines else 0


def _mail(app: App, stop: Event, say: Say, complain: Say) -> tuple[int, datetime | None]:
    """Make the digests that are due and send what is to be sent: the exit code, and when to look again."""
    if not app.has_ledger():
        require_no_lost_ledger(app.config)
        return 0, None
    from publisher.jobs.deliver import PostOffice, deliver, tidy
    from publisher.jobs.due import due_periods, make_due, next_wake
    from publisher.jobs.issue import paused_lines, unfinished
    from publisher.schedule import calendar, next_fire

    newsletters, code, prev_fire = app.newsletters(), 0, calendar()
    with app.store() as store:
        tidy(store, app.clock())
        due = due_periods(store, newsletters, app.clock(), prev_fire)
        if due:
            with app.library() as library:
                made, errors = make_due(library, store, app.templates(), due, now=app.clock(), prev_fire=prev_fire)
            for issue in made:
                say(f"{issue.period}: {issue.status}" + (f", {issue.reason}" if issue.reason else ""))
            for error in errors:
                complain(error.told())
                code = code or error.exit_code
        if any(issue.status is IssueStatus.SENDING for issue, _ in unfinished(store)):
            mail = app.config.settings.mail
            office = PostOffice(store, app.transport(), mail.return_path, app.clock, stop.is_set, lambda _: None)
            tally = deliver(office, connections=mail.connections)
            for line in [*(tally.lines() if tally.ended else []), *(paused_lines(store) if tally.paused else [])]:
                say(line)
            code = code or tally.exit_code
        return code, next_wake(store, newsletters, app.clock(), next_fire)


def _reloaded(app: App, complain: Say) -> App:
    try:
        return replace(app, config=load_config(app.config.file, app.environ, app.config.folder))
    except ConfigError as error:
        complain(f"{error.told()}\n  the settings read before stay in force")
        return app


def _watch(app: App, stop: Event, bell: Event, changed: Event) -> None:
    armed = False
    for changes in watch(
        app.config.folder,
        watch_filter=_filter(app.config),
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


def _filter(config: Config) -> Callable[[Change, str], bool]:
    """Which changes matter: not those that building and sending make themselves."""
    output, home, folder = resolve(config).output, config.home, config.folder
    database = database_file(config).name

    def matters(change: Change, name: str) -> bool:
        path = Path(name)
        if path.suffix in _FEEDS and path.is_relative_to(output) and change is not Change.deleted:
            return False
        if path.is_relative_to(output) and output != folder:
            # Jekyll empties its output at each build: the feeds it took away are written again.
            return change is Change.deleted and path.suffix in _FEEDS
        ours = path.parent == home and path.name.startswith((*_OWN, database))
        hidden = any(part.startswith(".") or part == "node_modules" for part in path.relative_to(folder).parts)
        return not (ours or hidden) and (path.suffix in _READ or not path.suffix)

    return matters
