"""demo: the whole way from posts to mail, on the example site."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.app import App, open_app
from publisher.cli.deliver import send_out
from publisher.cli.talk import put, say
from publisher.core.words import counted

if TYPE_CHECKING:
    from publisher.jobs.library import Library
    from publisher.model.mailing import Issue


def demo(
    into: Annotated[Path, typer.Option(help="The folder to play in; an earlier demo there is replaced.")] = Path(
        "demo"
    ),
) -> None:
    """Build the example site and mail its digest into a local Maildir, to look at."""
    from publisher.jobs import demo as job
    from publisher.jobs import preview
    from publisher.jobs.build import build
    from publisher.jobs.digest import make_digest
    from publisher.jobs.subscribe import Request, add
    from publisher.packaged import example
    from publisher.schedule import calendar

    stage = job.set_up(example(), into.resolve())
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PUBLISHER_")}
    app = open_app(stage.config, clean, stage.folder)
    report = build(app.config, at=job.AT)
    newsletter = app.newsletter("weekly")
    with app.store() as store:
        for address, name, categories in job.READERS:
            request = Request(address, name, categories=categories)
            add(store, request, [newsletter], evidence="a sample", now=job.AT)

        def played(library: "Library") -> "tuple[list[Path], Issue | None]":
            desk, now = app.desk(library, newsletter), app.clock()
            before = preview.Past()
            sample = preview.sample_digest(desk, before, at=job.AT, prev_fire=calendar())
            letter = preview.sample_letter(sample, preview.SAMPLE_READER, app.outgoing(), before, now)
            pages = preview.write(letter.data, app.config.home / "preview", newsletter.name)
            return pages, make_digest(desk, store, at=job.AT, now=now, prev_fire=calendar())

        pages, issue = app.read(played, at=job.AT)
        assert issue is not None
        code = send_out(app, store, issue)
    page, *others = _pages(app)
    feeds = [path for path in (stage.folder / name for name in report.written) if path not in (page, *others)]
    say(f"\n{counted(report.posts, 'post')} in {counted(len(feeds), 'feed')}:")
    for path in feeds:
        put(str(path))
    say("\nThe page of all feeds, to open in a browser:")
    put(str(page))
    say("\nThe digest, to open in a browser:")
    put(str(pages[0]))
    say("\nThe mails, one for each of three readers:")
    for mail in sorted((app.config.home / "mail" / "new").iterdir()):
        put(str(mail))
    raise typer.Exit(code)


def _pages(app: App) -> list[Path]:
    """What stands beside the feeds, the page of them all first."""
    from publisher.jobs.feed_plan import PAGES
    from publisher.jobs.site import resolve

    output = resolve(app.config).output
    return [output / app.config.settings.feeds.paths[name] for name in PAGES]
