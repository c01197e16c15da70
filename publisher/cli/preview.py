"""preview: what a mail will look like."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.app import App
from publisher.cli.options import At, DryRun, NewsletterName, Yes, site
from publisher.cli.send import only_newsletter
from publisher.cli.talk import bar, consent, moment, put, say, tell_serious
from publisher.errors import Problem
from publisher.model.newsletter import Newsletter

if TYPE_CHECKING:
    from publisher.jobs.library import Library
    from publisher.mail import Letter


def preview(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="NEWSLETTER|POST", help="A newsletter, or a post.")],
    newsletter: NewsletterName = None,
    to: Annotated[list[str] | None, typer.Option(metavar="ADDR", help="Mail it there too, marked as a test.")] = None,
    at: At = None,
    output: Annotated[Path | None, typer.Option(help="The folder to write to; 'preview' beside the config.")] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Write a mail as HTML, text and .eml to look at; the ledger is not touched."""
    from publisher.jobs import preview as job
    from publisher.jobs.mailing import require_sender
    from publisher.jobs.send import find_post
    from publisher.schedule import calendar

    app = site(context)
    is_newsletter = what in app.config.settings.newsletters
    chosen = app.newsletter(newsletter or what) if newsletter or is_newsletter else only_newsletter(app)
    now, moment_ = app.clock(), moment(at, app.timezone, app.clock())
    readers, test = to or [job.SAMPLE_READER], bool(to)
    since = _last_issue(app, chosen) if is_newsletter else None

    def sampled(library: "Library") -> "tuple[str, list[Letter], bool, Sequence[Problem]]":
        desk = app.desk(library, chosen)
        if is_newsletter:
            name = what
            variant, nothing_new = job.sample_digest(desk, at=moment_, since=since, prev_fire=calendar())
        else:
            post = find_post(library, what, Path.cwd())
            name, nothing_new = Path(post.source).stem, False
            variant = job.sample_one_off(desk, post)
        letters = [job.sample_letter(desk, variant, reader, now, test=test) for reader in readers]
        return name, letters, nothing_new, library.problems

    with bar("Reading posts") as progress:
        name, letters, nothing_new, problems = app.read(sampled, progress, moment_)
    tell_serious(problems)
    for path in job.write(letters[0], output or app.config.home / "preview", name):
        put(str(path))
    if nothing_new:
        say("nothing is new: these are the newest posts, to show how it looks")
    if to and not dry_run:
        require_sender(app.config, chosen)
        consent(len(to), yes=yes)
        job.send(letters, app.transport(), app.config.settings.mail.return_path)
        say(f"mailed to {', '.join(to)} as a test")


def _last_issue(app: App, newsletter: Newsletter) -> datetime | None:
    """When the newsletter last went out, or None; a ledger that is not there is not made for a preview."""
    from publisher.jobs.issue import last_digest_at

    if not app.has_ledger():
        return None
    with app.store() as store:
        return last_digest_at(store, newsletter.name)
