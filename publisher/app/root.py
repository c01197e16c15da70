"""The composition root: the only place that builds edges. Heavy ones are imported when they are first asked for."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from publisher.app.net import web_fetch, web_post, web_post_json
from publisher.app.servers import (
    all_servers,
    exposed_passwords,
    password_of,
    providers_of,
    return_path_of,
    signer_of,
    signing_of,
    transport_of,
)
from publisher.config import (
    Config,
    database_file,
    database_url,
    load_config,
    mail_of,
    servers,
    signing_keys,
)
from publisher.config import newsletter as configured_newsletter
from publisher.config import newsletters as configured_newsletters
from publisher.errors import NotFound, Problem
from publisher.model.newsletter import Newsletter
from publisher.struct import Struct, field

if TYPE_CHECKING:
    from publisher.jobs.bounce_boxes import Take
    from publisher.jobs.door import Door
    from publisher.jobs.events import Fetch
    from publisher.jobs.hooks import PostJson
    from publisher.jobs.letter import Outgoing
    from publisher.jobs.letters import Workshop
    from publisher.jobs.library import Library, Progress
    from publisher.jobs.mailing import Desk
    from publisher.jobs.office import PostOffice
    from publisher.jobs.ping import PostForm
    from publisher.jobs.ways import Way, Ways
    from publisher.mail.tokens import Signing
    from publisher.store.engine import Store
    from publisher.templating import Templates
    from publisher.transport import Transport

_T = TypeVar("_T")


def system_clock() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


class App(Struct, frozen=True, dict=True):
    """One site with its settings; the only thing commands, daemon and web are given."""

    config: Config
    clock: Callable[[], datetime] = system_clock
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    post: "PostForm" = web_post
    fetch: "Fetch" = web_fetch
    post_json: "PostJson" = web_post_json

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
        return database_url(self.config)

    def has_ledger(self) -> bool:
        """Whether anything was ever subscribed or sent here."""
        return database_file(self.config).exists()

    def templates(self) -> "Templates":
        """The packaged templates under the site's own."""
        from publisher.templating import Templates

        return Templates(self.config.home / "templates")

    def ways(self) -> "Ways":
        """The ways mail leaves. What is wrong with a newsletter's is told when that way is asked for."""
        from publisher.jobs.ways import Ways

        known = all_servers(self.config)
        return Ways(
            servers={name: one.server for name, one in known.items()},
            connect=lru_cache(maxsize=None)(lambda name: transport_of(self.config, known[name])),
            of=lru_cache(maxsize=None)(self._way),
        )

    def _way(self, newsletter: str | None) -> "Way":
        from publisher.jobs.ways import Way

        names, outgoing = tuple(one.server.name for one in servers(self.config, newsletter)), self.outgoing(newsletter)
        outgoing.keys()  # tells now what is wrong with them: in the midst of a claim nobody could say of whose mail
        return Way(names, outgoing)

    def exposed_passwords(self) -> list[Problem]:
        """What `check` says of the files of passwords; their text is not read."""
        return exposed_passwords(self.config)

    def transport(self, newsletter: str | None = None) -> "Transport":
        """The way that single mails of `newsletter` leave, None for mail of none: its server of the greatest weight.

        ConfigError where none is configured.
        """
        first, *_ = sorted(servers(self.config, newsletter), key=lambda one: -one.server.weight)
        return transport_of(self.config, first)

    def outgoing(self, newsletter: str | None = None) -> "Outgoing":
        """What the settings say of mail of `newsletter` that leaves, None for mail of none; ConfigError.

        Its keys are read when they are first asked for.
        """
        from publisher.jobs.letter import Outgoing
        from publisher.jobs.requests_address import requests_address

        mail, requests = mail_of(self.config, newsletter), requests_address(self.config, newsletter)
        return Outgoing(
            return_path=return_path_of(self.config, newsletter),
            web_url=self.config.settings.web.url,
            signer=lru_cache(partial(signer_of, self.config, newsletter)),
            verp=mail.verp and mail.return_path is not None,
            providers=providers_of(self.config, newsletter),
            keys=lru_cache(self.signing_keys),
            requests=None if requests is None else requests.email,
        )

    def office(
        self, store: "Store", *, stopped: Callable[[], bool], progress: Callable[[int], None] = lambda _number: None
    ) -> "PostOffice":
        """Where mail is handed over. What is wrong with the way of a newsletter is told when its mail is to leave."""
        from publisher.core.bounce_policy import Limits
        from publisher.jobs.office import PostOffice

        mail = self.config.settings.mail
        return PostOffice(
            store=store,
            ways=self.ways(),
            clock=self.clock,
            stopped=stopped,
            progress=progress,
            zone=ZoneInfo(self.timezone()),
            give_up=mail.give_up,
            limits=Limits(mail.limits.bounces, mail.limits.complaints),
        )

    def ready(self, newsletter: Newsletter) -> None:
        """ConfigError where mail of `newsletter` could not leave: no address of the site, no sender, no server, no
        password for one, no key to sign with, or none for the links in it."""
        from publisher.jobs.mailing import require_sender
        from publisher.jobs.site import require_site_url, resolve

        require_site_url(self.config, resolve(self.config).site)
        sender = require_sender(self.config, newsletter)
        for server in servers(self.config, newsletter.name):
            password_of(self.config, server)
        outgoing = self.outgoing(newsletter.name)
        outgoing.signer(sender.address.domain)
        outgoing.keys()

    def signing_keys(self) -> tuple[bytes, ...]:
        """Those of `web.secret_file`, none where it names no file; ConfigError where it cannot be used."""
        return signing_keys(self.config)

    def signing(self, store: "Store") -> "Signing":
        """The keys of addresses in mails and of forms; ConfigError where their file cannot be used."""
        return signing_of(self.config, store.secret)

    def door(self) -> "Door":
        """What may be signed up for, and by what rules; ConfigError where the list of disposable domains cannot be
        read."""
        from publisher.app.doors import door_of
        from publisher.app.postmen import require_way

        return door_of(self.config, tuple(self.newsletters()), self.clock, lru_cache(partial(require_way, self)))

    def taker(self, store: "Store") -> "Take":
        """What does what readers ask by mail; ConfigError where the settings of it cannot be used."""
        from publisher.jobs.bounce_boxes import take_nothing
        from publisher.jobs.requests import clerk_of, take
        from publisher.jobs.requests_room import Room
        from publisher.jobs.site import resolve

        language, on_pages = resolve(self.config).site.language, self.config.settings.web.url is not None
        clerk = clerk_of(self.config, Room(self.door(), store, self.signing(store), language, on_pages))
        return take_nothing if clerk is None else lambda mail: take(clerk, mail, self.clock())

    def workshop(self) -> "Workshop":
        """Where letters to readers are made."""
        from publisher.jobs.letters import Workshop
        from publisher.jobs.site import resolve

        return Workshop(self.config, resolve(self.config), self.templates(), tuple(self.newsletters()), self.read)

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


def open_app(config: Path | None, environ: Mapping[str, str] = os.environ, cwd: Path | None = None) -> App:
    """Find and check the configuration; ConfigError lists every problem."""
    return App(load_config(config, environ, cwd or Path.cwd()), environ=environ)
