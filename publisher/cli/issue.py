"""issue list|show|pause|resume|cancel|retry|resolve."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import Json, site
from publisher.cli.talk import put, put_json, say
from publisher.core.words import counted
from publisher.errors import UsageError
from publisher.model.mailing import DeliveryStatus

if TYPE_CHECKING:
    from publisher.jobs.issue import Details, Overview

Number = Annotated[
    int, typer.Argument(metavar="ISSUE", max=2**31 - 1, help="The issue's id, as 'issue list' shows it.")
]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Look at issues, and steer them.", no_args_is_help=True)
    group.command("list")(list_)
    for command in (show, pause, resume, cancel, retry, resolve):
        group.command()(command)
    cli.add_typer(group, name="issue")


def list_(context: typer.Context, as_json: Json = False) -> None:
    """List issues, newest first."""
    from publisher.jobs.issue import overview

    with site(context).ledger() as store:
        found = [] if store is None else overview(store)
    if as_json:
        put_json([_as_json(one) for one in found])
        return
    for one in found:
        put(_line(one))


def show(context: typer.Context, issue: Number, as_json: Json = False) -> None:
    """Show who got an issue, who did not, and why."""
    from publisher.jobs.issue import details

    with site(context).existing() as store:
        found = details(store, issue)
    if as_json:
        put_json(_details_json(found))
        return
    put(_line(found.overview))
    for post_id in found.post_ids:
        put(f"  post {post_id}")
    for one in found.deliveries:
        reason = f"  {one.reason}" if one.reason else ""
        put(f"  {one.status:<10} {one.recipient.email}{reason}")
    if found.overview.counts.get(DeliveryStatus.UNKNOWN):
        say(f"unknown: 'publisher issue resolve {issue} ADDR sent|failed' settles one,")
        say(f"         'publisher issue retry {issue} --unknown' plans them again under the same Message-ID")


def pause(context: typer.Context, issue: Number) -> None:
    """Stop sending an issue after the mail in hand."""
    from publisher.jobs.issue import pause as job

    with site(context).existing() as store:
        job(store, issue)
    say(f"issue {issue} is paused; 'publisher issue resume {issue}' lets it go on")


def resume(context: typer.Context, issue: Number) -> None:
    """Let a paused issue go on."""
    from publisher.jobs.issue import resume as job

    with site(context).existing() as store:
        job(store, issue)
    say(f"issue {issue} goes on with the next 'publisher deliver' or 'publisher run'")


def cancel(context: typer.Context, issue: Number) -> None:
    """Send no more of an issue; its posts count as new again for those who did not get it."""
    from publisher.jobs.issue import cancel as job

    with site(context).existing() as store:
        spared = job(store, issue)
    say(f"issue {issue} is cancelled; {counted(spared, 'mail')} will not be sent")


def retry(
    context: typer.Context,
    issue: Number,
    unknown: Annotated[bool, typer.Option("--unknown", help="Those that may have arrived, not the failed.")] = False,
) -> None:
    """Plan the failed deliveries of an issue again."""
    from publisher.jobs.issue import paused_lines
    from publisher.jobs.issue import retry as job

    with site(context).existing() as store:
        planned = job(store, issue, unknown=unknown)
        paused = [line for line in paused_lines(store) if line.startswith(f"issue {issue} ")]
    say(
        f"{counted(planned, 'mail')} planned again"
        + (f"; 'publisher deliver' sends {'it' if planned == 1 else 'them'}" if planned and not paused else "")
    )
    for line in paused:
        say(line)


def resolve(
    context: typer.Context,
    issue: Number,
    address: Annotated[str, typer.Argument(metavar="ADDR")],
    outcome: Annotated[str, typer.Argument(metavar="sent|failed")],
) -> None:
    """Settle an unknown delivery by hand."""
    from publisher.jobs.issue import resolve as job

    if outcome not in ("sent", "failed"):
        raise UsageError(f"{outcome!r} is neither sent nor failed")
    with site(context).existing() as store:
        job(store, issue, address, DeliveryStatus(outcome))
    say(f"issue {issue}: {address} is settled as {outcome}")


def _line(one: "Overview") -> str:
    issue = one.issue
    whose = f"{issue.newsletter or '-'}" + (f" no. {issue.number}" if issue.number else "")
    counts = ", ".join(f"{number} {status}" for status, number in sorted(one.counts.items()))
    status = f"{issue.status} ({issue.reason})" if issue.reason else f"{issue.status}"
    return "  ".join([str(issue.id), f"{issue.created_at:%Y-%m-%d %H:%M}Z", whose, issue.kind, status, counts]).rstrip()


def _as_json(one: "Overview") -> dict[str, Any]:
    issue = one.issue
    return {
        "id": issue.id,
        "newsletter": issue.newsletter,
        "number": issue.number,
        "kind": issue.kind,
        "created_at": issue.created_at.isoformat(),
        "period": issue.period,
        "status": issue.status,
        "reason": issue.reason,
        "counts": {status: one.counts.get(status, 0) for status in DeliveryStatus},
    }


def _details_json(found: "Details") -> dict[str, Any]:
    deliveries = [
        {
            "email": one.recipient.email,
            "status": one.status,
            "reason": one.reason,
            "message_id": one.message_id,
            "attempts": one.attempts,
            "last_reply": one.last_reply,
        }
        for one in found.deliveries
    ]
    return {**_as_json(found.overview), "deliveries": deliveries, "posts": list(found.post_ids)}
