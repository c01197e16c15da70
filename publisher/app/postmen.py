"""The round of the letters, as the server and the daemon both go it."""

from collections.abc import Callable
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING

from publisher.app.root import App
from publisher.config import servers
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from publisher.jobs.postman import Postman
    from publisher.store.engine import Store

Say = Callable[[str], None]


def postman(current: Callable[[], App], *, stop: Event, say: Say, alone: bool) -> "Postman":
    """Who makes and sends the letters of a site, as its settings are at each moment, until `stop` is set; he has still
    to be started.

    A trouble is said once for as long as it lasts; not at all where he is not `alone`, as another meets it, too.
    """
    from publisher.jobs.complaints import Complaints
    from publisher.jobs.postman import Postman

    complain = Complaints(say if alone else lambda _fault: None)

    def go_round() -> datetime | None:
        return letters_round(current(), stop.is_set, say, complain)

    return Postman(go_round, clock=current().clock, stop=stop, complain=complain, turn=complain.turn)


def letters_round(app: App, stopped: Callable[[], bool], say: Say, complain: Say) -> datetime | None:
    """Make the letters that are due and send them; when to look again, None where nothing is to come. Of other mail
    only what is urgent goes."""
    if not app.has_ledger():
        return None
    with app.ledger() as store:
        if store is None:
            return None
        tend(app, store, say)
        return _sent(app, store, stopped, complain)


def tend(app: App, store: "Store", say: Say) -> None:
    """Make the letters that are due, and forget the sign-ups that nobody confirmed. ConfigError, WrongLedger,
    TemplateError; what is made stays so."""
    from publisher.jobs.letters import make_letters
    from publisher.jobs.sign_up_sweep import sweep
    from publisher.store.letters import next_due

    sweep(store, app.clock())
    with store.read() as connection:
        due = next_due(connection)
    now = app.clock()
    if due is None or due > now:
        return
    if make_letters(app.workshop(), store, now).bursts:
        number = app.config.settings.web.sign_up.burst
        say(f"more than {number} sign-ups an hour come in; each address gets at most one mail an hour, all the same")


def _sent(app: App, store: "Store", stopped: Callable[[], bool], complain: Say) -> datetime | None:
    from publisher.jobs.deliver import deliver
    from publisher.jobs.issue import paused_lines, urgent_open
    from publisher.store.claims import next_due_of
    from publisher.store.letters import next_due
    from publisher.struct import replace

    if urgent_open(store):
        deliver(replace(app.office(store, stopped=stopped), urgent_only=True))
        for line in paused_lines(store, urgent_only=True):
            complain(line)
    with store.read() as connection:
        now = app.clock()
        moments = [next_due(connection), *(next_due_of(connection, own, now) for own in urgent_open(store))]
    return min((one for one in moments if one is not None), default=None)


def require_way(app: App) -> None:
    """ConfigError where no letter could leave: no address of the site, no newsletter with a sender, no server."""
    from publisher.jobs.mailing import require_sender
    from publisher.jobs.site import require_site_url, resolve

    require_site_url(app.config, resolve(app.config).site)
    found = app.newsletters()
    for newsletter in found[:1]:
        if not any(one.sender for one in found):
            require_sender(app.config, newsletter)
    servers(app.config, None)
    app.outgoing(None).keys()


def trouble(app: App) -> str | None:
    """Why nobody can sign up by a page, in words for the operator; None where they can, or where there is no page."""
    settings = app.config.settings
    if not settings.newsletters or settings.web.url is None:
        return None
    try:
        require_way(app)
        app.door()
    except ConfigError as error:
        return error.told()
    return None
