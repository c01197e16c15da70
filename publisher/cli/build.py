"""build."""

from typing import Annotated

import typer

from publisher.cli.options import At, Json, Strict, site
from publisher.cli.talk import bar, moment, problems_json, put, put_json, say, stop_on_signals


def build(
    context: typer.Context,
    at: At = None,
    strict: Strict = False,
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Build again whenever a file changes.")] = False,
) -> None:
    """Write the feeds; only files whose bytes change are touched."""
    from publisher.jobs.unchanged import unchanged

    app = site(context)
    if watch:
        from publisher.daemon import run as run_daemon

        with stop_on_signals() as stop:
            run_daemon(app, stop=stop, say=say, mailing=False)
        return
    when = moment(at, app.timezone, app.clock())
    report = unchanged(app.config, when)
    if report is None:
        from publisher.jobs.build import build as build_feeds

        with bar("Building feeds") as progress:
            report = build_feeds(app.config, at=when, progress=progress)
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
            say(problem.told())
        for path in report.written:
            put(path)
    say(report.summary())
    raise typer.Exit(report.exit_code(strict=strict))
