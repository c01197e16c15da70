"""A whole small world: a site with posts and readers, an honest clock, a server; and beside it a plain account of what
each reader asked for, kept without asking the program anything."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from functools import lru_cache
from zoneinfo import ZoneInfo

from publisher.app import App
from publisher.config import Config, load_config
from publisher.daemon.mail import mail
from publisher.errors import PublisherError
from publisher.jobs.build import build
from publisher.jobs.issue import readers, resolve, resume
from publisher.jobs.verify import verify
from publisher.model.mailing import DeliveryStatus, IssueStatus
from publisher.store import issues, subscribers, suppressions
from publisher.store.engine import Store
from publisher.store.subscribers import Wish
from publisher.struct import replace
from support.site import Site
from support.smtp import Server

CONFIG = """\
site: {{title: みどりの庭, url: https://midori.example/, language: ja, timezone: {zone}, author: {{name: 三浦 みどり}}}}
content: {{path: posts}}
newsletters:
  tayori:
    title: みどりの便り
    from: 三浦 みどり <tayori@midori.example>
    schedules: {schedules}
    {more}
mail: {{transport: "{transport}"}}
"""
TOKEN = re.compile(r"記事(\d{4})")
FIRST = timedelta(days=6)
"""Less than the first issue looks back, which is made as the world begins."""
REACH = timedelta(days=45)
"""What came out so long before all was mended is owed to its readers: less than digests reach back."""


@dataclass
class Written:
    """A post as its writer knows it: it is told from others by a number in its title."""

    number: int
    file: str
    published: datetime
    categories: tuple[str, ...]
    language: str | None
    slug: str = ""
    only: str = ""
    words: list[str] = field(default_factory=list)
    edits: int = 0
    is_gone: bool = False

    def text(self) -> str:
        """The file."""
        head = [f"title: 記事{self.number:04}", f"date: {self.published.isoformat()}"]
        head += [f"categories: [{', '.join(self.categories)}]"]
        head += [f"lang: {self.language}"] if self.language else []
        head += [f"slug: {self.slug}"] if self.slug else []
        wishes = [f"only: {self.only}"] if self.only else []
        wishes += [f"resend: {self.words[-1]}"] if self.words else []
        head += [f"newsletter: {{{', '.join(wishes)}}}"] if wishes else []
        return "\n".join(["---", *head, "---", "", f"本文です。{self.edits}回直しました。", ""])


@dataclass
class Asked:
    """What a reader asked for from some moment on."""

    since: datetime
    frequency: str
    categories: tuple[str, ...] | None
    language: str | None

    def wants(self, post: Written) -> bool:
        """Whether a post is among it: by category, and a text that names no language is for everybody."""
        if post.only not in ("", self.frequency):
            return False
        chosen = self.categories is None or not {*self.categories}.isdisjoint(post.categories)
        return chosen and (self.language is None or post.language in (None, self.language))


@dataclass
class Person:
    """A reader: `asked` is empty while they are none; each change of what they wish begins a new stretch."""

    email: str
    asked: list[Asked] = field(default_factory=list)
    ever_asked: list[Asked] = field(default_factory=list)


@dataclass
class World:
    """What there is; `turns` are all moments at which the program looked at the clock."""

    site: Site
    server: Server
    zone: str
    now: datetime
    schedules: str
    more: str = ""
    posts: list[Written] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    latest: datetime = datetime.min
    begun: datetime = datetime.min
    config: Config | None = None

    def __post_init__(self) -> None:
        self.latest = self.begun = self.now
        self.site.write("config.yaml", self._config())
        self.config = load_config(None, {}, self.site.folder)
        (self.site.folder / "posts").mkdir(exist_ok=True)

    def _config(self) -> str:
        return CONFIG.format(zone=self.zone, schedules=self.schedules, more=self.more, transport=self.server.url)

    def app(self) -> App:
        """The program, begun anew."""
        assert self.config is not None
        return App(self.config, clock=lambda: self.now, environ={})

    def advance(self, by: timedelta) -> None:
        """Let time pass, or go back."""
        self.now += by
        self.latest = max(self.latest, self.now)

    def to_monday(self) -> None:
        """Let time pass until the next Monday at half past nine: soon enough for each digest that is due by then."""
        local = self.now.astimezone(ZoneInfo(self.zone)) + timedelta(days=1)
        monday = local + timedelta(days=-local.weekday() % 7)
        self.advance(monday.replace(hour=9, minute=30, fold=0).astimezone(UTC) - self.now)

    def save(self, post: Written) -> None:
        """Write its file."""
        self.site.write(f"posts/{post.file}.md", post.text())

    def round(self, *, sends: bool = True) -> list[str]:
        """What the daemon does each time it wakes, from a fresh start; what it said. Without `sends` it is stopped
        before its first mail."""
        said: list[str] = []
        mail(self.app(), lambda: not sends, said.append, said.append)
        return said

    def notice(self) -> None:
        """What the daemon does when a file has changed: each post's identity is kept, also where nothing is due."""
        assert self.config is not None
        build(self.config, at=self.now)
        self.round()

    def subscribe(self, person: Person, asked: Asked) -> None:
        """Let somebody become a reader, or wish something else."""
        self._write(self._wish(person, asked))
        person.asked.append(asked)
        person.ever_asked.append(asked)
        self.people[person.email] = person

    def _wish(self, person: Person, asked: Asked) -> Wish:
        return Wish(
            email=person.email,
            address_key=person.email,
            newsletter="tayori",
            default_frequency=self.app().newsletter("tayori").frequency_of(asked.frequency),  # type: ignore[arg-type]
            evidence="試験",
            frequency=asked.frequency,  # type: ignore[arg-type]
            language=asked.language,
            categories=asked.categories,
        )

    def _write(self, wish: Wish) -> None:
        with self.app().store() as store, store.write() as connection:
            subscribers.subscribe(connection, wish, self.now, revive=True)

    def move(self, person: Person, zone: str) -> None:
        """Let a reader live elsewhere."""
        asked = person.asked[-1]
        self._write(replace(self._wish(person, asked), timezone=zone))

    def pause(self, person: Person, until: datetime | None) -> None:
        """Let a reader rest, or no more."""
        with self.app().store() as store, store.write() as connection:
            subscribers.pause(connection, person.email, None, until)

    def leave(self, person: Person) -> None:
        """Let a reader go."""
        with self.app().store() as store, store.write() as connection:
            subscribers.unsubscribe(connection, person.email, None, self.now)
        person.asked = []

    def suppress(self, email: str, *, is_on: bool) -> None:
        """Suppress an address by hand, or no more."""
        with self.app().store() as store, store.write() as connection:
            if is_on:
                suppressions.add(connection, store.secret, email, "宛先不明", self.now)
            else:
                suppressions.remove(connection, store.secret, email)

    def settle(self) -> None:
        """What a person does in the end: servers are mended, addresses live again, undecided mails are looked into."""
        self.server.refuse.clear()
        self.server.at_mail, self.server.at_end = "250 OK", "250 2.0.0 OK queued"
        with self.app().store() as store:
            _decide(store, self.numbers_by_reader())
            for issue_id in _paused(store):
                resume(store, issue_id, self.now)
        for email in self.people:
            self.suppress(email, is_on=False)

    def numbers_by_reader(self) -> dict[str, list[frozenset[int]]]:
        """The posts in each mail that the server took, by reader."""
        found: dict[str, list[frozenset[int]]] = {}
        for address, data in self.server.mails:
            found.setdefault(address, []).append(posts_in(data))
        return found

    def faults(self) -> Iterator[str]:
        """What is wrong with the ledger, and what nobody should have got."""
        with self.app().store() as store:
            yield from _ledger_faults(store)
        for email, mails in self.numbers_by_reader().items():
            numbers = [number for one in mails for number in one]
            twice = {number for number in numbers if numbers.count(number) > 1 + len(self.posts[number].words)}
            yield from (f"{email} got 記事{number:04} too often" for number in twice)
            yield from (f"{email} got 記事{n:04} unasked" for n in {*numbers} if not self._was_asked(email, n))

    def _was_asked(self, email: str, number: int) -> bool:
        person, post = self.people[email], self.posts[number]
        # The first issue reaches back a period before it was made, and who joins, to the beginning of the running one.
        return any(asked.wants(post) for asked in person.ever_asked)

    def missing(self, mended: datetime) -> Iterator[str]:
        """Posts that came out after their readers had come, and have not reached them since all was mended."""
        got = self.numbers_by_reader()
        for person in self.people.values():
            had = {number for one in got.get(person.email, []) for number in one}
            for post in self.posts:
                if self._owed(person, post, mended) and post.number not in had:
                    yield f"{person.email} never got 記事{post.number:04} of {post.published}"

    def _owed(self, person: Person, post: Written, mended: datetime) -> bool:
        return bool(
            person.asked
            and not post.is_gone
            and person.asked[-1].wants(post)
            and max(person.asked[-1].since, mended - REACH, self.begun - FIRST) < post.published
        )


@lru_cache(maxsize=1024)
def posts_in(data: bytes) -> frozenset[int]:
    """The numbers of the posts in a mail: all mails of a world are looked into again after each step."""
    part = message_from_bytes(data, policy=policy.default).get_body(("plain",))
    assert part is not None
    return frozenset(int(number) for number in TOKEN.findall(part.get_content()))


def _decide(store: Store, got: dict[str, list[frozenset[int]]]) -> None:
    """A mail that may have arrived: the server's own book says whether it did."""
    with store.read() as connection:
        held = [one.id for one in issues.listed(connection)]
    for issue_id in held:
        for one in list(readers(store, issue_id, DeliveryStatus.UNKNOWN)):
            email = one.delivery.recipient.email
            with store.read() as connection:
                ids = issues.variant(connection, one.delivery.variant_id).post_ids
            arrived = any(mail == _numbers(ids) for mail in got.get(email, []))
            resolve(store, issue_id, email, DeliveryStatus.SENT if arrived else DeliveryStatus.FAILED)


def _numbers(ids: Sequence[str]) -> set[int]:
    """A post is first seen at an address that holds its number."""
    return {int(found[1]) for one in ids if (found := re.search(r"p(\d{4})", one))}


def _paused(store: Store) -> list[int]:
    with store.read() as connection:
        return [one.id for one in issues.listed(connection, statuses=(IssueStatus.PAUSED,))]


def _ledger_faults(store: Store) -> Iterator[str]:
    with store.read() as connection:
        found = issues.listed(connection)
    periods = [one.period for one in found if one.period is not None]
    yield from (f"two issues of {one}" for one in {*periods} if periods.count(one) > 1)
    for issue in found:
        try:
            if not verify(store, issue.id).holds:
                yield f"issue {issue.id} does not hold together"
        except PublisherError as error:
            yield f"issue {issue.id}: {error.told()}"
