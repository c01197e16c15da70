"""init, check, build, run, show config."""

from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.options import At, Json, Strict, site
from publisher.cli.talk import bar, moment, problems_json, put, put_json, say, stop_on_signals
from publisher.core.words import counted


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    for command in (init, check, build, run):
        cli.command()(command)
    show = typer.Typer(help="Show the settings in force.", no_args_is_help=True)
    show.command("config")(show_config)
    cli.add_typer(show, name="show")
    show.callback()(_show)


def _show() -> None:
    """Show the settings in force."""


def init(folder: Annotated[Path, typer.Argument(help="The site's folder.")] = Path()) -> None:
    """Look at a folder and write settings that fit it."""
    from publisher.jobs.init import init as make

    made = make(folder.resolve())
    say(f"A site of the kind '{made.engine}' is here; its feeds will be written to {made.output}/.")
    put(str(made.config.relative_to(folder.resolve())))
    if not made.url_known:
        say("Write your site's address into it (site.url): until then links are placeholders and no mail is sent.")
    say("Next: publisher check, then publisher build.")


def check(context: typer.Context, strict: Strict = False, as_json: Json = False) -> None:
    """Read every post and list what is wrong; feeds and ids stay as they are."""
    app = site(context)
    with bar("Reading posts") as progress, app.library(progress) as library:
        problems, count, lost = library.problems, len(library.posts), library.fed_unreadable
    if as_json:
        put_json(problems_json(problems))
    else:
        for problem in problems:
            put(f"{problem}")
    say(f"{counted(count, 'post')} can be read, {counted(len(problems), 'problem')}")
    failed = any(problem.severity == "error" for problem in problems)
    raise typer.Exit(65 if lost or (strict and failed) else 0)


def build(
    context: typer.Context,
    at: At = None,
    strict: Strict = False,
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Build again whenever a file changes.")] = False,
) -> None:
    """Write the feeds; only files whose bytes change are touched."""
    from publisher.jobs.build import build as build_feeds

    app = site(context)
    if watch:
        from publisher.daemon import run as run_daemon

        with stop_on_signals() as stop:
            run_daemon(app, stop=stop, say=say, mailing=False)
        return
    with bar("Building feeds") as progress:
        report = build_feeds(app.config, at=moment(at, app.timezone(), app.clock()), progress=progress)
    if as_json:
        put_json(
            {
                "posts": report.posts,
                "written": report.written,
                "unchanged": report.unchanged,
                "problems": problems_json(report.problems),
            }
        )
    else:
        for problem in report.problems:
            say(f"{problem}")
        for path in report.written:
            put(path)
    say(report.summary())
    raise typer.Exit(report.exit_code(strict=strict))


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
