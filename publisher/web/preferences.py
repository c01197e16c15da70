"""The page where readers see what they get and change it, by a link that was mailed to them: GET shows, POST acts."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from publisher.app import App
from publisher.errors import PublisherError, UsageError
from publisher.model.site import Site
from publisher.struct import Struct, replace
from publisher.web.choices import Card, card, picked
from publisher.web.clients import networks
from publisher.web.files import Say
from publisher.web.offer import Menu
from publisher.web.pages import AGAIN
from publisher.web.room import Room
from publisher.web.visits import Desk, Visit, visit

if TYPE_CHECKING:
    from publisher.jobs.door import Door
    from publisher.jobs.preferences import Preferences
    from publisher.mail.tokens import Signing
    from publisher.store.engine import Store


class Shown(StrEnum):
    """What the page says."""

    CHOOSE = "choose"
    EXPIRED = "expired"
    MAILED = "mailed"
    UNKNOWN = "unknown"
    BUSY = "busy"


class Notice(StrEnum):
    """What came of a press of a button."""

    NONE = ""
    SAVED = "saved"
    LEFT_ALL = "left_all"
    WRONG = "wrong"


class Gesture(StrEnum):
    """The buttons."""

    SAVE = "save"
    LEAVE = "leave"
    MAIL = "mail"


_STATUS = {Shown.UNKNOWN: 404, Shown.EXPIRED: 410, Shown.BUSY: 503}


class Told(Struct, frozen=True):
    """What somebody is shown: of an address, masked, what they may choose."""

    shown: Shown
    notice: Notice = Notice.NONE
    address: str = ""
    suppressed: bool = False
    cards: Sequence[Card] = ()


class PreferencesPages:
    """Answers at the addresses by which readers choose."""

    def __init__(self, app: App, site: Site, say: Say) -> None:
        self._app, self._say, self._room, self._desk = app, say, Room(app, site, say), Desk(app)
        self._menu, self._trusted = Menu(app, say), networks(app.config.settings.web.trusted_proxies)

    async def answer(self, request: Request) -> Response:
        """The endpoint."""
        came = await visit(request, self._trusted)
        return came if isinstance(came, Response) else await run_in_threadpool(self._answer, came)

    def _answer(self, came: Visit) -> Response:
        language = self._room.language(came.tongues)
        try:
            told = self._done(came, language)
        except UsageError:
            # No ledger: nobody was ever mailed from here.
            told = Told(Shown.UNKNOWN)
        except PublisherError as error:
            self._say(f"somebody came to their preferences and was told to come again: {error.told()}")
            told = Told(Shown.BUSY)
        facts = {
            "shown": str(told.shown),
            "notice": str(told.notice),
            "address": told.address,
            "suppressed": told.suppressed,
            "cards": told.cards,
        }
        status = 422 if told.notice is Notice.WRONG else _STATUS.get(told.shown, 200)
        headers = AGAIN if told.shown is Shown.BUSY else {}
        return self._room.page("preferences", language, facts, status=status, headers=headers)

    def _done(self, came: Visit, language: str) -> Told:
        """Do what is asked; StoreError where the ledger cannot be had in time, or is lost."""
        from publisher.jobs.preferences import leave_all, seen, send_new_link

        with self._desk.ledger(came) as store:
            signing, now = self._app.signing(store), self._app.clock()
            had = seen(store, signing, came.token, now)
            if had is None:
                return Told(Shown.UNKNOWN)
            if came.gesture == Gesture.LEAVE:
                leave_all(store, signing, came.token, now)
                return self._seen(store, signing, came, Notice.LEFT_ALL)
            if had.expired and came.gesture == Gesture.MAIL:
                send_new_link(self._door, store, signing, came.token, language, now)
                return Told(Shown.MAILED)
            if had.expired:
                return Told(Shown.EXPIRED)
            if came.gesture == Gesture.SAVE:
                return self._saved(store, signing, came, had, language)
            return self._choices(had, Notice.NONE)

    def _saved(self, store: "Store", signing: "Signing", came: Visit, had: "Preferences", language: str) -> Told:
        from publisher.jobs.preferences import Changes, change

        held, shown = {one.newsletter: one for one in had.held}, self._choices(had, Notice.WRONG)
        asked = picked(came.sent or (), shown.cards, held, self._app.clock())
        wrong = {name for name, one in asked.items() if one is None}
        if wrong:
            marked = [replace(one, fault="pause") if one.name in wrong else one for one in shown.cards]
            return replace(shown, cards=marked)
        wording = self._room.text("preferences", language, {})
        changes = Changes({name: one for name, one in asked.items() if one}, wording=wording, ip=came.ip)
        done = change(self._door, store, signing, came.token, changes, self._app.clock())
        if done is None:
            return Told(Shown.UNKNOWN)
        if done.expired:
            return Told(Shown.EXPIRED)
        return shown if done.fault else self._seen(store, signing, came, Notice.SAVED)

    def _seen(self, store: "Store", signing: "Signing", came: Visit, notice: Notice) -> Told:
        from publisher.jobs.preferences import seen

        found = seen(store, signing, came.token, self._app.clock())
        if found is None or found.expired:
            return Told(Shown.UNKNOWN if found is None else Shown.EXPIRED)
        return self._choices(found, notice)

    def _choices(self, had: "Preferences", notice: Notice) -> Told:
        held, now = {one.newsletter: one for one in had.held}, self._app.clock()
        cards = [card(offer, held.get(offer.newsletters[0].name), now) for offer in self._menu.each()]
        return Told(Shown.CHOOSE, notice, had.address, had.suppressed is not None, cards)

    @cached_property
    def _door(self) -> "Door":
        return self._app.door()
