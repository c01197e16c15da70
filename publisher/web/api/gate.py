"""What stands before the API: who asks, how often, how much they send. It looks at the key before it reads a byte."""

import traceback
from collections.abc import Mapping
from contextlib import AbstractContextManager

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher.app import App
from publisher.errors import PublisherError, UsageError
from publisher.jobs.keys import known
from publisher.model.key import Key
from publisher.store.engine import Store
from publisher.web.answers import SAFE
from publisher.web.api.faults import of_error
from publisher.web.api.meter import RATE, Meter
from publisher.web.api.problems import Kind, ProblemError
from publisher.web.files import Say

LONGEST = 256 * 1024
"""In bytes, of a body."""

OPEN = ("/openapi.json",)
"""What needs no key: it says nothing of the site."""

WAIT_SECONDS = 10.0
_BEARER = 'Bearer realm="publisher"'
_ALWAYS = {
    **{name.decode(): value.decode() for name, value in SAFE},
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow",
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
}


class Gate:
    """Lets requests through to `api`, each with its key; a class because of what it counts."""

    def __init__(self, app: App, api: ASGIApp, say: Say) -> None:
        self._app, self._api, self._say = app, api, say
        self._meter = Meter(app.clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application; `scope` as ASGI has it."""
        headers = Headers(scope=scope)
        told: dict[str, str] = {}
        try:
            if _path(scope) not in OPEN:
                key, told = await run_in_threadpool(self._admitted, headers.get("authorization", ""))
                scope = {**scope, "state": {"key": key}}
            receive = await _read(scope, headers, receive)
        except ProblemError as error:
            # Else what is still to come of the body would be waited for.
            closing = {"connection": "close"} if scope["method"] not in ("GET", "HEAD") else {}
            await error.response()(scope, receive, _with(send, closing))
        except ClientDisconnect:
            return
        else:
            await self._answered(scope, receive, _with(send, told))

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._api(scope, receive, noted)
        except Exception:
            self._say(f"a request to the API met a bug:\n{traceback.format_exc()}")
            if not begun:
                failed = ProblemError(Kind.FAILED, "This is not your fault. The operator is told.")
                await failed.response()(scope, receive, send)

    def _admitted(self, authorization: str) -> tuple[Key, dict[str, str]]:
        """The key that is shown, and what it is told of its rate; ProblemError."""
        scheme, _, shown = authorization.partition(" ")
        if scheme.lower() != "bearer" or not shown.strip():
            raise _stranger("Send a key: Authorization: Bearer pub_…", _BEARER)
        try:
            with ledger(self._app) as store:
                key = known(store, shown.strip(), self._app.clock())
                allowance = self._meter.spend(store, key) if key else None
        except UsageError:
            # No ledger, no keys.
            key, allowance = None, None
        except PublisherError as error:
            raise of_error(error, self._say) from error
        if key is None or allowance is None:
            raise _stranger("This key is not known, or good no more.", f'{_BEARER}, error="invalid_token"')
        if allowance.is_over:
            detail = f"A key may ask {RATE} times a minute."
            raise ProblemError(Kind.LIMITED, detail, headers=allowance.headers())
        return key, allowance.headers()


def ledger(app: App) -> AbstractContextManager[Store]:
    """The ledger, for one request; StoreError where it cannot be had in time, NotFound where there is none."""
    return app.existing(wait_seconds=WAIT_SECONDS)


def _stranger(detail: str, challenge: str) -> ProblemError:
    return ProblemError(Kind.UNAUTHORIZED, detail, headers={"www-authenticate": challenge})


def _path(scope: Scope) -> str:
    return str(scope["path"]).removeprefix(str(scope.get("root_path", "")))


async def _read(scope: Scope, headers: Headers, receive: Receive) -> Receive:
    """What gives the body, which is read; ProblemError where it is too long or no JSON."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > LONGEST:
            raise ProblemError(Kind.TOO_LARGE, f"A body may have {LONGEST // 1024} KiB.")
        if not message.get("more_body", False):
            break
    if body and scope["method"] not in ("GET", "HEAD") and not _is_json(headers.get("content-type", "")):
        raise ProblemError(Kind.MEDIA, "Send Content-Type: application/json.")
    return _given(body, receive)


def _given(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _is_json(content_type: str) -> bool:
    bare = content_type.partition(";")[0].strip().lower()
    return bare == "application/json" or (bare.startswith("application/") and bare.endswith("+json"))


def _with(send: Send, more: Mapping[str, str]) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in {**_ALWAYS, **more}.items():
                headers[name] = value
        await send(message)

    return sent
