"""The page where a reader says yes to what was asked for in their name: GET shows, POST confirms."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from publisher.app import App
from publisher.errors import PublisherError, UsageError
from publisher.model.site import Site
from publisher.struct import Struct
from publisher.web.clients import networks
from publisher.web.files import Say
from publisher.web.pages import AGAIN
from publisher.web.room import Room
from publisher.web.visits import Desk, Visit, visit

if TYPE_CHECKING:
    from publisher.jobs.confirm import SignUpSeen
    from publisher.jobs.door import Door
    from publisher.model.sign_up import Wanted

_GESTURE = "confirm"


class Shown(StrEnum):
    """What the page says."""

    ASK = "ask"
    CONFIRMED = "confirmed"
    ALREADY = "already"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    BUSY = "busy"


_STATUS = {Shown.UNKNOWN: 404, Shown.EXPIRED: 410, Shown.BUSY: 503}


class Line(Struct, frozen=True):
    """What a reader gets of one newsletter; empty where it is not theirs to say."""

    title: str
    frequency: str
    categories: tuple[str, ...]
    language: str


class ConfirmPages:
    """Answers at the addresses of mails that ask if somebody meant it."""

    def __init__(self, app: App, site: Site, say: Say) -> None:
        self._app, self._say, self._room, self._desk = app, say, Room(app, site, say), Desk(app)
        self._trusted = networks(app.config.settings.web.trusted_proxies)

    async def answer(self, request: Request) -> Response:
        """The endpoint."""
        came = await visit(request, self._trusted)
        return came if isinstance(came, Response) else await run_in_threadpool(self._answer, came)

    def _answer(self, came: Visit) -> Response:
        try:
            shown, seen = self._done(came)
        except UsageError:
            # No ledger: nobody was ever mailed from here.
            shown, seen = Shown.UNKNOWN, None
        except PublisherError as error:
            self._say(f"somebody came to confirm and was told to come again: {error.told()}")
            shown, seen = Shown.BUSY, None
        return self._page(shown, seen, came)

    def _done(self, came: Visit) -> "tuple[Shown, SignUpSeen | None]":
        """Do what is asked; StoreError where the ledger cannot be had in time, or is lost."""
        from publisher.jobs.confirm import Standing, confirm, visit_sign_up

        with self._desk.ledger(came) as store:
            signing, now = self._app.signing(store), self._app.clock()
            seen = visit_sign_up(store, signing, came.token, now)
            if seen is None:
                return Shown.UNKNOWN, None
            if not any(self._lines(seen.wishes)):
                # What it was for is in the settings no more.
                return Shown.EXPIRED, seen
            if came.gesture == _GESTURE and seen.standing is Standing.WAITS:
                wording = self._room.text("confirm", self._language(came, seen), {})
                done = confirm(self._door, store, signing, came.token, now, wording=wording, ip=came.ip)
                return _after(done.standing, is_fresh=done.is_fresh) if done else Shown.UNKNOWN, seen
        return _after(seen.standing, is_fresh=False), seen

    def _language(self, came: Visit, seen: "SignUpSeen | None") -> str:
        return self._room.language([*([seen.language] if seen else []), *came.tongues])

    def _page(self, shown: Shown, seen: "SignUpSeen | None", came: Visit) -> Response:
        facts: dict[str, Any] = {
            "shown": str(shown),
            "address": seen.address if seen else "",
            "lines": list(self._lines(seen.wishes)) if seen else [],
        }
        headers = AGAIN if shown is Shown.BUSY else {}
        status = _STATUS.get(shown, 200)
        return self._room.page("confirm", self._language(came, seen), facts, status=status, headers=headers)

    def _lines(self, wishes: "Mapping[str, Wanted]") -> Iterator[Line]:
        """One that is configured no more is nobody's to read."""
        for one in self._app.newsletters():
            if one.name in wishes:
                wanted = wishes[one.name]
                frequency = wanted.frequency or next(iter(one.schedules))
                yield Line(one.title, frequency, wanted.categories or (), wanted.language or "")

    @cached_property
    def _door(self) -> "Door":
        return self._app.door()


def _after(standing: str, *, is_fresh: bool) -> Shown:
    """By the words of jobs.confirm.Standing, which comes with the ledger."""
    if standing == "confirmed":
        return Shown.CONFIRMED if is_fresh else Shown.ALREADY
    return Shown.ASK if standing == "waits" else Shown.EXPIRED
