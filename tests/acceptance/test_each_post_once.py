"""Whatever writers, readers, servers and clocks do: each post reaches each of its readers, once, ever."""

import shutil
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.site import Site
from support.smtp import smtp_server
from support.world import Asked, Person, World, Written

from publisher.jobs.audience import Whom
from publisher.jobs.digest import make_digest
from publisher.jobs.issue import cancel, retry
from publisher.jobs.send import make_one_off
from publisher.model.mailing import IssueStatus
from publisher.schedule import calendar
from publisher.store import issues

AUTUMN = datetime(2026, 10, 20, 6, 0, tzinfo=UTC)
"""Five days before Berlin's clocks go back."""
CATEGORIES = ["庭", "台所", "投資分析"]
FREQUENCIES = ["instant", "daily", "weekly"]
SCHEDULES = '{instant: on publish, daily: "02:30", weekly: "mon 09:00"}'
ZONES = ["Asia/Tokyo", "Europe/Berlin", "Australia/Lord_Howe"]
TERMS = ["", "hold: 2h", "min_posts: 2", "catch_up: all", "at: reader"]
PEOPLE = [f"yomu{number}@example.jp" for number in range(4)]
REFUSALS = ["451 4.7.1 come again later", "550 5.1.1 user unknown", "552 5.2.2 mailbox full"]
STEPS = [timedelta(minutes=1), timedelta(hours=1), timedelta(hours=8), timedelta(days=1), timedelta(days=6)]
wishes = st.one_of(st.none(), st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=2, unique=True).map(tuple))
languages = st.sampled_from([None, "ja", "en"])


class EachPostOnce(RuleBasedStateMachine):
    """One site, four readers, one server."""

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        folder = Path(tempfile.mkdtemp(prefix="each-post-", dir=_fast()))
        self._open.callback(shutil.rmtree, folder)
        self._site, self._server = Site(folder), self._open.enter_context(smtp_server())
        self.world: World

    @initialize(zone=st.sampled_from(ZONES), terms=st.sampled_from(TERMS))
    def begin(self, zone: str, terms: str) -> None:
        self.world = World(self._site, self._server, zone, AUTUMN, SCHEDULES, terms)
        self.subscribe(PEOPLE[0], "daily", None, None)
        # A newsletter's first issue looks back a week; what is older, also where a clock goes back, is the archive's.
        self.publish(timedelta(hours=3), ("庭",), None, "")
        self.digest_by_hand()

    @rule(
        back=st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(days=3), timedelta(hours=-7)]),
        categories=st.lists(st.sampled_from(CATEGORIES), max_size=3, unique=True).map(tuple),
        language=languages,
        only=st.sampled_from(["", "", "weekly"]),
    )
    def publish(self, back: timedelta, categories: tuple[str, ...], language: str | None, only: str) -> None:
        world = self.world
        number = len(world.posts)
        post = Written(number, f"p{number:04}", world.now - back, categories, language, only=only)
        world.posts.append(post)
        world.save(post)

    @precondition(lambda self: self.world.posts)
    @rule(data=st.data(), how=st.sampled_from(["edit", "file", "slug", "date", "again"]))
    def change(self, data: st.DataObject, how: str) -> None:
        post = self._some_post(data)
        if post.is_gone:
            return
        path = self._site.folder / f"posts/{post.file}.md"
        if how == "file":
            path.unlink()
            post.file += "x"
        post.edits += how == "edit"
        post.words += [f"w{len(post.words)}"] if how == "again" else []
        post.slug = f"{post.file}-s{post.edits}" if how == "slug" else post.slug
        post.published += timedelta(hours=1) if how == "date" else timedelta(0)
        self.world.save(post)
        # Each change is seen by itself: several at once make another post of it, which is told before it is mailed.
        self.world.notice()

    @precondition(lambda self: self.world.posts)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        post = self._some_post(data)
        (self._site.folder / f"posts/{post.file}.md").unlink(missing_ok=True)
        post.is_gone = True
        self.world.round()

    @rule(who=st.sampled_from(PEOPLE), frequency=st.sampled_from(FREQUENCIES), wish=wishes, language=languages)
    def subscribe(self, who: str, frequency: str, wish: tuple[str, ...] | None, language: str | None) -> None:
        world = self.world
        person = world.people.get(who) or Person(who)
        since = world.now
        if person.asked:
            # What is not said stays as it was; only a new reader's silence means everything.
            before = person.asked[-1]
            wish, language = wish or before.categories, language or before.language
            is_same = (wish, language) == (before.categories, before.language)
            # Of two moments the later counts: a clock that went back makes nobody come earlier.
            since = before.since if is_same else max(before.since, since)
        world.subscribe(person, Asked(since, frequency, wish, language))

    @rule(who=st.sampled_from(PEOPLE), zone=st.sampled_from(ZONES))
    def move(self, who: str, zone: str) -> None:
        if who in self.world.people and self.world.people[who].asked:
            self.world.move(self.world.people[who], zone)

    @rule(who=st.sampled_from(PEOPLE))
    def leave(self, who: str) -> None:
        if who in self.world.people:
            self.world.leave(self.world.people[who])

    @rule(who=st.sampled_from(PEOPLE), days=st.sampled_from([None, 3, 20]))
    def pause(self, who: str, days: int | None) -> None:
        if who in self.world.people:
            until = None if days is None else self.world.now + timedelta(days=days)
            self.world.pause(self.world.people[who], until)

    @rule(who=st.sampled_from(PEOPLE), is_on=st.booleans())
    def suppress(self, who: str, is_on: bool) -> None:
        self.world.suppress(who, is_on=is_on)

    @rule(by=st.sampled_from(STEPS))
    def wait(self, by: timedelta) -> None:
        self.world.advance(by)
        self.world.round()

    @rule(by=st.sampled_from([timedelta(hours=1), timedelta(days=2), timedelta(days=9)]))
    def clock_goes_back(self, by: timedelta) -> None:
        self.world.advance(-by)
        self.world.round()

    @rule()
    def stopped_before_the_first_mail(self) -> None:
        self.world.round(sends=False)

    @rule(who=st.sampled_from(PEOPLE), reply=st.sampled_from([*REFUSALS, ""]))
    def refuse(self, who: str, reply: str) -> None:
        self._server.refuse.pop(who, None)
        if reply:
            self._server.refuse[who] = reply

    @rule(at_mail=st.sampled_from(["250 OK", "451 4.3.0 later"]), at_end=st.sampled_from(["250 2.0.0 OK queued", ""]))
    def answer(self, at_mail: str, at_end: str) -> None:
        self._server.at_mail, self._server.at_end = at_mail, at_end

    # A folder that lost all of its posts is taken for a wrong path, and refused.
    @precondition(lambda self: not all(post.is_gone for post in self.world.posts))
    @rule()
    def digest_by_hand(self) -> None:
        app, now = self.world.app(), self.world.now
        with app.store() as store:
            app.read(
                lambda library: make_digest(
                    app.desk(library, app.newsletter("tayori")), store, at=now, now=now, prev_fire=calendar()
                )
            )
        self.world.round()

    @precondition(lambda self: self.world.posts)
    @rule(data=st.data())
    def one_off(self, data: st.DataObject) -> None:
        post, app = self._some_post(data), self.world.app()
        if post.is_gone or post.published > self.world.now:
            return
        with app.store() as store:
            app.read(
                lambda library: make_one_off(
                    app.desk(library, app.newsletter("tayori")),
                    store,
                    next(one for one in library.posts if one.source == f"posts/{post.file}.md"),
                    Whom(),
                    now=self.world.now,
                )
            )
        for person in self.world.people.values():
            # A post that is sent by hand goes to every reader, whatever they chose.
            person.ever_asked.append(Asked(self.world.now, post.only, post.categories or None, None))
        self.world.round()

    @rule(data=st.data(), what=st.sampled_from(["cancel", "retry"]))
    def steer(self, data: st.DataObject, what: str) -> None:
        with self.world.app().store() as store:
            with store.read() as connection:
                running = issues.listed(connection, statuses=(IssueStatus.SENDING, IssueStatus.PAUSED))
                done = issues.listed(connection, statuses=(IssueStatus.DONE,))
            if what == "cancel" and running:
                cancel(store, data.draw(st.sampled_from(running)).id)
            if what == "retry" and done:
                retry(store, data.draw(st.sampled_from(done)).id, unknown=False)

    @invariant()
    def nobody_got_what_they_should_not(self) -> None:
        if hasattr(self, "world"):
            faults = list(self.world.faults())
            assert faults == [], faults

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self._everybody_has_everything()
        finally:
            self._open.close()

    def _everybody_has_everything(self) -> None:
        world = self.world
        world.now = mended = world.latest
        for week in range(13 if "min_posts" in world.more else 5):
            world.settle()
            world.to_monday()
            if week == 3:
                # All pauses are over. What was given back of an instant mail goes with the next news.
                self.publish(timedelta(hours=1), tuple(CATEGORIES), None, "")
            for _ in range(3):
                # Soon enough for each digest that is due in any zone.
                world.round()
                world.advance(timedelta(hours=8))
        wrong = [*world.faults(), *world.missing(mended)]
        assert wrong == [], wrong

    def _some_post(self, data: st.DataObject) -> Written:
        return data.draw(st.sampled_from(self.world.posts), label="post")


def _fast() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _run(examples: int, steps: int, *, derandomize: bool) -> None:
    run_state_machine_as_test(
        EachPostOnce,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=derandomize,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )


def test_each_post_reaches_each_reader_once_whatever_happens() -> None:
    _run(5, 25, derandomize=True)


@pytest.mark.slow
def test_each_post_reaches_each_reader_once_in_a_thousand_lives() -> None:
    _run(1000, 60, derandomize=False)
