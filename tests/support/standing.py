"""The application of `publisher serve` in this process, for which time stands still."""

import asyncio
from datetime import datetime
from typing import Any

import httpx

from publisher.app import open_app
from publisher.struct import replace
from publisher.web.app import create_app
from support.site import Site


class Standing:
    """Somebody who asks it; `now` is its time."""

    def __init__(self, site: Site) -> None:
        app = open_app(site.folder, site.environ)
        self.now: datetime = app.clock()
        self._application = create_app(replace(app, clock=lambda: self.now), lambda _text: None)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """A GET."""
        return asyncio.run(self._ask("GET", path, options))

    def post(self, path: str, **options: Any) -> httpx.Response:
        """A POST."""
        return asyncio.run(self._ask("POST", path, options))

    async def _ask(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._application)
        async with httpx.AsyncClient(transport=transport, base_url="http://midori.example") as client:
            return await client.request(method, path, **options)
