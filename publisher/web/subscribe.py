"""Where readers sign up: a page with a form, the POST of a form on any page of the site, and that of its script."""

import hashlib
from asyncio import sleep
from collections.abc import Mapping, Sequence
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from publisher.app import App
from publisher.errors import PublisherError
from publisher.model.site import Site
from publisher.struct import Struct, replace
from publisher.web.answers import LONG, SAFE
from publisher.web.clients import networks
from publisher.web.cors import Origins
from publisher.web.files import Say
from publisher.web.gather import Gathering
from publisher.web.negotiation import languages
from publisher.web.offer import Menu, Offer
from publisher.web.pages import AGAIN, ALWAYS, CLOSED, pairs, plain
from publisher.web.room import METHODS, Room
from publisher.web.sign_up_form import (
    LONGEST,
    MOST_FIELDS,
    Filled,
    Pressed,
    Shown,
    faults,
    filled,
    no_faults,
    pressed,
    refused,
)
from publisher.web.stamps import Stamps
from publisher.web.visits import WAIT_SECONDS, client_of

if TYPE_CHECKING:
    from publisher.jobs.signup import Answer, Asking, Door

_OF_SCRIPT = {
    **{name.decode(): value.decode() for name, value in SAFE},
    "cache-control": LONG,
    "content-security-policy": CLOSED,
    # Else browsers keep it from sites that shut out what others did not give them.
    "cross-origin-resource-policy": "cross-origin",
}
_STATUS = {Shown.LIMITED: 429, Shown.BUSY: 503}
_BEAT_SECONDS = 0.1
"""What is taken is answered on the next beat after it came. Without it a new address took a quarter longer than one
that is known, suppressed or forgotten (12 ms, the median of 120), and a trapped form no time at all."""


class Told(Struct, frozen=True):
    """What somebody is answered, on a page or in JSON."""

    shown: Shown
    form: Filled
    faults: Mapping[str, str] = {}
    retry_after: int | None = None

    @property
    def status(self) -> int:
        """Of HTTP: a form that is shown again because something is wrong with it is 422."""
        return 422 if any(self.faults.values()) else _STATUS.get(self.shown, 200)


class SubscribePages:
    """Answers at `/subscribe`; a class because sign-ups of many are written together."""

    def __init__(self, app: App, site: Site, say: Say) -> None:
        self._app, self._say, self._room = app, say, Room(app, site, say)
        self._menu, self._stamps = Menu(app, say), Stamps(app)
        self._gathering: Gathering[Asking, Answer] = Gathering(self._sign_up)
        web = app.config.settings.web
        self._trusted, self._frames = networks(web.trusted_proxies), web.frames
        self._origins = Origins([site.url, *([web.url] if web.url else []), *web.origins])

    async def answer(self, request: Request) -> Response:
        """The endpoint: GET shows the form, POST signs up; both in JSON for who asks for that."""
        origin = request.headers.get("origin")
        if request.method == "OPTIONS":
            said = {**ALWAYS, "allow": ", ".join(METHODS), **self._origins.preflight(origin)}
            return Response(status_code=204, headers=said)
        response = await self._answer(request)
        response.headers.update(self._origins.headers(origin))
        return response

    async def script(self, request: Request) -> Response:
        """The endpoint of the script that a form on the site may have."""
        made = await run_in_threadpool(self._script)
        tag = f'"{hashlib.sha256(made.encode()).hexdigest()[:16]}"'
        headers = {**_OF_SCRIPT, "etag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(made, headers=headers, media_type="text/javascript")

    async def _answer(self, request: Request) -> Response:
        came = monotonic()
        try:
            form = filled(await self._pairs(request)) if request.method == "POST" else Filled()
        except HTTPException as error:
            # Else what is still to come of the form would be waited for.
            return plain(error.detail, error.status_code, {"connection": "close"})
        except ClientDisconnect:
            return plain("The form did not arrive.\n", 400)
        wanted = form.lang or request.query_params.get("lang", "")
        language = self._room.language([wanted, *languages(request.headers.get("accept-language"))])
        offer = self._menu.offer(request.query_params.getlist("newsletter"))
        in_json = "application/json" in request.headers.get("accept", "")
        told = await (self._post(request, form, offer, language) if request.method == "POST" else self._get(form))
        if told.shown is Shown.TAKEN:
            await sleep((came - monotonic()) % _BEAT_SECONDS)
        return await run_in_threadpool(self._json if in_json else self._page, told, offer, language)

    async def _pairs(self, request: Request) -> list[tuple[str, str]]:
        return await pairs(request, "Use the form of the page.\n", most=MOST_FIELDS, longest=LONGEST)

    async def _get(self, form: Filled) -> Told:
        return await self._stamped(Told(Shown.FORM, form))

    async def _post(self, request: Request, form: Filled, offer: Offer, language: str) -> Told:
        if form.is_trapped:
            # It is told the same, so that it does not learn.
            return Told(Shown.TAKEN, form)
        now = self._app.clock()
        try:
            how = pressed(await run_in_threadpool(self._stamps.read, form.stamp), now)
        except PublisherError as error:
            return self._busy(form, error)
        wrong = faults(form, offer, is_ours=how is not Pressed.UNKNOWN)
        if any(wrong.values()):
            return await self._stamped(Told(Shown.FORM, form, wrong), how)
        if how is not Pressed.WELL:
            return await self._stamped(Told(Shown.AGAIN, form), how)
        return await self._signed_up(request, form, language)

    async def _signed_up(self, request: Request, form: Filled, language: str) -> Told:
        from publisher.jobs.signup import Outcome

        try:
            answer = await self._gathering.ask(await run_in_threadpool(self._asking, request, form, language))
        except PublisherError as error:
            return self._busy(form, error)
        match answer.outcome:
            case Outcome.TAKEN:
                return Told(Shown.TAKEN, form)
            case Outcome.LIMITED:
                return Told(Shown.LIMITED, form, retry_after=answer.retry_after)
            case Outcome.REFUSED:
                return Told(Shown.FORM, form, refused(answer.reason))

    def _busy(self, form: Filled, error: PublisherError) -> Told:
        self._say(f"somebody came to sign up and was told to come again: {error.told()}")
        return Told(Shown.BUSY, form)

    async def _stamped(self, told: Told, how: Pressed = Pressed.UNKNOWN) -> Told:
        """With a stamp of now, but where a good one is there: who is quick must not wait anew."""
        if how is not Pressed.UNKNOWN:
            return told
        try:
            stamp = await run_in_threadpool(self._stamps.made, self._app.clock())
        except PublisherError as error:
            return self._busy(told.form, error)
        return replace(told, form=replace(told.form, stamp=stamp))

    def _asking(self, request: Request, form: Filled, language: str) -> "Asking":
        from publisher.jobs.signup import Asking

        return Asking(
            email=form.email,
            newsletters=form.newsletters,
            categories=form.categories or None,
            frequency=form.frequency or None,
            language=form.language or None,
            name="",
            tongue=language,
            source=form.source,
            wording=self._room.wording(language),
            ip=client_of(request, self._trusted),
        )

    def _sign_up(self, asked: "Sequence[Asking]") -> "Sequence[Answer]":
        from publisher.jobs.signup import sign_up

        with self._app.store(wait_seconds=WAIT_SECONDS) as store:
            return sign_up(self._door, store, asked, self._app.clock())

    def _page(self, told: Told, offer: Offer, language: str) -> Response:
        is_part = len(offer.newsletters) < len(self._menu.each())
        facts = {
            "shown": str(told.shown),
            "filled": told.form,
            "faults": told.faults or no_faults(),
            "offer": offer,
            "wording": self._room.wording(language),
            "others_url": self._room.subscribe_url if is_part else None,
        }
        headers = _retry(told)
        return self._room.page("subscribe", language, facts, status=told.status, headers=headers, frames=self._frames)

    def _json(self, told: Told, _offer: Offer, language: str) -> Response:
        field, fault = next(((name, code) for name, code in told.faults.items() if code), ("", ""))
        facts = {"shown": str(told.shown), "filled": told.form, "fault": fault}
        is_asked = told.shown is Shown.FORM and not fault
        said = {
            "status": "refused" if fault else str(told.shown),
            "field": field,
            "message": "" if is_asked else self._room.text("subscribe", language, facts),
            "stamp": told.form.stamp,
        }
        headers = {**ALWAYS, "content-security-policy": CLOSED, "content-language": language, **_retry(told)}
        return JSONResponse(said, told.status, headers)

    def _script(self) -> str:
        return self._room.script("subscribe")

    @cached_property
    def _door(self) -> "Door":
        return self._app.door()


def _retry(told: Told) -> Mapping[str, str]:
    if told.shown is Shown.BUSY:
        return AGAIN
    return {"retry-after": str(told.retry_after)} if told.retry_after else {}
