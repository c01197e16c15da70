"""The round of the mail: reports are taken in, due digests made, and what is to be sent is sent."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from publisher.app import App
from publisher.app.postmen import tend
from publisher.daemon.watch import Watch
from publisher.errors import FetchError, Problem, PublisherError
from publisher.jobs.ids import require_no_lost_ledger
from publisher.model.mailing import IssueStatus

if TYPE_CHECKING:
    from publisher.jobs.due import Due
    from publisher.jobs.library import Library
    from publisher.jobs.undecided import Standing
    from publisher.model.mailing import Issue
    from publisher.store.engine import Store

Say = Callable[[str], None]

_BOX_EVERY = timedelta(minutes=5)


def mail(
    app: App,
    stopped: Callable[[], bool],
    say: Say,
    complain: Say,
    *,
    until: datetime | None = None,
    watch: Watch | None = None,
) -> tuple[int, datetime | None]:
    """Do all that is due, sending no longer than `until`: the exit code, and when to look again, None where nothing is
    to come. Instant mails are looked for when `watch` asks, without one now."""
    if not app.has_ledger() and not _asks_by_mail(app):
        require_no_lost_ledger(app.config)
        return 0, None
    from publisher.jobs.deliver import tidy
    from publisher.jobs.due import next_wake
    from publisher.jobs.mailing import require_known_ledger
    from publisher.jobs.undecided import standing
    from publisher.schedule import next_fire
    from publisher.store.letters import next_due

    with app.store() as store:
        require_known_ledger(store, app.config.home)
        before = standing(store)
        tidy(store, app.clock())
        codes = [
            _guarded(complain, lambda: _read_box(app, store, say)),
            # What is planned already needs neither posts nor templates: it goes out all the same.
            _guarded(complain, lambda: _make_due(app, store, say, complain)),
            _guarded(complain, lambda: _make_instant(app, store, watch or Watch(), say, complain)),
            _guarded(complain, lambda: _tend(app, store, say)),
            _send(app, store, stopped, until, say, complain),
            _tell_unknown(store, before, complain),
        ]
        asked = watch.next(app.clock()) if watch else None
        with store.read() as connection:
            letter = next_due(connection)
        wakes = [asked, letter, next_wake(store, app.newsletters(), app.clock(), next_fire), _next_box(app)]
        code = next((code for code in codes if code), 0)
        return code, min((wake for wake in wakes if wake is not None), default=None)


def mail_until_due(app: App, stopped: Callable[[], bool], say: Say, complain: Say, watch: Watch) -> datetime | None:
    """The same for who comes again: sending stops when another issue begins or the box is to be read, and goes on
    after that. When to look again."""
    from publisher.jobs.due import next_begin
    from publisher.schedule import next_fire

    now = app.clock()
    with app.ledger() as store:
        begin = None if store is None else next_begin(store, app.newsletters(), now, next_fire)
    until = min(filter(None, [begin, now + _BOX_EVERY]))
    return mail(app, stopped, say, complain, until=until, watch=watch)[1]


def _tell_unknown(store: "Store", before: "Standing", complain: Say) -> int:
    from publisher.jobs.undecided import at_hand, undecided, undecided_lines

    held = at_hand(undecided(store), before)
    for line in undecided_lines(held):
        complain(line)
    return 75 if held else 0


def _read_box(app: App, store: "Store", say: Say) -> int:
    if not _has_box(app):
        return 0
    from publisher.jobs.bounce_boxes import read_box

    intake = read_box(app.config, store, now=app.clock(), take=app.taker(store))
    for line in intake.lines():
        say(line)
    return FetchError.exit_code if intake.unread else 0


def _next_box(app: App) -> datetime | None:
    return app.clock() + _BOX_EVERY if _has_box(app) else None


def _has_box(app: App) -> bool:
    box = app.config.settings.mail.bounces
    return box is not None and box.is_read


def _asks_by_mail(app: App) -> bool:
    """Whether the first reader may come by the box: then there is no ledger before it is read."""
    from publisher.jobs.requests_address import requests_address

    return _has_box(app) and any(requests_address(app.config, one.name) for one in app.newsletters())


def _make_due(app: App, store: "Store", say: Say, complain: Say) -> int:
    from publisher.jobs.due import look, make_due
    from publisher.jobs.intro import faults, used_lines
    from publisher.schedule import calendar

    prev_fire = calendar()
    found = look(store, app.newsletters(), app.clock(), prev_fire)
    for line in found.told:
        complain(line)
    due, late = found.due, 75 if found.told else 0
    if not due:
        return late

    def work(library: "Library") -> "tuple[list[Issue], list[PublisherError], list[Problem]]":
        made, errors = make_due(
            library, store, app.templates(), due, now=app.clock(), prev_fire=prev_fire, ready=app.ready
        )
        return made, errors, faults(library, made)

    made, errors, wrong = app.read(work)
    for problem in wrong:
        complain(str(problem))
    of_period = {one.period.key: one for one in due}
    for issue in made:
        for line in (*_made_lines(of_period[issue.period or ""], issue), *used_lines(store, issue)):
            say(line)
    for error in errors:
        complain(error.told())
    return errors[0].exit_code if errors else late


def _make_instant(app: App, store: "Store", watch: Watch, say: Say, complain: Say) -> int:
    from publisher.jobs.instant import make_instant, with_readers
    from publisher.schedule import calendar

    now = app.clock()
    if not watch.asks(now):
        return 0
    newsletters = with_readers(store, app.newsletters(), now)
    if not newsletters:
        watch.rest(now, None)
        return 0
    found = app.read(
        lambda library: make_instant(
            library, store, app.templates(), newsletters, now=now, prev_fire=calendar(), ready=app.ready
        )
    )
    watch.rest(now, found.until)
    for issue in found.made:
        number = f", no. {issue.number}" if issue.number else ""
        say(f"{issue.newsletter}: what is new is issue {issue.id}{number}: {issue.status}")
    for error in found.errors:
        complain(error.told())
    return found.errors[0].exit_code if found.errors else 0


def _tend(app: App, store: "Store", say: Say) -> int:
    tend(app, store, say)
    return 0


def _made_lines(due: "Due", issue: "Issue") -> Iterator[str]:
    from publisher.jobs.mailing import local

    name, of = due.newsletter.name, f"{due.period.frequency} digest of {local(issue.at, due.period.zone)}"
    number, reason = f", no. {issue.number}" if issue.number else "", f", {issue.reason}" if issue.reason else ""
    yield f"{name}: {of} is issue {issue.id}{number}: {issue.status}{reason}"
    yield from due.passed_lines()


def _send(
    app: App, store: "Store", stopped: Callable[[], bool], until: datetime | None, say: Say, complain: Say
) -> int:
    from publisher.jobs.deliver import deliver
    from publisher.jobs.issue import paused_lines, unfinished
    from publisher.store.claims import unclaimed

    code = 0
    _publish(app, store, complain)
    if any(issue.status is IssueStatus.SENDING for issue, _ in unfinished(store)):
        tally = deliver(app.office(store, stopped=lambda: stopped() or (until is not None and app.clock() >= until)))
        if tally.ended:
            say(tally.line())
        left = sum(left for issue, left in unfinished(store) if issue.status is IssueStatus.SENDING)
        if stopped() and left:
            say(f"stopped with {left} still to send: the next 'publisher run' or 'publisher deliver' sends them")
        with store.read() as connection:
            code = tally.exit_code or (75 if unclaimed(connection) else 0)
    for line in paused_lines(store):
        complain(line)
        code = code or 69
    return code


def _publish(app: App, store: "Store", complain: Say) -> None:
    """The pages of issues before their mail, which they do not hold up."""
    from publisher.jobs.archive import refresh

    _guarded(complain, lambda: len(refresh(app.config, store, app.clock())) and 0)


def _guarded(complain: Say, work: Callable[[], int]) -> int:
    try:
        return work()
    except PublisherError as error:
        complain(error.told())
        return error.exit_code
