"""deliver: send what issues still have to send; and what digest and send end with."""

from typing import TYPE_CHECKING

import typer

from publisher.app import App
from publisher.cli.options import DryRun, Yes, site
from publisher.cli.talk import bar, put, say, stop_on_signals
from publisher.core.words import counted
from publisher.errors import PublisherError

if TYPE_CHECKING:
    from publisher.jobs.undecided import Standing
    from publisher.model.mailing import Issue
    from publisher.store.engine import Store


def deliver(context: typer.Context, yes: Yes = False, dry_run: DryRun = False) -> None:  # noqa: ARG001
    """Send what issues still have to send; they were said yes to when they were made, so --yes changes nothing."""
    from publisher.jobs.holders import held_lines
    from publisher.jobs.issue import unfinished

    app = site(context)
    with app.ledger() as store:
        if store is None:
            say("nothing was ever to be sent here")
            return
        if dry_run:
            for issue, left in unfinished(store):
                put(f"issue {issue.id} ({issue.status}): {left} to send")
            for line in (*held_lines(store, app.timezone()), *_waiting_lines(app, store)):
                say(line)
            return
        raise typer.Exit(send_out(app, store, None))


def send_out(app: App, store: "Store", issue: "Issue | None") -> int:
    """Deliver, say how it went, and give the exit code."""
    from publisher.jobs.deliver import deliver as deliver_all
    from publisher.jobs.issue import cancelled_lines, unfinished
    from publisher.jobs.mailing import require_known_ledger
    from publisher.jobs.undecided import standing

    require_known_ledger(store, app.config.home)
    before = standing(store)
    _publish(app, store)
    begun = unfinished(store)
    total, done = sum(left for _, left in begun), 0
    with stop_on_signals() as stop, bar("Delivering") as progress:

        def advance(step: int) -> None:
            nonlocal done
            done += step
            progress(done, total)

        tally = deliver_all(app.office(store, stopped=stop.is_set, progress=advance), at_once=True)
    if issue is not None:
        say(f"issue {issue.id}" + (f" ({issue.newsletter} no. {issue.number})" if issue.number else ""))
    say(tally.line())
    for line in cancelled_lines(store, [one for one, _ in begun]):
        say(line)
    unknown = _tell_unknown(store, before, everything=issue is None)
    left = _tell_left(app, store, stopped=stop.is_set())
    return left if stop.is_set() and left else tally.exit_code or left or unknown


def _publish(app: App, store: "Store") -> None:
    """The pages of issues before their mail, which they do not hold up."""
    from publisher.jobs.archive import refresh

    try:
        refresh(app.config, store, app.clock())
    except PublisherError as error:
        say(error.told())


def _tell_unknown(store: "Store", before: "Standing", *, everything: bool) -> int:
    """Say what the ledger holds as unknown; 75 where an issue does that was under way."""
    from publisher.jobs.undecided import at_hand, undecided, undecided_lines

    held = undecided(store)
    concerned = at_hand(held, before)
    for line in undecided_lines(held if everything else concerned):
        say(line)
    return 75 if concerned else 0


def _tell_left(app: App, store: "Store", *, stopped: bool) -> int:
    """Say what is still to be sent, and why; the exit code for it."""
    from publisher.jobs.holders import held_lines
    from publisher.jobs.issue import paused_lines, unfinished
    from publisher.store.claims import unclaimed

    paused = paused_lines(store)
    for line in (*paused, *held_lines(store, app.timezone()), *_waiting_lines(app, store)):
        say(line)
    left = sum(left for _, left in unfinished(store))
    if stopped and left:
        say(f"stopped with {left} still to send: run 'publisher deliver'")
        return 75
    with store.read() as connection:
        again = unclaimed(connection)
    if again and not paused:
        say(f"{counted(again, 'mail')} to be tried again: 'publisher status' says when, 'publisher issue show' why")
    return 69 if paused else 75 if again else 0


def _waiting_lines(app: App, store: "Store") -> list[str]:
    """What has not begun, and what it waits for."""
    from publisher.jobs.issue import awaiting

    found = awaiting(store)
    if not found:
        return []
    from publisher.jobs.status import awaiting_lines

    return [line for issue, left in found for line in awaiting_lines(issue, left, app.timezone())]
