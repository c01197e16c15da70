"""serve, show server, show snippet."""

from typing import Annotated

import typer

from publisher.cli.options import site
from publisher.cli.talk import put, say
from publisher.errors import NotFound


def serve(
    context: typer.Context,
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where to listen, instead of web.listen.")
    ] = None,
) -> None:
    """Serve the feeds as they lie on the disk, with all that caches and readers ask for, until Ctrl-C."""
    from publisher.web.server import serve as run_server

    app = site(context)
    run_server(app, listen or app.config.settings.web.listen, say)


def show_server(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SERVER", help="nginx, caddy, apache, netlify or github-pages.")],
) -> None:
    """Show the settings by which another server serves the feeds as `serve` does."""
    from publisher.jobs.ids import feeds_in, ids_bytes
    from publisher.jobs.site import resolve
    from publisher.web.snippets import SERVERS, layout

    app = site(context)
    if name not in SERVERS:
        raise NotFound("server", name, hint=f"known are {', '.join(SERVERS)}")
    feeds = feeds_in(ids_bytes(app.config.home))
    put(SERVERS[name](layout(app.config, resolve(app.config).site, feeds)))


def show_snippet(
    context: typer.Context,
    newsletter: Annotated[
        str | None, typer.Option(metavar="NAME", help="For this newsletter alone, instead of all.")
    ] = None,
    script: Annotated[bool, typer.Option("--script", help="With the script that answers in place.")] = False,
) -> None:
    """Show the HTML by which any page of your site signs readers up: a form, or without web.url links that mail."""
    from publisher.web.snippets.sign_up import snippet

    put(snippet(site(context), newsletter, script=script))
