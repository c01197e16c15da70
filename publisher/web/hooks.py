"""The addresses to which providers post what became of our mails: believed only where they prove that it is they."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from types import MappingProxyType

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from publisher.app import App
from publisher.core.bounce_policy import Limits
from publisher.errors import FetchError, PublisherError, StoreBusy, UsageError
from publisher.jobs.bounce import Intake
from publisher.jobs.events import Events, Taken, take_in_events
from publisher.mail.providers import Provider
from publisher.web.answers import SAFE
from publisher.web.files import Say
from publisher.web.hook_post import Post, Unsigned
from publisher.web.hook_secrets import readers

_LONGEST = 1024 * 1024
"""In bytes. SendGrid's batches are the longest, of 768 KB at most; Amazon SNS ends at 256 KB."""

_MOST_IN_HAND = 32 * _LONGEST
"""In bytes, of all posts that are coming in: they are taken into memory before anybody knows who sends them."""

_WAIT_SECONDS = 10.0
"""For the ledger, the time in the queue included: Amazon SNS gives up after 15."""

_AGAIN = {"retry-after": "60"}
_ALWAYS = {
    **{name.decode(): value.decode() for name, value in SAFE},
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow",
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
}


class Hooks:
    """Answers below `/hooks/`; a class because of what it has said already, and what it has in hand."""

    def __init__(self, app: App, say: Say) -> None:
        self._app, self._say = app, say
        self._readers = readers(app.config, app.fetch, say)
        self._told: set[tuple[Provider, str]] = set()
        self._strange: set[Provider] = set()
        self._in_hand = 0
        # Else those who come at once would find the ledger held by one another, and time out.
        self._turn = Lock()

    def routes(self, base: str) -> list[Route]:
        """Those of the providers that are configured, below `base`. They take POST alone: 405 for all else."""
        return [Route(f"{base}hooks/{provider}", self._endpoint, methods=["POST"]) for provider in self._readers]

    async def _endpoint(self, request: Request) -> Response:
        provider = Provider(request.url.path.rpartition("/")[2])
        try:
            body = await self._body(request)
        except HTTPException as error:
            return _plain(error.detail, error.status_code, {**_AGAIN, "connection": "close"})
        except ClientDisconnect:
            return _plain("The post did not arrive.\n", 400)
        post = Post(dict(request.headers), body, self._app.clock())
        return await run_in_threadpool(self._answer, provider, post)

    async def _body(self, request: Request) -> bytes:
        body = bytearray()
        try:
            async for chunk in request.stream():
                self._in_hand += len(chunk)
                body += chunk
                if len(body) > _LONGEST:
                    raise HTTPException(413, "This is too long.\n")
                if self._in_hand > _MOST_IN_HAND:
                    raise HTTPException(503, "Too much comes in at once. Try again in a minute.\n")
        finally:
            self._in_hand -= len(body)
        return bytes(body)

    def _answer(self, provider: Provider, post: Post) -> Response:
        try:
            events = self._readers[provider](post)
        except Unsigned as error:
            self._say_once(provider, error.reason, f"a post to /hooks/{provider} is not believed: {error.reason}")
            return _refused(provider)
        except ValueError as error:
            return _plain(f"This cannot be read: {error}.\n", 400)
        except FetchError as error:
            return self._put_off(provider, error)
        return self._taken(provider, events, post)

    def _taken(self, provider: Provider, events: Events, post: Post) -> Response:
        try:
            self._take(provider, events, post)
        except PublisherError as error:
            return self._put_off(provider, error)
        self._told = {one for one in self._told if one[0] is not provider}
        return _plain("Taken.\n", 200)

    def _put_off(self, provider: Provider, error: PublisherError) -> Response:
        words = f"a post to /hooks/{provider} was told to come again: {error.told()}"
        self._say_once(provider, type(error).__name__, words)
        return _plain("This could not be done yet. Try again in a minute.\n", 503, _AGAIN)

    def _take(self, provider: Provider, events: Events, post: Post) -> None:
        """Write down what is told; StoreError where the ledger cannot be had in time, or is lost."""
        if not (events.reports or events.left):
            return
        until = monotonic() + _WAIT_SECONDS
        configured = self._app.config.settings.mail.limits
        limits = Limits(configured.bounces, configured.complaints)
        try:
            with self._queue(), self._app.existing(wait_seconds=max(until - monotonic(), 0)) as store:
                taken = take_in_events(store, events, now=post.now, limits=limits)
        except UsageError:
            # No ledger: nobody was ever mailed from here.
            taken = Taken(Intake(), len(events.reports) + len(events.left))
        self._say_taken(provider, taken)

    @contextmanager
    def _queue(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=_WAIT_SECONDS):
            raise StoreBusy("too many events come in at once")
        try:
            yield
        finally:
            self._turn.release()

    def _say_taken(self, provider: Provider, taken: Taken) -> None:
        for line in Intake(paused=taken.intake.paused).lines():
            self._say(line)
        # Once: another program may send by the same account, and then every mail of its is told here.
        if taken.strangers and provider not in self._strange:
            self._strange.add(provider)
            self._say(f"{provider} tells of mails that this ledger did not send: they have no consequence")

    def _say_once(self, provider: Provider, why: str, words: str) -> None:
        """Until a post of this provider is taken: who sends garbage does not fill anybody's log."""
        if (provider, why) not in self._told:
            self._told.add((provider, why))
            self._say(words)


def _refused(provider: Provider) -> Response:
    if provider is Provider.POSTMARK:
        # RFC 9110 section 11.6.1. A 403 would end it for good: Postmark then sends that event no more.
        return _plain("A name and a password are needed.\n", 401, {"www-authenticate": 'Basic realm="events"'})
    return _plain("This is not signed by whom it should come from.\n", 403)


def _plain(words: str, status: int, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    return PlainTextResponse(words, status, {**_ALWAYS, **headers})
