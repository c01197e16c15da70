"""deliver: send what issues still have to send; and what digest and send end with."""

from typing import TYPE_CHECKING

import typer

from publisher.app import App
from publisher.cli.options import DryRun, Yes, site
from publisher.cli.talk import bar, put, say, stop_on_signals
from publisher.core.words import counted

if TYPE_CHECKING:
    from publisher.model.mailing import Issue
    from publisher.store.engine import Store


def deliver(context: typer.Context, yes: Yes = False, dry_run: DryRun = False) -> None:  # noqa: ARG001
    """Send what issues still have to send; they were said yes to when they were made, so --yes changes nothing."""
    from publisher.jobs.issue import unfinished

    app = site(context)
    with app.ledger() as store:
        if store is None:
            say("nothing was ever to be sent here")
            return
        if dry_run:
            for issue, left in unfinished(store):
                put(f"issue {issue.id} ({issue.status}): {left} to send")
            return
        raise typer.Exit(send_out(app, store, None))


def send_out(app: App, store: "Store", issue: "Issue | None") -> int:
    """Deliver, say how it went, and give the exit code."""
    from publisher.jobs.deliver import deliver as deliver_all
    from publisher.jobs.issue import paused_lines, unfinished
    from publisher.jobs.mailing import require_known_ledger
    from publisher.store.claims import unclaimed

    require_known_ledger(store, app.config.home)
    total, done = sum(left for _, left in unfinished(store)), 0
    with stop_on_signals() as stop, bar("Delivering") as progress:

        def advance(step: int) -> None:
            nonlocal done
            done += step
            progress(done, total)

        tally = deliver_all(app.office(store, stopped=stop.is_set, progress=advance), at_once=True)
    if issue is not None:
        say(f"issue {issue.id}" + (f" ({issue.newsletter} no. {issue.number})" if issue.number else ""))
    for line in tally.lines():
        say(line)
    paused = paused_lines(store)
    for line in paused:
        say(line)
    left = sum(left for _, left in unfinished(store))
    if stop.is_set() and left:
        say(f"stopped with {left} still to send: run 'publisher deliver'")
        return 75
    with store.read() as connection:
        again = unclaimed(connection)
    if again and not paused:
        say(f"{counted(again, 'mail')} to be tried again: 'publisher status' says when, 'publisher issue show' why")
    return tally.exit_code or (69 if paused else 75 if again else 0)
