"""build."""

from datetime import datetime
from typing import Annotated

import typer

from publisher.app import App
from publisher.cli.options import At, Json, Strict, site
from publisher.cli.talk import bar, moment, problems_json, put, put_json, say, stop_on_signals
from publisher.core.words import counted
from publisher.errors import UsageError
from publisher.jobs.report import Report
from publisher.struct import asdict


def build(
    context: typer.Context,
    at: At = None,
    strict: Strict = False,
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Build again whenever a file changes.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what feed readers would notice; write nothing.")] = False,
) -> None:
    """Write the feeds; only files whose bytes change are touched."""
    from publisher.jobs.unchanged import unchanged

    app = site(context)
    if watch and diff:
        raise UsageError("--watch writes feeds and --diff writes nothing", hint="leave one of them out")
    if watch:
        from publisher.daemon import run as run_daemon

        with stop_on_signals() as stop:
            run_daemon(app, stop=stop, say=say, mailing=False)
        return
    when = moment(at, app.timezone, app.clock())
    if diff:
        raise typer.Exit(_compare(app, when, strict=strict, as_json=as_json))
    report = unchanged(app.config, when)
    if report is None:
        from publisher.jobs.build import build as build_feeds

        with bar("Building feeds") as progress:
            report = build_feeds(app.config, at=when, now=app.clock(), progress=progress)
    _tell(report, as_json=as_json)
    if app.config.settings.feeds.hub:
        _tell_of_hub(app)
    say(report.summary())
    raise typer.Exit(report.exit_code(strict=strict))


def _compare(app: App, when: datetime, *, strict: bool, as_json: bool) -> int:
    from publisher.cli.diff import tell
    from publisher.jobs.diff import diff

    with bar("Comparing feeds") as progress:
        found = diff(app.config, at=when, now=app.clock(), progress=progress)
    tell(found, as_json=as_json)
    return found.exit_code(strict=strict)


def _tell(report: Report, *, as_json: bool) -> None:
    if as_json:
        put_json(
            {
                "posts": report.posts,
                "written": report.written,
                "unchanged": report.unchanged,
                "problems": problems_json(report.problems),
                "withdrawn": [asdict(post) for post in report.withdrawn],
                "emptied": report.emptied,
                "gone": report.gone,
            }
        )
        return
    for line in (*(problem.told() for problem in report.problems), *report.farewells()):
        say(line)
    for path in report.written:
        put(path)


def _tell_of_hub(app: App) -> None:
    from publisher.jobs.topics import waiting

    if number := waiting(app.config):
        say(f"the hub has not been told of {counted(number, 'feed')} yet: 'publisher ping', when they can be fetched")
