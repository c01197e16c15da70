"""A lane: one connection to one server, and the mails that go over it one after another."""

import asyncio
from datetime import datetime

from publisher.errors import ConfigError, PublisherError, Scope, TransportError
from publisher.jobs.hall import Hall
from publisher.jobs.office import Letter
from publisher.jobs.stock import LOOK_AGAIN
from publisher.jobs.tried import Tried
from publisher.store.attempts import Hindered
from publisher.transport import Session


class Lane:
    """A class because session and counts live as long as it."""

    def __init__(self, hall: Hall, server: str) -> None:
        self._hall, self._server = hall, server
        self._lights = hall.lights[server]
        self._session: Session | None = None
        self._taken = 0

    async def run(self) -> None:
        """Until nothing is left to do; the mail in hand is always finished."""
        try:
            while (letter := await self._hall.next(self._server, connected=self._session is not None)) is not None:
                await self._serve(letter)
        except Exception as error:
            # Whatever it is: the others would wait for what this one has in hand.
            self._hall.fail(error)
        finally:
            await self._hang_up()

    async def _serve(self, letter: Letter) -> None:
        """This one, and those that can follow it without a wait."""
        session = await self._connected(letter)
        if session is None:
            return
        session.open(letter.envelope)
        following: Letter | None = letter
        while following is not None:
            following = await self._hand_over(session, following)

    async def _connected(self, letter: Letter) -> Session | None:
        if self._session is not None:
            return self._session
        self._lights.probing = not self._lights.proven
        try:
            self._session = await self._reached()
        except (TransportError, ConfigError) as error:
            self._lights.proven = False
            self._hall.unreachable(letter, self._server, error)
        else:
            if self._session is None:
                self._hall.put_back(letter)
            else:
                self._lights.proven = True
                self._taken = 0
        finally:
            self._lights.probing = False
            self._hall.ring()
        return self._session

    async def _reached(self) -> Session | None:
        """A new session; None where the run is to stop before it stands. Nothing is in hand with the server until then,
        and one that never greets would keep the run for a minute."""
        opening = asyncio.create_task(self._hall.office.ways.connect(self._server).connect())
        try:
            while not opening.done():
                await asyncio.wait([opening], timeout=LOOK_AGAIN)
                if self._hall.stopping:
                    opening.cancel()
        finally:
            opening.cancel()
        return None if opening.cancelled() else opening.result()

    async def _hand_over(self, session: Session, letter: Letter) -> Letter | None:
        """One opened letter; the one that was opened behind it."""
        since = self._hall.office.clock()
        try:
            await session.body()
        except TransportError as error:
            await self._turned_away(letter, self._tried(since, begun=False), error)
            return self._opened(session) if self._session is not None else None
        following = self._followed()
        began = await self._begun(letter, following)
        if isinstance(began, Hindered):
            return None
        session.finish(following.envelope if following is not None else None)
        try:
            reply = await session.answer()
        except TransportError as error:
            await self._turned_away(letter, self._tried(began, begun=True), error)
            if self._session is None:
                self._hall.put_back(following)
                return None
        else:
            self._taken += 1
            self._hall.took(letter, self._tried(began, begun=True), reply)
        return following

    async def _begun(self, letter: Letter, following: Letter | None) -> Hindered | datetime:
        """When the end of the message was recorded as about to leave; where it must not leave, the session is over: a
        server in the midst of a message understands nothing but more of it."""
        try:
            began = await self._hall.gate.begin(letter.ticket.delivery)
        except PublisherError:
            await self._hang_up()
            self._hall.put_back(letter, following)
            raise
        if isinstance(began, Hindered):
            await self._hang_up()
            self._hall.put_back(following)
            self._hall.hindered(letter, began)
        return began

    async def _turned_away(self, letter: Letter, tried: Tried, error: TransportError) -> None:
        if error.scope is Scope.SESSION or error.undecided:
            await self._hang_up()
        self._hall.refused(letter, tried, error)

    def _followed(self) -> Letter | None:
        """What can be opened behind the message in hand. Where that fails, the one in hand goes on all the same."""
        try:
            return self._hall.ready(self._server, connected=True)
        except PublisherError as error:
            self._hall.fail(error)
            return None

    def _opened(self, session: Session) -> Letter | None:
        following = self._followed()
        if following is not None:
            session.open(following.envelope)
        return following

    def _tried(self, since: datetime, *, begun: bool) -> Tried:
        return Tried(self._server, since, begun=begun, connected=True, taken=self._taken)

    async def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()
