"""Plan: what will go out, to how many, how big and how long; nothing is written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from publisher.core.forecast import finish
from publisher.core.plans import Contents, Part, digest_of
from publisher.core.selection import Why, oldest
from publisher.errors import Problem
from publisher.jobs.digest import Plan, plan_digest, render_group
from publisher.jobs.left_out import TooOld, left_out, too_old
from publisher.jobs.letter import Outgoing
from publisher.jobs.linted import problems, sample_recipient, telling
from publisher.jobs.mailing import Desk, first_language
from publisher.jobs.manifest import settings_by_key
from publisher.jobs.occasions import Occasion, Surroundings, occasions
from publisher.jobs.picking import candidates, circle, terms
from publisher.jobs.planned import Group, Pick
from publisher.jobs.preview import SAMPLE_READER, Past, digest_sample, sample_letter
from publisher.jobs.under_way import bound, cap_of_all
from publisher.mail import Filling, template_hash
from publisher.model.mailing import Variant
from publisher.model.post import Post
from publisher.store import progress, usage
from publisher.store.turnover import Turnover, suppressed_by_kind, turnover
from publisher.struct import Struct


class Seen(Struct, frozen=True):
    """What an inbox shows of a mail, and what that weighs: the message as it is sent, its HTML as Gmail counts it."""

    subject: str
    preheader: str
    size: int
    html_size: int


class Reckoned(Struct, frozen=True):
    """The readers of one variant; `seen` where it was rendered, which is where it shows what no shorter one does."""

    pick: Pick
    seen: Seen | None


class Estimate(Struct, frozen=True):
    """How long sending takes: at `rate` mails a second until `through`; None where nobody can tell yet."""

    rate: float | None
    through: datetime | None


class PlannedIssue(Struct, frozen=True):
    """One issue that would be made.

    `posts` are those that go to anybody, by id, newest first; `left_out` are others within the newsletter's reach, and
    why; `too_old` are those out of it. `suppressed` counts readers by why they get no mail.
    """

    occasion: Occasion
    number: int
    plan: Plan
    posts: tuple[tuple[str, Post], ...]
    left_out: tuple[tuple[str, Post, Why], ...]
    too_old: TooOld
    variants: tuple[Reckoned, ...]
    turnover: Turnover | None
    suppressed: Mapping[str, int]
    problems: tuple[Problem, ...]
    estimate: Estimate
    parts: Mapping[Part, Mapping[str, str]]


def plan_issues(desks: Sequence[Desk], around: Surroundings) -> list[PlannedIssue]:
    """All that is due, or, where nothing is, what comes next; TemplateError, ConfigError."""
    of_name = {desk.newsletter.name: desk for desk in desks}
    numbers: dict[str, dict[str, int]] = defaultdict(dict)
    found = []
    for occasion in occasions(desks, around):
        name = occasion.newsletter.name
        made = _planned(of_name[name], occasion, numbers[name], around)
        # An empty period takes no number.
        if made.plan.recipients:
            numbers[name][occasion.period.edition] = made.number
        found.append(made)
    return found


def contents(issues: Sequence[PlannedIssue]) -> Contents:
    """What the hash of them all stands for."""
    parts = {part: {key: value for one in issues for key, value in one.parts[part].items()} for part in Part}
    return Contents(parts, sum(one.plan.recipients for one in issues))


def _planned(desk: Desk, occasion: Occasion, numbers: Mapping[str, int], around: Surroundings) -> PlannedIssue:
    period = occasion.period
    plan = Plan((), 0, 1, desk.introductions)
    if around.store is not None:
        plan = plan_digest(
            desk, around.store, at=period.end, prev_fire=around.prev_fire, period=period, planned=numbers
        )
    goes = {*plan.post_ids} if plan.recipients else set()
    posts = tuple((one.id, one.post) for one in candidates(desk, terms(desk, period.end)) if one.id in goes)
    reach = oldest(desk.newsletter, period.end, around.prev_fire)
    rendered = _rendered(desk, plan, period.end) if plan.recipients else {}
    outgoing = around.outgoing_of(desk.newsletter.name)
    with_readers = _Readers(None, {}, Estimate(None, None))
    if around.store is not None:
        with around.store.read() as connection:
            with_readers = _readers(connection, occasion, plan.recipients, around)
    return PlannedIssue(
        occasion=occasion,
        number=plan.number,
        plan=plan,
        posts=posts,
        left_out=tuple(left_out(desk, plan, reach)),
        too_old=too_old(desk, around.store, plan, reach),
        variants=tuple(_reckoned(desk, pick, rendered, plan.number, outgoing, around.now) for pick in plan.picks),
        turnover=with_readers.turnover,
        suppressed=with_readers.suppressed,
        problems=(*plan.introductions.problems, *problems(desk, rendered.values())),
        estimate=with_readers.estimate,
        parts=_parts(desk, occasion, plan, posts, rendered),
    )


class _Readers(Struct, frozen=True):
    turnover: Turnover | None
    suppressed: Mapping[str, int]
    estimate: Estimate


def _readers(connection: sa.Connection, occasion: Occasion, mails: int, around: Surroundings) -> _Readers:
    whom = circle(occasion.newsletter, occasion.period)
    start = max(around.now, occasion.period.end.astimezone(around.now.tzinfo))
    return _Readers(
        turnover(connection, whom),
        suppressed_by_kind(connection, whom),
        _estimate(connection, occasion.newsletter.name, mails, start, around),
    )


def _estimate(
    connection: sa.Connection, newsletter: str, mails: int, start: datetime, around: Surroundings
) -> Estimate:
    """As fast as the last time, and no faster than the servers may be given mails."""
    servers = [one for one in around.servers_of(newsletter) if one.weight] or around.servers_of(newsletter)
    rates = [one for one in (progress.latest_rate(connection), bound(servers)) if one is not None]
    if not rates or not mails:
        return Estimate(None, None)
    today = start.date() == around.now.date()
    sent = sum(usage.sent_on(connection, one.name, start.date()) for one in servers) if today else 0
    rate = min(rates)
    return Estimate(rate, finish(mails, rate, lambda day: cap_of_all(servers, day), sent, start))


def _rendered(desk: Desk, plan: Plan, at: datetime) -> dict[Group, Variant]:
    """Of each pick that shows a post which no shorter one shows, and of the longest: the heaviest mail."""
    longest = max(plan.picks, key=lambda pick: len(pick.post_ids))
    groups = dict.fromkeys(Group(one.post_ids, one.language) for one in (*telling(plan.picks), longest))
    return {group: render_group(desk, at, plan.introductions, group, plan.number) for group in groups}


def _reckoned(
    desk: Desk, pick: Pick, rendered: Mapping[Group, Variant], number: int, outgoing: Outgoing, now: datetime
) -> Reckoned:
    variant = rendered.get(Group(pick.post_ids, pick.language))
    if variant is None:
        return Reckoned(pick, None)
    recipient, filling = sample_recipient(desk, variant.language), Filling(variant.rendered)
    filled = filling.fill(recipient)
    letter = sample_letter(digest_sample(desk, variant, number), SAMPLE_READER, outgoing, Past(), now)
    seen = Seen(filled.subject, filling.preheader(recipient), len(letter.data), len(filled.html.encode()))
    return Reckoned(pick, seen)


def _parts(
    desk: Desk,
    occasion: Occasion,
    plan: Plan,
    posts: Sequence[tuple[str, Post]],
    rendered: Mapping[Group, Variant],
) -> dict[Part, dict[str, str]]:
    newsletter, site = desk.newsletter, desk.library.place.site
    languages = dict.fromkeys(
        [*(newsletter.languages or (first_language(desk),)), *sorted({one.language for one in plan.picks})]
    )
    # Of all that goes out, in each language there is: which readers share what is theirs to change.
    whole = [Group(tuple(post_id for post_id, _ in posts), one) for one in languages if posts]
    at = occasion.period.end
    mails = {
        f"{occasion.key} ({group.language})": _mail(
            rendered.get(group) or render_group(desk, at, plan.introductions, group, plan.number)
        )
        for group in whole
    }
    return {
        Part.PERIODS: {occasion.key: ""},
        Part.POSTS: {post_id: post.digest for post_id, post in posts},
        Part.TEMPLATES: {
            f"{newsletter.name}: {newsletter.template} ({one})": template_hash(
                desk.templates, newsletter.template, one, site.language
            )
            for one in languages
        },
        Part.SETTINGS: dict(settings_by_key(desk)),
        Part.MAILS: mails,
    }


def _mail(variant: Variant) -> str:
    made = variant.rendered
    return digest_of([made.subject, made.preheader, made.html, made.text, [one.cid for one in made.pictures]])
