"""bounce: take in what is reported of our mails, and what readers ask by mail."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.options import Json, site
from publisher.cli.talk import complain, put_json, say
from publisher.errors import FetchError, PublisherError, UsageError
from publisher.struct import asdict

if TYPE_CHECKING:
    from publisher.app import App
    from publisher.jobs.bounce import Intake

_TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: a mail server keeps the mail and tries again, for days."""


def bounce(
    context: typer.Context,
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE|-]", help="One mail; - for standard input. The box of mail.bounces without."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in bounces, complaints and readers' requests: one mail, or what is new in the box that is configured."""
    try:
        intake = _from_box(site(context)) if file is None else _from_mail(site(context), file)
    except PublisherError as error:
        if file != "-":
            raise
        # Any other code makes a mail server send a bounce of the bounce, and the report would be lost.
        complain(error)
        raise typer.Exit(_TRY_AGAIN) from error
    if as_json:
        put_json(_told(intake))
    else:
        for line in intake.lines() or ["nothing new was reported of our mails, or asked"]:
            say(line)
    if intake.unread:
        raise typer.Exit(FetchError.exit_code)


def _from_box(app: "App") -> "Intake":
    from publisher.jobs.bounce_boxes import read_box

    box = app.config.settings.mail.bounces
    if box is None or not box.is_read:
        hint = "set mail.bounces in config.yaml, or name a file with one mail, or - for standard input"
        raise UsageError("no box that bounces come into is configured", hint=hint)
    with app.existing() as store:
        return read_box(app.config, store, now=app.clock(), take=app.taker(store))


def _from_mail(app: "App", file: str) -> "Intake":
    from publisher.jobs.bounce_boxes import read_one

    # All of it, also where little is looked at: a mail server whose pipe is closed early takes that for a fault.
    mail = sys.stdin.buffer.read() if file == "-" else _read(Path(file))
    with app.existing() as store:
        return read_one(app.config, store, mail, now=app.clock(), take=app.taker(store))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def _told(intake: "Intake") -> dict[str, Any]:
    return {
        "bounces": [
            {
                "email": one.address_key,
                "kind": one.kind,
                "status": one.status,
                "diagnostic": one.diagnostic,
                "source": one.source,
                "delivery_id": one.delivery_id,
            }
            for one in intake.bounces
        ],
        "known": intake.known,
        "unmatched": [
            {"email": one.recipient, "action": one.action, "status": one.status, "diagnostic": one.diagnostic}
            for one in intake.unmatched
        ],
        "suppressed": intake.suppressed,
        "settled": intake.settled,
        "paused": [asdict(one) for one in intake.paused],
        "unread": [asdict(one) for one in intake.unread],
        "requests": [asdict(one) for one in intake.requests],
    }
