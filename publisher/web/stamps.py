"""The stamps of forms: when each was shown."""

import secrets
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from publisher.app import App

if TYPE_CHECKING:
    from publisher.mail.tokens import Signing

_KEPT_SECONDS = 10.0
"""For so long the keys are not looked up again: of ten thousand forms that come at once, each would open the ledger."""


class Stamps:
    """Signed by the keys of addresses in mails; while there is no ledger yet by one of this process's own, for to show
    a form makes none."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._spare = secrets.token_bytes(32)
        self._lock = Lock()
        self._signing: Signing | None = None
        self._until = 0.0

    def made(self, now: datetime) -> str:
        """For a form that is shown `now`; StoreError or ConfigError where the keys cannot be had."""
        from publisher.mail.tokens import stamp

        signing = self._keys()
        return stamp(signing.key if signing else self._spare, now)

    def read(self, text: str) -> datetime | None:
        """When a form was shown; None where `text` is no stamp of ours. StoreError or ConfigError as `made`."""
        from publisher.mail.tokens import read_stamp

        if not text:
            return None
        signing = self._keys()
        return read_stamp([*(signing.known if signing else ()), self._spare], text)

    def _keys(self) -> "Signing | None":
        with self._lock:
            if monotonic() >= self._until:
                self._signing = self._looked_up()
                self._until = monotonic() + _KEPT_SECONDS if self._signing else 0.0
            return self._signing

    def _looked_up(self) -> "Signing | None":
        if not self._app.has_ledger():
            return None
        with self._app.store() as store:
            return self._app.signing(store)
