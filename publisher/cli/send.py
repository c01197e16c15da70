"""send: one whole text, by hand."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.app import App
from publisher.cli.deliver import send_out
from publisher.cli.options import DryRun, Force, Json, NewsletterName, Yes, site
from publisher.cli.talk import bar, consent, put_json, say, tell_lint, tell_serious
from publisher.core.appointments import Appointment, appointed, in_words
from publisher.core.words import counted
from publisher.errors import Problem, UsageError
from publisher.model.newsletter import Newsletter
from publisher.struct import Struct

if TYPE_CHECKING:
    from publisher.jobs.audience import Whom
    from publisher.jobs.library import Library
    from publisher.jobs.mailing import Desk
    from publisher.jobs.send import Audience
    from publisher.model.mailing import Envelope, Issue
    from publisher.model.post import Post
    from publisher.store.engine import Store


class _Order(Struct, frozen=True):
    """What is asked for: which text, from which newsletter, to whom, and when where that is not now."""

    name: str
    newsletter: Newsletter
    whom: "Whom"
    starts: Appointment | None

    @property
    def starts_at(self) -> datetime | None:
        """When it begins, None for now."""
        return None if self.starts is None else self.starts.instant


class _Plan(Struct, frozen=True):
    """What would go out to whom. `strange` are categories that no post has, `faults` what is wrong with the mails,
    `going` the issues by which some who count as having had it have still to get it, each with how many mails; `left`
    the addresses that have left the newsletter."""

    post: "Post"
    post_id: str
    found: "Audience"
    strange: list[str]
    faults: Sequence[Problem]
    going: "Sequence[tuple[Issue, int]]"
    left: Sequence[str]


def send(
    context: typer.Context,
    post: Annotated[
        str, typer.Argument(metavar="POST|FILE.md", help="A post: its file, address or name; or another text's file.")
    ],
    newsletter: NewsletterName = None,
    category: Annotated[
        list[str] | None, typer.Option(help="Only readers who get this category; may be given again.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Only readers whose mails are in this language.")] = None,
    where: Annotated[
        str | None, typer.Option(metavar="RULE", help="Only readers of whom this holds, such as 'domain: example.jp'.")
    ] = None,
    to: Annotated[list[str] | None, typer.Option(metavar="ADDR", help="To this address; may be given again.")] = None,
    test: Annotated[bool, typer.Option("--test", help="To the editor alone, as a test.")] = False,
    schedule: Annotated[
        str | None, typer.Option(metavar="TIME", help="Not now but then, such as 2026-01-31T09:00.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also to those who have had it.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Send one whole text, now or at a time."""
    from publisher.jobs.audience import Narrowing, Whom, require_meaning

    app = site(context)
    whom = Whom(tuple(to or ()), Narrowing(tuple(category or ()), language, where), again=again)
    _require_sense(newsletter, whom, test=test, more=bool(schedule) or force or as_json)
    chosen = app.newsletter(newsletter) if newsletter else only_newsletter(app)
    if test:
        _mail_test(app, chosen, post, yes=yes, dry_run=dry_run)
        return
    require_meaning(whom, chosen, app.config.settings.fields)  # before there is a ledger
    starts = appointed(schedule, chosen.timezone, app.clock()) if schedule else None
    order = _Order(post, chosen, whom, starts)
    with app.store() as store:
        code = _carry_out(app, store, order, yes=yes, dry_run=dry_run, force=force, as_json=as_json)
    raise typer.Exit(code)


def _require_sense(newsletter: str | None, whom: "Whom", *, test: bool, more: bool) -> None:
    if test and (whom.to or whom.narrowing.words or whom.again or more):
        message = "--test goes to the editor alone, and now, whatever is wrong with it"
        raise UsageError(message, hint="beside it go --newsletter, --dry-run and --yes alone")
    if whom.to and whom.narrowing.words:
        message = "--category, --language and --where choose among a newsletter's readers; --to names addresses"
        raise UsageError(message, hint="leave one of them out")
    if newsletter is None and not whom.to and not test:
        raise UsageError("nobody to send to", hint="add --newsletter NAME, --to ADDR or --test")


def _carry_out(app: App, store: "Store", order: _Order, *, yes: bool, dry_run: bool, force: bool, as_json: bool) -> int:
    """Ask, make the issue, and send it where it is not to wait; the exit code."""
    from publisher.jobs.linted import require_fit

    plan, issue = _planned(app, store, order), None
    if plan.found.count and not dry_run:
        app.ready(order.newsletter)  # fails before an issue is made that nobody could send
        if not force:
            require_fit(plan.faults)
        consent(plan.found.count, yes=yes, asks=bool(plan.left))
        issue = _made(app, store, order, force=force)
    if as_json:
        put_json(_report(plan, order, issue))
    if issue is None:
        say("nothing was sent")
        if plan.found.already and not plan.found.count and not plan.going:
            say("  add --again to send it once more to those who had it")
        if plan.found.suppressed and not plan.found.count and not plan.found.already:
            say("  'publisher suppress list' says who is suppressed and why")
        return 0
    if order.starts:
        say(f"issue {issue.id} waits: 'publisher run' sends it then, or the first 'publisher deliver' after that")
        return 0
    return send_out(app, store, issue)


def _made(app: App, store: "Store", order: _Order, *, force: bool) -> "Issue | None":
    from publisher.jobs.linted import Unfit
    from publisher.jobs.send import make_one_off

    def made(library: "Library") -> "Issue | None":
        desk, post = _laid_out(app, library, order)
        unfit = Unfit.SEND if force else Unfit.REFUSE
        return make_one_off(desk, store, post, order.whom, now=app.clock(), starts_at=order.starts_at, unfit=unfit)

    return app.read(made)


def _planned(app: App, store: "Store", order: _Order) -> _Plan:
    """What would go out, told with what is wrong with it."""
    from publisher.jobs.audience import have_left, unknown_categories
    from publisher.jobs.issue import with_post
    from publisher.jobs.linted import problems
    from publisher.jobs.send import audience, planned_variants

    def planned(library: "Library") -> "tuple[_Plan, Sequence[Problem]]":
        desk, post = _laid_out(app, library, order)
        at = order.starts_at or app.clock()
        found = audience(desk, store, post, order.whom, at=at)
        own = desk.aside.problems if desk.aside else ()
        faults = problems(desk, planned_variants(desk, post, found, order.whom, at=at))
        strange = unknown_categories(desk, order.whom.narrowing)
        going = with_post(store, desk.id_of(post)) if found.already else []
        left = have_left(store, desk.newsletter.name, order.whom.to)
        return _Plan(post, desk.id_of(post), found, strange, [*own, *faults], going, left), library.problems

    with bar("Reading posts") as progress:
        plan, unreadable = app.read(planned, progress)
    tell_serious(unreadable)
    for line in _lines(plan, order, app.clock()):
        say(line)
    tell_lint(plan.faults)
    return plan


def _laid_out(app: App, library: "Library", order: _Order) -> "tuple[Desk, Post]":
    """The desk with the text on it; UsageError for a post that is not out by then."""
    from publisher.jobs.texts import laid_out

    at = order.starts_at or app.clock()
    desk, post = laid_out(app.desk(library, order.newsletter), order.name, Path.cwd(), at)
    if post.published > at:
        hint = "a later --schedule waits for it; --test mails it to you now"
        raise UsageError(f"{post.source} is dated {post.published:%Y-%m-%d %H:%M}: it is not out yet", hint=hint)
    return desk, post


def _lines(plan: _Plan, order: _Order, now: datetime) -> list[str]:
    from publisher.jobs.mailing import local

    words, of_them = order.whom.narrowing.words, " of them" if order.whom.again else ""
    to = counted(plan.found.count, "reader") + (f" ({words})" if words else "")
    suppressed = f"; {plan.found.suppressed} more suppressed" if plan.found.suppressed else ""
    lines = [
        plan.post.title,
        f"  to {to}{suppressed}; {plan.found.already}{of_them} had it already{' or wait for it' if plan.going else ''}",
    ]
    lines += [f"  {line}" for issue, left in plan.going for line in _way_on(issue, left, order.newsletter.timezone)]
    lines += [f"  {email} has left {order.newsletter.name}: send it only where they ask for it" for email in plan.left]
    lines += [f"  no post has the category {name!r}: is it spelt so?" for name in plan.strange]
    if order.starts:
        when = local(order.starts.instant, order.newsletter.timezone)
        lines += [f"  on {when}, in {in_words(order.starts.instant - now)}"]
        lines += [f"  {order.starts.note}"] if order.starts.note else []
    return lines


def _way_on(issue: "Issue", left: int, zone: str) -> list[str]:
    from publisher.jobs.issue import going_line
    from publisher.jobs.status import awaiting_lines

    return awaiting_lines(issue, left, zone) if issue.status == "awaiting" else [going_line(issue, left)]


def _report(plan: _Plan, order: _Order, issue: "Issue | None") -> dict[str, object]:
    return {
        "issue": issue and issue.id,
        "post": plan.post_id,
        "recipients": plan.found.count,
        "already": plan.found.already,
        "suppressed": plan.found.suppressed,
        "scheduled": None if order.starts_at is None else order.starts_at.isoformat(),
    }


def _mail_test(app: App, newsletter: Newsletter, name: str, *, yes: bool, dry_run: bool) -> None:
    """Mail it to the editor in each of the newsletter's languages; the ledger is read, never written."""
    from publisher.cli.preview_watch import past_of
    from publisher.jobs.preview import send as hand_over
    from publisher.jobs.preview import test_letters
    from publisher.jobs.texts import laid_out

    before, outgoing = past_of(app, newsletter.name), app.outgoing(newsletter.name)

    def written(library: "Library") -> "tuple[str, Sequence[Envelope], Sequence[Problem]]":
        desk, post = laid_out(app.desk(library, newsletter), name, Path.cwd(), app.clock())
        return test_letters(desk, before, post, outgoing, app.clock())

    with bar("Reading posts") as progress:
        editor, letters, faults = app.read(written, progress)
    tell_lint(faults)
    if dry_run:
        say(f"a test would go to {editor}; nothing was sent")
        return
    consent(1, yes=yes)
    hand_over(letters, app.transport(newsletter.name))
    say(f"mailed to {editor} as a test")


def only_newsletter(app: App) -> Newsletter:
    """The newsletter where there is a single one; UsageError where it has to be named."""
    names = list(app.config.settings.newsletters)
    if len(names) != 1:
        hint = f"add --newsletter NAME: {', '.join(names)}" if names else "write one below newsletters: in config.yaml"
        raise UsageError("which newsletter is it from?", hint=hint)
    return app.newsletter(names[0])
