"""init, run, show."""

from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.options import Json, site
from publisher.cli.serve import show_server, show_snippet
from publisher.cli.talk import put, put_json, say, stop_on_signals


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    for command in (init, run):
        cli.command()(command)
    show = typer.Typer(help="Show the settings in force, and what your pages need of them.", no_args_is_help=True)
    show.command("config")(show_config)
    show.command("links")(show_links)
    show.command("server")(show_server)
    show.command("snippet")(show_snippet)
    cli.add_typer(show, name="show")
    show.callback()(_show)


def _show() -> None:
    """Show the settings in force, and what your pages need of them."""


def init(folder: Annotated[Path, typer.Argument(help="The site's folder.")] = Path()) -> None:
    """Look at a folder and write settings that fit it."""
    from publisher.app import system_clock
    from publisher.jobs.init import init as make

    made = make(folder.resolve(), at=system_clock())
    say(f"A site of the kind '{made.engine}' is here; its feeds will be written to {made.output}/.")
    put(str(made.config.relative_to(folder.resolve())))
    if made.kept:
        say(f"The site has feeds already; their paths are kept: {', '.join(made.kept)}")
    for note in made.notes:
        say(note)
    if not made.url_known:
        say("Write your site's address into it (site.url): until then links are placeholders and no mail is sent.")
    say("Next: publisher check, then publisher build.")


def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do all that is due, then exit: for cron and CI.")] = False,
) -> None:
    """Watch the folder and the clock: build feeds, make digests that are due, deliver them."""
    from publisher.daemon import run as run_daemon
    from publisher.daemon import run_once

    app = site(context)
    with stop_on_signals() as stop:
        if once:
            raise typer.Exit(run_once(app, stop=stop, say=say))
        run_daemon(app, stop=stop, say=say)


def show_config(context: typer.Context, as_json: Json = False) -> None:
    """Show the effective settings, defaults and environment included."""
    from publisher.jobs.site import effective

    app = site(context)
    if as_json:
        put_json(effective(app.config))
    else:
        import yaml

        put(yaml.safe_dump(effective(app.config), allow_unicode=True, sort_keys=False).rstrip())


def show_links(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Those of categories and all others, too.")] = False,
    as_json: Json = False,
) -> None:
    """Show the lines for the head of your pages by which feed readers find the feeds."""
    from publisher.feeds.autodiscovery import head_links, links
    from publisher.jobs.listing import listed
    from publisher.jobs.reading import read
    from publisher.struct import asdict

    app = site(context)
    feeds = read(app.config, listed, at=app.clock())
    if as_json:
        put_json({"links": [asdict(link) for link in links(feeds, others=everything)]})
    else:
        put(head_links(feeds, others=everything).rstrip())
