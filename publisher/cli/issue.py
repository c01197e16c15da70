"""issue list|show|pause|resume|cancel|retry|resolve|verify."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.manifest import manifest_json, manifest_lines
from publisher.cli.options import Json, site
from publisher.cli.talk import put, put_bytes, put_json, say
from publisher.core.words import counted
from publisher.errors import StoreError, UsageError
from publisher.model.mailing import DeliveryStatus, IssueStatus

if TYPE_CHECKING:
    from publisher.jobs.issue import Overview, Reader, Retried
    from publisher.jobs.verify import Verified

Number = Annotated[
    int, typer.Argument(metavar="ISSUE", max=2**31 - 1, help="The issue's id, as 'issue list' shows it.")
]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Look at issues, and steer them.", no_args_is_help=True)
    group.command("list")(list_)
    for command in (show, pause, resume, cancel, retry, resolve, verify):
        group.command()(command)
    cli.add_typer(group, name="issue")


def list_(
    context: typer.Context,
    letters: Annotated[
        bool, typer.Option("--letters", help="Also those of letters to single readers, such as to confirm a sign-up.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List issues, newest first."""
    from publisher.jobs.issue import overview

    with site(context).ledger() as store:
        found = [] if store is None else overview(store)
    shown = [one for one in found if letters or one.issue.letter is None]
    if as_json:
        put_json([_as_json(one) for one in shown])
        return
    for one in shown:
        put(_line(one))
    if hidden := len(found) - len(shown):
        say(f"{counted(hidden, 'issue')} of letters to single readers not shown: --letters shows them")


def show(
    context: typer.Context,
    issue: Number,
    eml: Annotated[
        str | None, typer.Option("--eml", metavar="ADDR", help="Print the mail that this reader got.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what an issue was made of, who got it, who did not, and why."""
    from publisher.jobs.eml import eml as again
    from publisher.jobs.issue import details, readers

    app = site(context)
    with app.existing() as store:
        if eml is not None:
            put_bytes(again(store, issue, eml, app.signing_keys()))
            return
        found = details(store, issue)
        if as_json:
            head = {**_as_json(found.overview), "posts": list(found.post_ids), "manifest": manifest_json(found)}
            _put_json_with(head, "deliveries", (_reader_json(one) for one in readers(store, issue)))
            return
        put(_line(found.overview))
        for post_id in found.post_ids:
            put(f"  post {post_id}")
        for line in manifest_lines(found):
            put(f"  {line}")
        for one in readers(store, issue):
            put(_reader_line(one))
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
    """Let an issue go on that is paused, or that waits for a person or a time."""
    from publisher.jobs.issue import resume as job

    app = site(context)
    with app.existing() as store:
        stopped = job(store, issue, app.clock())
    say(f"issue {issue} goes on with the next 'publisher deliver' or 'publisher run'")
    for name in stopped:
        say(f"  {name} is mailed again")


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
    rest: Annotated[bool, typer.Option("--rest", help="All that did not get it: the cancelled, too.")] = False,
) -> None:
    """Plan the failed deliveries of an issue again."""
    from publisher.jobs.issue import paused_lines
    from publisher.jobs.issue import retry as job

    if unknown and rest:
        raise UsageError(
            "--unknown and --rest do not go together", hint="those that may have arrived are asked for alone"
        )
    with site(context).existing() as store:
        retried = job(store, issue, unknown=unknown, rest=rest)
        paused = [line for line in paused_lines(store) if line.startswith(f"issue {issue} ")]
    for line in _retried_lines(retried, paused=bool(paused)):
        say(line)
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


def verify(
    context: typer.Context,
    issue: Number,
    who: Annotated[str | None, typer.Option("--who", metavar="STATE", help="Name the readers in this state.")] = None,
    as_json: Json = False,
) -> None:
    """Check that an issue's sum holds, that every state follows from its attempts, and that its texts are what was
    planned; ends with 75 where not."""
    from publisher.jobs.issue import readers
    from publisher.jobs.verify import verify as job

    if who is not None and who not in [*DeliveryStatus]:
        raise UsageError(f"no state {who!r}", hint=f"there are {', '.join(DeliveryStatus)}")
    with site(context).existing() as store:
        found = job(store, issue)
        named = readers(store, issue, DeliveryStatus(who)) if who else iter(())
        if as_json:
            _put_json_with(_verified_json(found), "readers", (_who_json(one) for one in named))
        else:
            for line in found.lines():
                put(line)
            for one in named:
                put(_who_line(one))
    if not found.holds:
        say("the ledger does not hold together: keep a copy of it, and tell the makers of Publisher")
        raise typer.Exit(StoreError.exit_code)


def _line(one: "Overview") -> str:
    issue = one.issue
    whose = f"{issue.newsletter or '-'}" + (f" no. {issue.number}" if issue.number else "")
    whose += f" ({one.zone})" if one.zone else ""
    counts = ", ".join(f"{number} {status}" for status, number in sorted(one.counts.items()))
    notes = [issue.reason, f"until {issue.starts_at:%Y-%m-%d %H:%M}Z" if issue.starts_at and _waits(one) else ""]
    told = "; ".join(filter(None, notes))
    status = f"{issue.status} ({told})" if told else f"{issue.status}"
    head = [str(issue.id), f"{issue.created_at:%Y-%m-%d %H:%M}Z", whose, _kind(one), status, counts]
    return "  ".join(head).rstrip()


def _waits(one: "Overview") -> bool:
    return one.issue.status is IssueStatus.AWAITING


def _kind(one: "Overview") -> str:
    issue = one.issue
    if issue.letter is not None:
        return f"letters: {issue.letter}"
    to = f" to {issue.audience}" if issue.audience else ""
    return f"{issue.kind}{to}" + (" again" if issue.again else "")


def _as_json(one: "Overview") -> dict[str, Any]:
    issue = one.issue
    return {
        "id": issue.id,
        "newsletter": issue.newsletter,
        "number": issue.number,
        "kind": issue.kind,
        "created_at": issue.created_at.isoformat(),
        "period": issue.period,
        "edition": issue.edition,
        "status": issue.status,
        "reason": issue.reason,
        "starts_at": issue.starts_at and issue.starts_at.isoformat(),
        "audience": issue.audience,
        "again": issue.again,
        "letter": issue.letter,
        "counts": {status: one.counts.get(status, 0) for status in DeliveryStatus},
    }


def _reader_line(one: "Reader") -> str:
    delivery = one.delivery
    told = ((back.kind, " ".join(filter(None, (back.status, back.diagnostic)))) for back in one.bounces)
    back = "".join(f"\n{'':<13}{kind} bounce{_after(words)}" for kind, words in told)
    return f"  {delivery.status:<10} {delivery.recipient.email}{_after(delivery.reason)}{back}"


def _after(words: str) -> str:
    return f"  {words}" if words else ""


def _reader_json(one: "Reader") -> dict[str, Any]:
    delivery = one.delivery
    return {
        "email": delivery.recipient.email,
        "status": delivery.status,
        "reason": delivery.reason,
        "message_id": delivery.message_id,
        "attempts": delivery.attempts,
        "last_reply": delivery.last_reply,
        "bounces": [
            {"kind": bounce.kind, "status": bounce.status, "diagnostic": bounce.diagnostic, "at": bounce.at.isoformat()}
            for bounce in one.bounces
        ],
    }


def _verified_json(found: "Verified") -> dict[str, Any]:
    return {
        "id": found.issue.id,
        "holds": found.holds,
        "recipients": found.issue.recipients,
        "deliveries": found.deliveries,
        "counts": {status: found.counts.get(status, 0) for status in DeliveryStatus},
        "faulty": found.faulty,
        "faults": [{"email": one.email, "fault": one.why} for one in found.faults],
        "altered": [{"variant": key, "part": part} for key, part in found.altered],
    }


def _who_line(one: "Reader") -> str:
    return f"  {one.delivery.recipient.email}{_after(one.delivery.recipient.name)}{_after(one.delivery.reason)}"


def _who_json(one: "Reader") -> dict[str, str]:
    recipient = one.delivery.recipient
    return {"email": recipient.email, "name": recipient.name, "reason": one.delivery.reason}


def _retried_lines(retried: "Retried", *, paused: bool) -> Iterable[str]:
    sends = f"; 'publisher deliver' sends {'it' if retried.planned == 1 else 'them'}"
    yield f"{counted(retried.planned, 'mail')} planned again" + (sends if retried.planned and not paused else "")
    if retried.left_out:
        more = ", …" if retried.left_out > len(retried.some) else ""
        yield f"{retried.left_out} left out, whose posts have come with a later issue: {', '.join(retried.some)}{more}"


def _put_json_with(head: dict[str, Any], key: str, items: Iterable[Mapping[str, Any]]) -> None:
    """As `put_json`, one item after the other: an issue may have a million readers."""
    start = json.dumps(head, ensure_ascii=False, indent=2, default=str).removesuffix("\n}")
    put(f"{start},\n  {json.dumps(key)}: [")
    line = ""
    for item in items:
        if line:
            put(f"{line},")
        line = "    " + json.dumps(item, ensure_ascii=False, default=str)
    if line:
        put(line)
    put("  ]\n}")
