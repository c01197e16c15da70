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
    from publisher.store.engine import Store


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
    from publisher.jobs.linted import Unfit, require_fit
    from publisher.jobs.send import make_one_off

    app = site(context)
    if newsletter is None and not to:
        raise UsageError("nobody to send to", hint="add --newsletter NAME or --to ADDR")
    chosen = app.newsletter(newsletter) if newsletter else only_newsletter(app)
    addresses = to or []
    with app.store() as store:
        found, whom, faults = _planned(app, store, chosen, post, addresses)
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


def _planned(
    app: App, store: "Store", newsletter: Newsletter, name: str, to: Sequence[str]
) -> "tuple[Post, Audience, Sequence[Problem]]":
    """The post and whom it would go to, told with what is wrong with the posts; and what is wrong with the mails."""
    from publisher.jobs.linted import problems
    from publisher.jobs.send import audience, find_post, planned_variants

    def planned(library: "Library") -> "tuple[Post, Audience, Sequence[Problem], Sequence[Problem]]":
        post = find_post(library, name, Path.cwd())
        if post.published > app.clock():
            raise UsageError(f"{post.source} is dated {post.published:%Y-%m-%d %H:%M}: it is not out yet")
        desk = app.desk(library, newsletter)
        whom = audience(desk, store, post, to, now=app.clock())
        variants = planned_variants(desk, post, whom, subscribed=not to, now=app.clock())
        return post, whom, library.problems, problems(desk, variants)

    with bar("Reading posts") as progress:
        post, whom, unreadable, faults = app.read(planned, progress)
    tell_serious(unreadable)
    say(f"{post.title}\n  to {counted(whom.count, 'reader')}; {whom.already} had it already")
    return post, whom, faults


def only_newsletter(app: App) -> Newsletter:
    """The newsletter where there is a single one; UsageError where it has to be named."""
    names = list(app.config.settings.newsletters)
    if len(names) != 1:
        hint = f"add --newsletter NAME: {', '.join(names)}" if names else "write one below newsletters: in config.yaml"
        raise UsageError("which newsletter is it from?", hint=hint)
    return app.newsletter(names[0])
