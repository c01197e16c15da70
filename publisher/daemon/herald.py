"""Herald: events are posted to hooks, each hook in a thread of its own, so that one that thinks for long delays no
other, no feed and no mail."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from publisher.app import App
from publisher.app.hooks import hook_keys_of, hooks_of
from publisher.errors import PublisherError

if TYPE_CHECKING:
    from publisher.model.event import Hook
    from publisher.store.engine import Store

Say = Callable[[str], None]

_LONGEST_NAP = timedelta(seconds=5)
"""Other processes write events, too, and ring nobody."""

_SHORTEST_NAP = timedelta(seconds=1)
_TRY_AGAIN = timedelta(minutes=1)
_GOODBYE_SECONDS = 5.0
ONCE_SECONDS = 60.0
"""How long `run --once` posts at most: cron comes again."""


class Herald:
    """Looks what is due to hooks, when rung and every few seconds; a class because its threads share what is wrong.

    `complain` is told what is wrong with a hook, in words that stay the same while it lasts, and `turn` is called after
    each look.
    """

    def __init__(self, *, stop: Event, say: Say, complain: Say, turn: Callable[[], None]) -> None:
        self._stop, self._say, self._complain, self._turn = stop, say, complain, turn
        self._app: App | None = None
        self._rung, self._lock = Event(), Lock()
        self._threads: dict[str, Thread] = {}
        self._faults: dict[str, tuple[str, datetime]] = {}
        self._thread: Thread | None = None

    def ring(self, app: App) -> None:
        """The settings may have changed, or events have come."""
        changed = self._app is None or self._app.config.settings.hooks != app.config.settings.hooks
        self._app = app
        if self._thread is None:
            # A daemon thread, as each hook's: a post that dies with it is repeated, under the same webhook-id.
            self._thread = Thread(target=self._work, name="herald", daemon=True)
            self._thread.start()
        if changed or app.config.settings.hooks:
            self._rung.set()

    def close(self) -> None:
        """Begin nothing more, and wait a little for what is in hand."""
        self._rung.set()
        end = monotonic() + _GOODBYE_SECONDS
        for thread in (*([self._thread] if self._thread else []), *self._threads.values()):
            thread.join(timeout=max(end - monotonic(), 0))

    def _work(self) -> None:
        wait: timedelta | None = None
        while not self._stop.is_set():
            self._rung.wait(None if wait is None else wait.total_seconds())
            self._rung.clear()
            app = self._app
            if app is not None and not self._stop.is_set():
                is_done = self._look(app) and not app.config.settings.hooks
                wait = None if is_done else self._nap(app)

    def _look(self, app: App) -> bool:
        from publisher.jobs.hooks import faults, standing

        try:
            with app.ledger() as store:
                for hook in _known(app, store):
                    self._begin(app, hook, store)
                found = [] if store is None else faults(standing(store, app.clock()))
            with self._lock:
                found += [told for told, _ in self._faults.values()]
            for fault in found:
                self._complain(fault)
            return True
        except PublisherError as error:
            self._complain(error.told())
            return False
        finally:
            self._turn()

    def _nap(self, app: App) -> timedelta:
        with self._lock:
            ends = [until - app.clock() for _, until in self._faults.values()]
        return max(min([_LONGEST_NAP, *ends]), _SHORTEST_NAP)

    def _begin(self, app: App, hook: "Hook", store: "Store | None") -> None:
        from publisher.store import hooks

        if store is None or (hook.name in self._threads and self._threads[hook.name].is_alive()):
            return
        with self._lock:
            if hook.name in self._faults and self._faults[hook.name][1] > app.clock():
                return
            self._faults.pop(hook.name, None)
        with store.read() as connection:
            due = hooks.next_due(connection, hook.name)
        if due is not None and due <= app.clock():
            self._threads[hook.name] = Thread(target=self._tell, args=(app, hook), name=hook.name, daemon=True)
            self._threads[hook.name].start()

    def _tell(self, app: App, hook: "Hook") -> None:
        try:
            for line in _told(app, hook, self._stop.is_set):
                self._say(line)
        except PublisherError as error:
            with self._lock:
                self._faults[hook.name] = error.told(), app.clock() + _TRY_AGAIN
        self._rung.set()


def tell_once(app: App, stop: Event, say: Say, seconds: float = ONCE_SECONDS) -> int:
    """Post what is due to all hooks for `seconds` at most; 75 where a hook takes nothing."""
    from publisher.jobs.hooks import faults, standing

    with app.ledger() as store:
        wanted = _known(app, store)
        end = monotonic() + seconds
        over = lambda: stop.is_set() or monotonic() >= end  # noqa: E731
        wrong: list[str] = []
        threads = [Thread(target=_guarded, args=(app, hook, over, say, wrong), daemon=True) for hook in wanted]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=max(end - monotonic(), 0))
        found = [] if store is None or not wanted else [*wrong, *faults(standing(store, app.clock()))]
    for fault in found:
        say(fault)
    return 75 if found else 0


def _guarded(app: App, hook: "Hook", over: Callable[[], bool], say: Say, wrong: list[str]) -> None:
    try:
        for line in _told(app, hook, over):
            say(line)
    except PublisherError as error:
        wrong.append(error.told())


def _known(app: App, store: "Store | None") -> "list[Hook]":
    """The hooks of the settings, which the ledger knows from now on; none where there is no ledger yet."""
    from publisher.jobs.hooks import know
    from publisher.jobs.mailing import require_known_ledger

    if store is None:
        return []
    wanted = hooks_of(app.config)
    if wanted:
        require_known_ledger(store, app.config.home)
    know(store, wanted)
    return wanted


def _told(app: App, hook: "Hook", stopped: Callable[[], bool]) -> list[str]:
    from publisher.jobs.hooks import Messenger, tell

    keys = hook_keys_of(app.config, hook.name)
    with app.store() as store:
        told = tell(Messenger(store, hook, keys, app.post_json, app.clock, stopped))
    return [f"hook {hook.name}: an event was given up: {why}" for why in told.given_up]
