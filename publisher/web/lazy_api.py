"""The API as an application that is made when it is first asked for: most servers never are, and FastAPI takes longer
to import than all else that they need."""

from asyncio import Lock

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from publisher.app import App
from publisher.web.files import Say


class LazyApi:
    """A class because it is made once."""

    def __init__(self, app: App, say: Say) -> None:
        self._app, self._say = app, say
        self._made: ASGIApp | None = None
        self._turn = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application; `scope` as ASGI has it."""
        async with self._turn:
            if self._made is None:
                self._made = await run_in_threadpool(self._make)
        await self._made(scope, receive, send)

    def _make(self) -> ASGIApp:
        from publisher.web.api.application import create_api

        return create_api(self._app, self._say)
