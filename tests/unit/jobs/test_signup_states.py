"""Whatever people ask, in whatever order: one letter an hour, nothing lost, and the same answer."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from support.door import asking, door, signing_of
from support.ledgers import fresh_ledger
from support.rows import wish

from publisher.jobs.confirm import confirm
from publisher.jobs.signup import Answer, Outcome, sign_up
from publisher.mail.tokens import confirm_token
from publisher.model.reader import SubscriptionStatus
from publisher.model.sign_up import LetterKind
from publisher.store import sign_ups as store_of
from publisher.store import subscribers
from publisher.store.engine import Store
from publisher.store.reader_tables import letters

NOW = datetime.fromisoformat("2026-11-24T03:00:00Z")
HOUR = timedelta(hours=1)
NAMES = ("weekly", "books", "daily")
WHO = "hanako@example.jp"

asks = st.tuples(st.just("ask"), st.sets(st.sampled_from(NAMES), min_size=1), st.integers(1, 3))
steps = st.one_of(
    asks,
    st.tuples(st.just("wait"), st.integers(1, 150)),
    st.tuples(st.just("confirm")),
    st.tuples(st.just("leave"), st.sampled_from(NAMES)),
)


class World:
    """One address, and a postman who is never late."""

    def __init__(self, store: Store, reads: set[str]) -> None:
        self.store, self.now, self.place = store, NOW, door(*NAMES)
        self.went: list[datetime] = []
        self.wanted: set[str] = set()
        with store.write() as connection:
            for name in reads:
                subscribers.subscribe(connection, wish(WHO, name), NOW - HOUR, revive=True)

    def ask(self, names: set[str], times: int) -> None:
        many = [asking(WHO, *sorted(names))] * times
        assert sign_up(self.place, self.store, many, self.now) == [Answer(Outcome.TAKEN)] * times
        self.wanted |= names
        self.send()

    def wait(self, minutes: int) -> None:
        end = self.now + timedelta(minutes=minutes)
        while self.now < end:
            self.now = min(self.now + timedelta(minutes=1), end)
            self.send()

    def send(self) -> None:
        counted = letters.c.kind != LetterKind.WELCOME
        with self.store.write() as connection:
            due = letters.c.due_at <= self.now
            self.went += [self.now] * len(connection.scalars(sa.select(letters.c.id).where(due, counted)).all())
            gone = {"due_at": None, "made_at": self.now, "delivery_id": 0}
            connection.execute(letters.update().where(due).values(**gone))

    def confirm(self) -> None:
        with self.store.read() as connection:
            query = sa.select(letters).where(letters.c.kind == LetterKind.CONFIRM, letters.c.made_at.is_not(None))
            row = connection.execute(query.order_by(letters.c.id.desc())).first()
            one = store_of.by_ids(connection, [row.sign_up_id])[row.sign_up_id] if row else None
        if row is not None and one is not None:
            token = confirm_token(self.store.secret, one.uid, row.expires_at)
            confirm(self.place, self.store, signing_of(self.store), token, self.now, wording="", ip="")

    def leave(self, name: str) -> None:
        with self.store.write() as connection:
            subscribers.unsubscribe(connection, WHO, name, self.now)
        self.wanted.discard(name)

    def reads(self) -> set[str]:
        with self.store.read() as connection:
            held = subscribers.listed(connection, address_key=WHO, status=SubscriptionStatus.CONFIRMED)
        return {one.newsletter for one in held}


@settings(max_examples=40)
@given(reads=st.sets(st.sampled_from(NAMES)), story=st.lists(steps, max_size=12))
def test_one_letter_an_hour_and_nothing_lost(reads: set[str], story: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder, fresh_ledger(Path(folder) / "publisher.db") as store:
        world = World(store, reads)
        for name, *given_ in story:
            getattr(world, str(name))(*given_)
        for _ in range(3):
            world.wait(120)
            world.confirm()

        assert all(later - before >= HOUR for before, later in zip(world.went, world.went[1:], strict=False))
        assert world.wanted <= world.reads(), "who confirms what they were mailed has all that they asked for"
