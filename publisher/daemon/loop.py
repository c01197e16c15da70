"""Run: watch the folder and the clock, and do what is due. Each round asks the store what that is; hubs are told beside
it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

from publisher.app import App
from publisher.app.postmen import postman
from publisher.config import load_config
from publisher.daemon.herald import Herald, tell_once
from publisher.daemon.mail import mail, mail_until_due
from publisher.daemon.watch import Watch
from publisher.daemon.watching import changes
from publisher.errors import ConfigError, OutputError, PublisherError
from publisher.jobs.announcer import Announcer
from publisher.jobs.build import build
from publisher.jobs.complaints import Complaints
from publisher.jobs.report import Report
from publisher.struct import replace

Say = Callable[[str], None]

_LONGEST_NAP = timedelta(seconds=60)
"""A laptop that slept wakes late by its monotonic clock: look at the wall clock this often."""

_SHORTEST_NAP = timedelta(seconds=1)
_TRY_AGAIN = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(days=1)


def run_once(app: App, *, stop: Event, say: Say) -> int:
    """Do all that is due and return the exit code: the first that is not 0; 75 where it was stopped with mail left.

    A feed that cannot be written stops no mail, and no hub keeps one waiting.
    """
    codes: list[int] = []
    for work in (
        partial(_build_code, app, say),
        partial(_mail_code, app, stop, say),
        partial(_ping_code, app, stop, say),
        partial(tell_once, app, stop, say),
    ):
        try:
            codes.append(75 if stop.is_set() else work())
        except PublisherError as error:
            say(error.told())
            codes.append(error.exit_code)
    return next((code for code in codes if code), 75 if stop.is_set() else 0)


def _build_code(app: App, say: Say) -> int:
    return _build(app, say, say).exit_code(strict=False)


def _mail_code(app: App, stop: Event, say: Say) -> int:
    return mail(app, stop.is_set, say, say)[0]


def _ping_code(app: App, stop: Event, say: Say) -> int:
    from publisher.jobs.ping import ping, require_hub

    if not app.config.settings.feeds.hub:
        return 0
    try:
        require_hub(app.config)
    except ConfigError as error:
        # As where a site is looked at on the machine it is written on: nothing that a timer should fail for.
        say(error.told())
        return 0
    found = ping(app.config, post=app.post, clock=app.clock, stop=stop.is_set)
    for line in (*([found.summary()] if found.announced else []), *found.faults()):
        say(line)
    return found.exit_code()


def run(app: App, *, stop: Event, say: Say, mailing: bool = True) -> None:
    """Until `stop` is set: build when a file changes or a post comes due, mail when the store says so.

    OutputError where the folder can no longer be watched.
    """
    from publisher.schedule import Ticker

    bell, changed = Event(), Event()
    ticker = Ticker(bell.set)
    watcher = Thread(target=_watch, args=(app, stop, bell, changed), name="watcher", daemon=True)
    watcher.start()
    say(f"watching {app.config.folder}; Ctrl-C stops")
    of_build, of_mail, of_hub = Complaints(say), Complaints(say), Complaints(say)
    watch = Watch()
    announcer = Announcer(post=app.post, clock=app.clock, stop=stop, say=say, complain=of_hub, turn=of_hub.turn)
    of_hooks = Complaints(say)
    herald = Herald(stop=stop, say=say, complain=of_hooks, turn=of_hooks.turn)
    post = postman(lambda: app, stop=stop, say=say, alone=False)
    if mailing:
        post.start()
    build_at = app.clock()
    try:
        while not stop.is_set():
            if changed.is_set() or app.clock() >= build_at:
                changed.clear()
                app = _reloaded(app, of_build)
                build_at = _guarded(app, of_build, partial(_next_post, app, say, of_build))
                watch.stir()
                if mailing:
                    announcer.ring(app.config)
            if mailing:
                herald.ring(app)
            # The ledger is asked at least every minute: other processes write into it, and no file tells.
            send = partial(mail_until_due, app, stop.is_set, say, of_mail, watch)
            mail_at = _guarded(app, of_mail, send) if mailing else build_at
            wake = min(build_at, mail_at)
            ticker.wake_in(wake - app.clock())
            _nap(app, bell, stop, wake)
            if not watcher.is_alive() and not stop.is_set():
                reason, hint = "the folder can no longer be watched", "start 'publisher run' again"
                raise OutputError(str(app.config.folder), reason, hint=hint)
    finally:
        ticker.close()
        announcer.close()
        herald.close()
        post.close()
        watcher.join(timeout=5)


def _nap(app: App, bell: Event, stop: Event, wake: datetime) -> None:
    left = max(min(wake - app.clock(), _LONGEST_NAP), _SHORTEST_NAP).total_seconds()
    step = 0.25  # how soon a signal, which cannot ring the bell safely, is heeded
    while left > 0 and not stop.is_set():
        if bell.wait(min(step, left)):
            break
        left -= step
    bell.clear()


def _guarded(app: App, complain: Complaints, work: Callable[[], datetime | None]) -> datetime:
    """Do `work`; when to look again, soon where it failed."""
    try:
        following = work()
    except PublisherError as error:
        complain(error.told())
        return app.clock() + _TRY_AGAIN
    finally:
        complain.turn()
    latest = app.clock() + _LONGEST_WAIT
    return latest if following is None else min(following, latest)


def _build(app: App, say: Say, complain: Say) -> Report:
    report = build(app.config, at=app.clock())
    for problem in report.problems:
        complain(problem.told())
    if report.written:
        say(report.summary())
    return report


def _next_post(app: App, say: Say, complain: Say) -> datetime | None:
    return _build(app, say, complain).next_moment


def _reloaded(app: App, complain: Say) -> App:
    try:
        return replace(app, config=load_config(app.config.file, app.environ, app.config.folder))
    except ConfigError as error:
        complain(f"{error.told()}\n  the settings read before stay in force")
        return app


def _watch(app: App, stop: Event, bell: Event, changed: Event) -> None:
    for _ in changes(app.config, stop):
        changed.set()
        bell.set()
