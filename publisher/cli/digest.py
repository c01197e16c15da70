"""digest: everything new to a newsletter's readers, by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.app import App
from publisher.cli.deliver import send_out
from publisher.cli.options import At, DryRun, Force, Json, Yes, site
from publisher.cli.talk import bar, consent, moment, put_json, say, tell_lint, tell_serious
from publisher.core.words import counted
from publisher.errors import Problem, UsageError

if TYPE_CHECKING:
    from publisher.jobs.digest import Plan
    from publisher.jobs.library import Library
    from publisher.model.mailing import Issue
    from publisher.model.newsletter import Newsletter
    from publisher.store.engine import Store


def digest(
    context: typer.Context,
    newsletter: Annotated[str, typer.Argument(help="The newsletter's name.")],
    at: At = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Send everything new to the readers of a newsletter, now."""
    from publisher.jobs.digest import make_digest
    from publisher.jobs.intro import used_lines
    from publisher.jobs.linted import Unfit, require_fit
    from publisher.schedule import calendar

    app = site(context)
    chosen = app.newsletter(newsletter)
    moment_ = moment(at, app.timezone, app.clock())
    if moment_ > app.clock() and not dry_run:
        raise UsageError("mail as of the future is not sent", hint="preview it with 'publisher preview --at'")
    with app.ledger() as store:
        if store is None:
            say(f"{chosen.name}: nobody is subscribed; nothing was sent")
            say("  'publisher subscriber add ADDR' adds a reader")
            _report(chosen, None, None, as_json=as_json)
            return
        plan, found = _planned(app, store, chosen, moment_)
        if not plan.recipients:
            _nothing_new(store, chosen, plan)
            _report(chosen, plan, None, as_json=as_json)
            return
        tell_lint(found)
        if dry_run:
            _report(chosen, plan, None, as_json=as_json)
            return
        app.ready(chosen)  # fails before an issue is made that nobody could send
        if not force:
            require_fit(found)
        consent(plan.recipients, yes=yes)
        issue = app.read(
            lambda library: make_digest(
                app.desk(library, chosen),
                store,
                at=moment_,
                now=app.clock(),
                prev_fire=calendar(),
                unfit=Unfit.SEND if force else Unfit.REFUSE,
            ),
            at=moment_,
        )
        _report(chosen, plan if issue else None, issue, as_json=as_json)
        if issue is None:
            _nothing_new(store, chosen, plan)
            return
        for line in used_lines(store, issue):
            say(line)
        raise typer.Exit(send_out(app, store, issue))


def _report(newsletter: "Newsletter", plan: "Plan | None", issue: "Issue | None", *, as_json: bool) -> None:
    """What was made, or would be, as JSON where that is asked for; without a plan it is nothing."""
    if not as_json:
        return
    recipients = plan.recipients if plan else 0
    posts = plan.post_ids if plan and recipients else []
    put_json({"issue": issue and issue.id, "newsletter": newsletter.name, "recipients": recipients, "posts": posts})


def _planned(app: App, store: "Store", newsletter: "Newsletter", at: datetime) -> "tuple[Plan, Sequence[Problem]]":
    """What would go out, told with what is wrong with the posts; and what is wrong with the mails."""
    from publisher.jobs.digest import plan_digest, plan_variants
    from publisher.jobs.linted import problems
    from publisher.schedule import calendar

    def planned(library: "Library") -> "tuple[Plan, Sequence[Problem], dict[str, str], Sequence[Problem]]":
        desk = app.desk(library, newsletter)
        plan = plan_digest(desk, store, at=at, prev_fire=calendar())
        titles = {library.ids[post.source]: post.title for post in library.posts}
        unreadable = (*library.problems, *plan.introductions.problems)
        return plan, unreadable, titles, problems(desk, plan_variants(desk, plan, at=at))

    with bar("Reading posts") as progress:
        plan, unreadable, titles, found = app.read(planned, progress, at)
    tell_serious(unreadable)
    if plan.recipients:
        _show_plan(plan, titles)
    return plan, found


def _show_plan(plan: "Plan", titles: Mapping[str, str]) -> None:
    from publisher.jobs.intro import waiting_lines

    for one in plan.picks:
        besides = f", {one.suppressed} of them suppressed" if one.suppressed else ""
        say(f"{counted(one.readers, 'reader')}, {one.language}{besides}:")
        for post_id in one.post_ids:
            say(f"  {titles[post_id]}")
    for line in waiting_lines(plan.introductions):
        say(line)


def _nothing_new(store: "Store", newsletter: "Newsletter", plan: "Plan") -> None:
    from publisher.jobs.approval import approval_lines
    from publisher.jobs.issue import going_line, unfinished

    say(f"{newsletter.name}: nothing new for {counted(plan.readers, 'reader')}; nothing was sent")
    for issue, left in unfinished(store, newsletter.name):
        say(f"  {going_line(issue, left)}")
    for line in approval_lines(store, newsletter.name):
        say(f"  {line}")
