"""The way out for readers of mail: a page with a button, and the POST of RFC 8058 that needs no page."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from functools import cached_property
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from publisher.app import App
from publisher.errors import PublisherError, TemplateError, UsageError
from publisher.jobs.ways_in import subscribe_url
from publisher.model.site import Site
from publisher.struct import Struct
from publisher.web.files import Say
from publisher.web.negotiation import languages
from publisher.web.pages import AGAIN, ALWAYS, form, nearest, page, plain

if TYPE_CHECKING:
    from publisher.jobs.leave import Visitor
    from publisher.store.engine import Store
    from publisher.templating import Templates

METHODS = ["GET", "HEAD", "OPTIONS", "POST"]

_WAIT_SECONDS = 10.0
"""For the ledger, the time in the queue included: then a 503, before our own patience gives up (Patience.pause)."""


class Wish(StrEnum):
    """What a POST asks for: the word of the pages' buttons, or ONE_CLICK for the form of RFC 8058 section 3.2."""

    ONE_CLICK = "one-click"
    THIS = "this"
    ALL = "all"


class Shown(StrEnum):
    """What a page says."""

    ASK = "ask"
    LEFT = "left"
    LEFT_ALL = "left_all"
    BACK = "back"
    LATE = "late"
    UNKNOWN = "unknown"
    BUSY = "busy"


_STATUS = {Shown.UNKNOWN: 404, Shown.BUSY: 503}
_WORDS = {
    Shown.LEFT: "You have left. Nothing more will be sent.\n",
    Shown.UNKNOWN: "This is no address of ours, or a part of it is missing.\n",
    Shown.BUSY: "This could not be done yet. Try again in half a minute.\n",
}
"""What a mail program is told instead."""


class Asked(Struct, frozen=True):
    """A request: `wish` None where it only looks, `back` the token by which somebody takes back that they left;
    `tongues` as it likes them; `until` when its patience ends."""

    token: str
    wish: Wish | None
    back: str
    tongues: tuple[str, ...]
    until: float


class LeavePages:
    """Answers at the addresses that stand in mails; a class because templates are compiled once."""

    def __init__(self, app: App, site: Site, say: Say) -> None:
        self._app, self._site, self._say = app, site, say
        # Else those who come at once would find the ledger held by one another, and time out.
        self._turn = Lock()

    async def answer(self, request: Request) -> Response:
        """The endpoint: GET and HEAD change nothing (link scanners follow every address), POST ends it."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**ALWAYS, "allow": ", ".join(METHODS)})
        until = monotonic() + _WAIT_SECONDS
        try:
            wish, back = await _wish(request) if request.method == "POST" else (None, "")
        except HTTPException as error:
            # Else what is still to come of the form would be waited for.
            return plain(error.detail, error.status_code, {"connection": "close"})
        except ClientDisconnect:
            # It will not hear this. What was sent of the form names no wish.
            return plain("The form did not arrive.\n", 400)
        tongues = tuple(languages(request.headers.get("accept-language")))
        token = request.path_params["token"].removesuffix("/one-click")
        return await run_in_threadpool(self._answer, Asked(token, wish, back, tongues, until))

    def _answer(self, asked: Asked) -> Response:
        try:
            shown, visitor, back = self._done(asked)
        except PublisherError as error:
            self._say(f"somebody came to leave and was told to come again: {error.told()}")
            shown, visitor, back = Shown.BUSY, None, None
        if asked.wish is Wish.ONE_CLICK:
            return plain(_WORDS[shown], _STATUS.get(shown, 200), AGAIN if shown is Shown.BUSY else {})
        return self._page(shown, visitor, back, asked.tongues)

    def _done(self, asked: Asked) -> "tuple[Shown, Visitor | None, str | None]":
        """Do what is asked; with the token by which whoever left just now may come back. StoreError where the ledger
        cannot be had in time, or is lost."""
        # Here, not above: a server that nobody leaves needs no database.
        from publisher.jobs.leave import visit

        is_looking = asked.wish is None and not asked.back
        try:
            with nullcontext() if is_looking else self._turn, self._ledger(asked.until) as store:
                visitor = visit(store, self._app.signing(store), asked.token)
                if visitor is None:
                    return Shown.UNKNOWN, None, None
                if asked.back:
                    return self._back(store, asked.back, visitor), visitor, None
                if asked.wish is None:
                    return Shown.LEFT if visitor.is_gone else Shown.ASK, visitor, None
                return self._left(store, visitor, asked.wish)
        except UsageError:
            # No ledger: nobody was ever mailed from here.
            return Shown.UNKNOWN, None, None

    def _left(self, store: "Store", visitor: "Visitor", wish: Wish) -> "tuple[Shown, Visitor, str | None]":
        from publisher.jobs.come_back import way_back
        from publisher.jobs.leave import leave

        now, everything = self._app.clock(), wish is Wish.ALL
        by = "one-click" if wish is Wish.ONE_CLICK else "page"
        has_ended = leave(store, visitor.who, now, everything=everything, by=by)
        back = way_back(self._app.signing(store), visitor.who, now, everything=everything) if has_ended else None
        return Shown.LEFT_ALL if everything else Shown.LEFT, visitor, back

    def _back(self, store: "Store", token: str, visitor: "Visitor") -> Shown:
        """Who has come back before, and presses once more, is told so."""
        from publisher.jobs.come_back import Back, come_back

        came = come_back(store, self._app.signing(store), token, self._app.clock())
        if came is None:
            return Shown.UNKNOWN
        return Shown.BACK if came.back is Back.BACK or not visitor.is_gone else Shown.LATE

    def _ledger(self, until: float) -> "AbstractContextManager[Store]":
        return self._app.existing(wait_seconds=max(until - monotonic(), 0))

    def _page(self, shown: Shown, visitor: "Visitor | None", back: str | None, tongues: Sequence[str]) -> Response:
        from publisher.templating import Templates

        own = [visitor.language] if visitor and visitor.language else []
        wanted, facts = [*own, *tongues, self._site.language], self._facts(shown, visitor, back)
        try:
            return _rendered(self._templates, wanted, facts)
        except TemplateError as error:
            # The reader has left, or wants to: the packaged page says so as well.
            self._say(f"a page for readers who leave: {error.told()}")
            return _rendered(Templates(None), wanted, facts)

    def _facts(self, shown: Shown, visitor: "Visitor | None", back: str | None) -> dict[str, Any]:
        from publisher.jobs.leave import masked

        newsletters = self._app.config.settings.newsletters
        name = visitor.who.newsletter if visitor else None
        known = newsletters.get(name) if name else None
        return {
            "shown": str(shown),
            "site": self._site,
            "newsletter": known.title if known else name,
            "address": masked(visitor.who.email) if visitor else None,
            "back": back,
            "subscribe_url": subscribe_url(self._app.config),
            "several": name is not None and len(newsletters) > 1,
        }

    @cached_property
    def _templates(self) -> "Templates":
        return self._app.templates()


async def _wish(request: Request) -> tuple[Wish | None, str]:
    """What a POST asks for, or the token by which it takes that back; HTTPException in plain words where it is no form
    of ours, ClientDisconnect."""
    sent = await form(request, "Send a form: List-Unsubscribe=One-Click, as RFC 8058 has it.\n")
    if any((name.lower(), value.lower()) == ("list-unsubscribe", "one-click") for name, value in sent.items()):
        return Wish.ONE_CLICK, ""
    if sent.get("leave") in (Wish.THIS, Wish.ALL):
        return Wish(sent["leave"]), ""
    if sent.get("back"):
        return None, sent["back"]
    raise HTTPException(400, "The form asks for nothing: List-Unsubscribe=One-Click is missing.\n")


def _rendered(templates: "Templates", wanted: Sequence[str], facts: Mapping[str, Any]) -> Response:
    """The page, in the first language that there are words in; raises TemplateError."""
    language = next((tag for tag in nearest(wanted) if templates.exists(f"web/leave.{tag}.html.j2")), "en")
    return page(
        templates,
        "leave",
        language,
        facts,
        status=_STATUS.get(Shown(facts["shown"]), 200),
        headers=AGAIN if facts["shown"] == Shown.BUSY else {},
    )
