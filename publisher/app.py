"""The composition root: the only place that builds edges. Heavy ones are imported when they are first asked for."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from publisher.config import Config, database_file, load_config, password, refusal, transport_url
from publisher.config import newsletter as configured_newsletter
from publisher.config import newsletters as configured_newsletters
from publisher.errors import NotFound, UsageError
from publisher.model.newsletter import Newsletter
from publisher.struct import Struct, field

if TYPE_CHECKING:
    from publisher.http import Response
    from publisher.jobs.letter import Outgoing
    from publisher.jobs.library import Library, Progress
    from publisher.jobs.mailing import Desk
    from publisher.jobs.ping import PostForm
    from publisher.mail import Address, Signer
    from publisher.store.engine import Store
    from publisher.templating import Templates
    from publisher.transport import Transport

_T = TypeVar("_T")


def system_clock() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def web_post(url: str, fields: Sequence[tuple[str, str]], *, limit_bytes: int, timeout: float) -> "Response":
    """A form to an address of the public net; see http.post."""
    from publisher.http import post

    return post(url, fields, limit_bytes=limit_bytes, timeout=timeout)


class App(Struct, frozen=True, dict=True):
    """One site with its settings; the only thing commands, daemon and web are given."""

    config: Config
    clock: Callable[[], datetime] = system_clock
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    post: "PostForm" = web_post

    def read(
        self,
        work: "Callable[[Library], _T]",
        progress: "Progress | None" = None,
        at: datetime | None = None,
        *,
        anyway: bool = False,
    ) -> _T:
        """What `work` makes of the posts as of `at`, or now; it may be begun twice, see jobs.reading.read.

        ContentError where the engine's own configuration cannot be read, but `anyway`.
        """
        from publisher.jobs.reading import read

        return read(self.config, work, at=at or self.clock(), progress=progress, anyway=anyway)

    @contextmanager
    def store(self, *, anew: bool = False, wait_seconds: float | None = None) -> "Iterator[Store]":
        """The ledger, made where there was none; with `anew` also where the site's own is gone, else WrongLedger.

        A write waits so many seconds for another program's; None is as long as commands wait.
        """
        from publisher.jobs.ids import require_no_lost_ledger
        from publisher.store.engine import WAIT_SECONDS, Store

        if not anew and not self.has_ledger():
            require_no_lost_ledger(self.config)

        store = Store(self.database_url(), WAIT_SECONDS if wait_seconds is None else wait_seconds)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def existing(self, *, wait_seconds: float | None = None) -> "Iterator[Store]":
        """The ledger, for commands that work on what is in it; NotFound where there is none, and none is made."""
        self.require_ledger()
        with self.store(wait_seconds=wait_seconds) as store:
            yield store

    def require_ledger(self) -> None:
        """NotFound where there is no ledger, WrongLedger where the site had one and it is gone."""
        from publisher.jobs.ids import require_no_lost_ledger

        if not self.has_ledger():
            require_no_lost_ledger(self.config)
            raise NotFound("ledger", database_file(self.config).name, hint="the first subscriber or mail makes it")

    @contextmanager
    def ledger(self) -> "Iterator[Store | None]":
        """The ledger where there is one: looking makes none. WrongLedger where the site had one and it is gone."""
        from publisher.jobs.ids import require_no_lost_ledger

        if self.has_ledger():
            with self.store() as store:
                yield store
        else:
            require_no_lost_ledger(self.config)
            yield None

    def database_url(self) -> str:
        """Where the ledger is, as SQLAlchemy writes it."""
        return f"sqlite:///{database_file(self.config)}"

    def has_ledger(self) -> bool:
        """Whether anything was ever subscribed or sent here."""
        return database_file(self.config).exists()

    def templates(self) -> "Templates":
        """The packaged templates under the site's own."""
        from publisher.templating import Templates

        return Templates(self.config.home / "templates")

    def transport(self) -> "Transport":
        """The way mail leaves; ConfigError where none is configured."""
        from publisher.transport import make_transport

        mail = self.config.settings.mail
        return make_transport(
            transport_url(self.config),
            user=mail.user,
            password=password(self.config),
            tls=mail.tls,
            home=self.config.home,
        )

    def outgoing(self) -> "Outgoing":
        """What the settings say of mail that leaves; ConfigError. Its keys are read when they are first asked for."""
        from publisher.jobs.letter import Outgoing

        settings = self.config.settings
        return Outgoing(_return_path(self.config), settings.web.url, lru_cache(partial(_signer, self.config)))

    def ready(self, newsletter: Newsletter) -> None:
        """ConfigError where mail of `newsletter` could not leave: no address of the site, no sender, no transport, no
        key to sign with."""
        from publisher.jobs.mailing import require_sender
        from publisher.jobs.site import require_site_url, resolve

        require_site_url(self.config, resolve(self.config).site)
        sender = require_sender(self.config, newsletter)
        self.transport()
        self.outgoing().signer(sender.address.domain)

    def timezone(self) -> str:
        """The site's zone."""
        from publisher.jobs.site import resolve

        return resolve(self.config).site.timezone

    def newsletter(self, name: str) -> Newsletter:
        """The newsletter called `name`, or NotFound."""
        return configured_newsletter(self.config, name, self.timezone())

    def newsletters(self) -> list[Newsletter]:
        """All of them."""
        return configured_newsletters(self.config, self.timezone())

    def desk(self, library: "Library", newsletter: Newsletter) -> "Desk":
        """Where mail of `newsletter` is made."""
        from publisher.jobs.mailing import Desk

        return Desk(library, self.templates(), newsletter)


def _return_path(config: Config) -> "Address | None":
    from publisher.mail import parse_mailbox

    text = config.settings.mail.return_path
    try:
        return parse_mailbox(text).address if text else None
    except UsageError as error:
        raise refusal(config, "mail.return_path", error.message, hint=error.hint or "") from error


def _signer(config: Config, domain: str) -> "Signer | None":
    from publisher.mail.dkim_files import signer

    return signer(config, domain)


def open_app(config: Path | None, environ: Mapping[str, str] = os.environ, cwd: Path | None = None) -> App:
    """Find and check the configuration; ConfigError lists every problem."""
    return App(load_config(config, environ, cwd or Path.cwd()), environ=environ)
