"""preview: what a mail will look like."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.app import App
from publisher.cli.options import At, DryRun, NewsletterName, Yes, site
from publisher.cli.preview_watch import past_of, show, watch_mail
from publisher.cli.send import only_newsletter
from publisher.cli.talk import bar, consent, moment, put, say, tell_lint, tell_serious
from publisher.errors import Problem, UsageError
from publisher.model.newsletter import Newsletter

if TYPE_CHECKING:
    from publisher.jobs.library import Library
    from publisher.jobs.mailing import Desk
    from publisher.jobs.preview import Past, Sample
    from publisher.model.mailing import Envelope


def preview(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="NEWSLETTER|POST", help="A newsletter, or a post.")],
    newsletter: NewsletterName = None,
    to: Annotated[list[str] | None, typer.Option(metavar="ADDR", help="Mail it there too, marked as a test.")] = None,
    at: At = None,
    output: Annotated[Path | None, typer.Option(help="The folder to write to; 'preview' beside the config.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in your browser.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show all mails in a browser instead, and again at each change.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Write a mail as HTML, text and .eml to look at; the ledger is not touched."""
    app = site(context)
    is_newsletter = what in app.config.settings.newsletters
    chosen = app.newsletter(newsletter or what) if newsletter or is_newsletter else only_newsletter(app)
    if watch:
        if to or output:
            raise UsageError("--watch writes and mails nothing", hint="leave out --to and --output, or --watch")
        watch_mail(app, chosen.name, None if is_newsletter else what, at=at, open_it=open_it)
        return
    name, letters = _letters(app, what, chosen, to or [], at)
    _write(letters[0], output or app.config.home / "preview", name, open_it=open_it)
    if to and not dry_run:
        _mail(app, chosen, letters, to, yes=yes)


def _letters(
    app: App, what: str, newsletter: Newsletter, to: Sequence[str], at: str | None
) -> "tuple[str, list[Envelope]]":
    """The name of the files, and a letter to each of `to`, or to a sample reader."""
    from publisher.jobs.linted import problems
    from publisher.jobs.preview import SAMPLE_READER, sample_letter
    from publisher.mail import Mailbox, parse_address

    readers = [Mailbox("", parse_address(reader)) for reader in to] or [SAMPLE_READER]
    before, now = past_of(app, newsletter.name), app.clock()
    as_of = moment(at, app.timezone, now)

    def sampled(library: "Library") -> "tuple[str, Sample, Sequence[Problem], Sequence[Problem]]":
        name, desk, sample = _sample(app.desk(library, newsletter), what, before, as_of)
        return name, sample, library.problems, problems(desk, [sample.variant])

    with bar("Reading posts") as progress:
        name, sample, unreadable, faults = app.read(sampled, progress, as_of)
    tell_serious(unreadable)
    tell_lint(faults)
    if sample.stand_in:
        say("nothing is new: these are the newest posts, to show how it looks")
    outgoing = app.outgoing(newsletter.name)
    return name, [sample_letter(sample, reader, outgoing, before, now, test=bool(to)) for reader in readers]


def _sample(desk: "Desk", what: str, before: "Past", at: datetime) -> "tuple[str, Desk, Sample]":
    from publisher.jobs.preview import sample_digest, sample_one_off
    from publisher.jobs.texts import laid_out
    from publisher.schedule import calendar

    if what in desk.library.config.settings.newsletters:
        return what, desk, sample_digest(desk, before, at=at, prev_fire=calendar())
    desk, post = laid_out(desk, what, Path.cwd(), at)
    return Path(post.source).stem, desk, sample_one_off(desk, before, post, at=at)


def _write(letter: "Envelope", folder: Path, name: str, *, open_it: bool) -> None:
    from publisher.jobs.preview import write

    paths = write(letter.data, folder, name)
    for path in paths:
        put(str(path))
    if open_it:
        show(paths[0].resolve().as_uri())


def _mail(app: App, newsletter: Newsletter, letters: "Sequence[Envelope]", to: Sequence[str], *, yes: bool) -> None:
    from publisher.jobs.mailing import require_sender
    from publisher.jobs.preview import send

    require_sender(app.config, newsletter)
    consent(len(letters), yes=yes)
    send(letters, app.transport(newsletter.name))
    say(f"mailed to {', '.join(to)} as a test")
