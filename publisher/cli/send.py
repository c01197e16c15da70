"""send: one whole post, by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.app import App
from publisher.cli.deliver import send_out
from publisher.cli.options import DryRun, Force, NewsletterName, Yes, site
from publisher.cli.talk import bar, consent, say, tell_lint, tell_serious
from publisher.core.words import counted
from publisher.errors import Problem, UsageError
from publisher.model.newsletter import Newsletter

if TYPE_CHECKING:
    from publisher.jobs.library import Library
    from publisher.jobs.send import Audience
    from publisher.model.post import Post


def send(
    context: typer.Context,
    post: Annotated[str, typer.Argument(help="The post: its file, its address, or its name.")],
    newsletter: NewsletterName = None,
    to: Annotated[list[str] | None, typer.Option(metavar="ADDR", help="To this address; may be given again.")] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    force: Force = False,
) -> None:
    """Send one whole post, now."""
    from publisher.jobs.linted import Unfit, problems, require_fit
    from publisher.jobs.send import audience, find_post, make_one_off, planned_variants

    app = site(context)
    if newsletter is None and not to:
        raise UsageError("nobody to send to", hint="add --newsletter NAME or --to ADDR")
    chosen = app.newsletter(newsletter) if newsletter else only_newsletter(app)
    addresses = to or []
    with app.store() as store:

        def addressed(library: "Library") -> "tuple[Post, Audience, Sequence[Problem], Sequence[Problem]]":
            found = find_post(library, post, Path.cwd())
            if found.published > app.clock():
                raise UsageError(f"{found.source} is dated {found.published:%Y-%m-%d %H:%M}: it is not out yet")
            desk = app.desk(library, chosen)
            whom = audience(desk, store, found, addresses)
            variants = planned_variants(desk, found, whom, subscribed=not addresses, now=app.clock())
            return found, whom, library.problems, problems(desk, variants)

        with bar("Reading posts") as progress:
            found, whom, unreadable, faults = app.read(addressed, progress)
        tell_serious(unreadable)
        say(f"{found.title}\n  to {counted(whom.count, 'reader')}; {whom.already} had it already")
        tell_lint(faults)
        if dry_run or not whom.count:
            say("nothing was sent")
            return
        app.ready(chosen)  # fails before an issue is made that nobody could send
        if not force:
            require_fit(faults)
        consent(whom.count, yes=yes)
        issue = app.read(
            lambda library: make_one_off(
                app.desk(library, chosen),
                store,
                found,
                to=addresses,
                now=app.clock(),
                unfit=Unfit.SEND if force else Unfit.REFUSE,
            )
        )
        if issue is None:
            say("nothing was sent")
            return
        raise typer.Exit(send_out(app, store, issue))


def only_newsletter(app: App) -> Newsletter:
    names = list(app.config.settings.newsletters)
    if len(names) != 1:
        raise UsageError(
            "which newsletter is it from?", hint="add --newsletter NAME: " + (", ".join(names) or "none yet")
        )
    return app.newsletter(names[0])
