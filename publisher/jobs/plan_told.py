"""What a plan says: to people in lines, to programs as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from publisher.core.columns import columns
from publisher.core.plans import Contents
from publisher.core.selection import Why
from publisher.core.words import counted
from publisher.errors import Problem
from publisher.jobs.intro import waiting_lines
from publisher.jobs.left_out import TooOld
from publisher.jobs.mailing import local
from publisher.jobs.plan import Estimate, PlannedIssue, Reckoned, Seen
from publisher.mail import LIMIT
from publisher.model.post import Post
from publisher.store.turnover import Turnover
from publisher.struct import asdict

_WIDEST = 44
_SHOWN, _TOLD = 12, 200


def plan_lines(
    issues: Sequence[PlannedIssue], whole: Contents, newsletter: str | None = None, *, ahead: bool = False
) -> Iterator[str]:
    """For people, in the local time of each newsletter; `newsletter` is the one that was asked for alone, `ahead`
    where the plan is of a time to come."""
    if not issues:
        yield "nothing is due, and nothing has a time to come"
        return
    for one in issues:
        yield from _issue_lines(one, "due then" if ahead else "due now")
    yield ""
    yield f"plan {whole.hash}"
    if any(one.occasion.due for one in issues) and not ahead:
        yield f"  to send exactly this: publisher apply {whole.hash}" + (f" {newsletter}" if newsletter else "")


def _issue_lines(one: PlannedIssue, due: str) -> Iterator[str]:
    occasion = one.occasion
    newsletter, period = occasion.newsletter, occasion.period
    state = (due if occasion.due else "to come") + (", to be approved" if newsletter.approve else "")
    number = f", no. {one.number}" if one.plan.recipients else ""
    when = local(period.end, period.zone)
    yield f"{newsletter.name}: {period.frequency} digest of {when}{number}, {state}"
    if not one.plan.readers:
        yield "  nobody is subscribed to it"
        return
    yield f"  {_readers_line(one)}"
    if one.turnover is not None:
        yield f"  {_turnover_line(one.turnover, period.zone)}"
    if not one.plan.recipients:
        yield "  nobody gets a mail: it is recorded as skipped" if occasion.due else "  nobody would get a mail"
    for line in waiting_lines(one.plan.introductions):
        yield f"  {line}"
    titles = {post_id: post.title for post_id, post in one.posts}
    for variant in one.variants if one.plan.recipients else ():
        yield from _variant_lines(variant, titles)
    yield from _left_out_lines(one)
    yield from _too_old_lines(one.too_old, period.zone)
    for problem in one.problems:
        yield f"  {problem.told()}"
    if one.plan.recipients:
        yield f"  {_estimate_line(one.estimate, period.zone)}"


def _readers_line(one: PlannedIssue) -> str:
    plan = one.plan
    picked = sum(pick.readers for pick in plan.picks)
    nothing = plan.readers - picked
    parts = [f"{counted(plan.recipients, 'mail')} to {counted(plan.readers, 'reader')}"]
    if suppressed := sum(one.suppressed.values()):
        why = ", ".join(f"{number} {kind}" for kind, number in one.suppressed.items())
        parts.append(f"{suppressed} suppressed ({why})")
    if nothing > 0:
        parts.append(f"{nothing} with nothing new")
    return "; ".join(parts)


def _turnover_line(found: Turnover, zone: str) -> str:
    since = f"since no. {found.number}, made {local(found.since, zone)}"
    return f"{since}: +{found.new} new, -{found.left} left, -{found.suppressed} suppressed"


def _variant_lines(one: Reckoned, titles: Mapping[str, str]) -> Iterator[str]:
    pick = one.pick
    besides = f", {pick.suppressed} of them suppressed" if pick.suppressed else ""
    yield f"  {counted(pick.readers, 'reader')}, {pick.language}{besides}:"
    if one.seen is not None:
        yield f"    {one.seen.subject}"
        if one.seen.preheader:
            yield f"    {one.seen.preheader}"
        yield f"    {_size(one.seen)}"
    for post_id in pick.post_ids:
        yield f"    - {titles.get(post_id, post_id)}"


def _left_out_lines(one: PlannedIssue) -> Iterator[str]:
    shown = one.left_out[:_SHOWN]
    if shown:
        yield "  goes to nobody:"
    width = width_of([post.title for _, post, _ in shown])
    for _, post, why in shown:
        yield f"    {beside(post.title, why, width)}"
    if more := len(one.left_out) - len(shown):
        yield f"    and {counted(more, 'post')} more"


def _too_old_lines(found: TooOld, zone: str) -> Iterator[str]:
    if not found.number:
        return
    line = f"{counted(found.number, 'post')} came out too long ago, before {local(found.before, zone)}"
    yield f"  {line}" + ("; of them no issue has had:" if found.missed else "")
    yield from (f"    - {post.title}" for _, post in found.missed[:_SHOWN])
    if more := len(found.missed[_SHOWN:]):
        yield f"    and {counted(more, 'post')} more"


def _size(seen: Seen) -> str:
    shown = f"{seen.html_size / 1024:.1f} of the {LIMIT // 1024} KB that Gmail shows"
    return f"{seen.size / 1024:.1f} KB as sent, {shown}"


def _estimate_line(found: Estimate, zone: str) -> str:
    if found.rate is None:
        return "nobody can tell how long it takes: no mail was sent lately, and no rate is set"
    through = f", through about {local(found.through, zone)}" if found.through else ", not within a year"
    return f"about {found.rate:.3g} mails a second{through}"


def beside(title: str, words: str, width: int) -> str:
    """A title and what is said of it, in columns that a terminal shows one below the other."""
    return title + " " * max(width - columns(title), 0) + "  " + words


def width_of(titles: Sequence[str]) -> int:
    """The columns that most titles need; a longer one pushes its own words out."""
    return min(max(map(columns, titles), default=0), _WIDEST)


def plan_json(
    issues: Sequence[PlannedIssue],
    whole: Contents,
    at: datetime,
    problems: Sequence[Problem],
    notes: Sequence[str] = (),
) -> Any:
    """For programs; `publisher apply` reads it back."""
    return {
        "hash": whole.hash,
        "at": at.isoformat(),
        "readers": whole.readers,
        "issues": [_issue_json(one) for one in issues],
        "problems": [asdict(one) for one in problems],
        "notes": list(notes),
        "contents": whole.parts,
    }


def _issue_json(one: PlannedIssue) -> dict[str, Any]:
    occasion, plan = one.occasion, one.plan
    period = occasion.period
    return {
        "newsletter": occasion.newsletter.name,
        "frequency": period.frequency,
        "period": period.key,
        "at": period.end.isoformat(),
        "local": local(period.end, period.zone),
        "due": occasion.due,
        "number": one.number if plan.recipients else None,
        "introductions": [intro.file for intro in plan.introductions.found],
        "mails": plan.recipients,
        "readers": plan.readers,
        "nothing_new": plan.readers - sum(pick.readers for pick in plan.picks),
        "suppressed": one.suppressed,
        "since": _turnover_json(one.turnover),
        "posts": [_post_json(post_id, post) for post_id, post in one.posts],
        "left_out": [_left_out_json(*left) for left in one.left_out[:_TOLD]],
        "too_old": _too_old_json(one.too_old),
        "variants": [_variant_json(variant) for variant in one.variants],
        "problems": [asdict(problem) for problem in one.problems],
        "rate": one.estimate.rate,
        "through": one.estimate.through and one.estimate.through.isoformat(),
    }


def _turnover_json(found: Turnover | None) -> dict[str, Any] | None:
    return None if found is None else {**asdict(found), "since": found.since.isoformat()}


def _variant_json(one: Reckoned) -> dict[str, Any]:
    pick = one.pick
    seen = {"subject": None, "preheader": None, "size": None, "html_size": None}
    return {
        "language": pick.language,
        "readers": pick.readers,
        "suppressed": pick.suppressed,
        "posts": pick.post_ids,
        **(seen if one.seen is None else asdict(one.seen)),
    }


def _left_out_json(post_id: str, post: Post, why: Why) -> dict[str, Any]:
    return {**_post_json(post_id, post), "why": why.name.lower()}


def _too_old_json(found: TooOld) -> dict[str, Any]:
    missed = [_post_json(post_id, post) for post_id, post in found.missed[:_TOLD]]
    return {"number": found.number, "before": found.before.isoformat(), "missed": missed}


def _post_json(post_id: str, post: Post) -> dict[str, Any]:
    published = post.published.isoformat()
    return {"id": post_id, "title": post.title, "source": post.source, "url": post.url, "published": published}
