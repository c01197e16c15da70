"""`mail` and `newsletters.NAME.mail` as plain values; config.mail_schema and config.server_schema check them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from publisher.config.measures import rate, span
from publisher.model.server import Server, WarmUp
from publisher.struct import Struct

Auth = Literal["plain", "login", "xoauth2"]

OF_ONE_SERVER = ("user", "password_file", "auth", "tls", "connections", "rate", "daily", "warm_up")
"""The keys of a server that stand beside `transport`, and never beside `servers`."""


class DkimSettings(Struct, frozen=True):
    """`mail.dkim`; `keys` are files by selector, `domain` None where it is the sender's."""

    domain: str | None
    keys: Mapping[str, str]


class ServerKeys(Struct, frozen=True):
    """`mail.servers.NAME`; `rate` in mails a second."""

    transport: str
    user: str | None
    password_file: str | None
    auth: Auth | None
    tls: bool | None
    connections: int
    weight: int
    rate: float | None
    daily: int | None
    warm_up: WarmUp | None


class ServerSettings(Struct, frozen=True):
    """One server that a newsletter's mail leaves by, whichever way the file names it; see config.servers.

    `url` is a transport's, `password_file` relative to home and read at each login; `section` is where the settings
    say so, such as `mail.servers.a`.
    """

    server: Server
    url: str
    user: str | None = None
    password_file: str | None = None
    auth: Auth | None = None
    tls: bool | None = None
    section: str = "mail"


class LimitsSettings(Struct, frozen=True):
    """`mail.limits`, in percent of an issue's deliveries."""

    bounces: float
    complaints: float


class BoxSettings(Struct, frozen=True):
    """`mail.bounces`: where reports come in. Either `maildir`, a path relative to home, or `imap`, a URL with a user
    and a file of the password; neither where a mail server hands them to a command. `address` is what readers write to,
    see jobs.requests_address."""

    address: str | None
    maildir: str | None
    imap: str | None
    user: str | None
    password_file: str | None
    folder: str

    @property
    def is_read(self) -> bool:
        """Whether there is a box to be looked into."""
        return self.maildir is not None or self.imap is not None


class SesSettings(Struct, frozen=True):
    """`mail.events.ses`: the SNS topics that are believed."""

    topics: Sequence[str]


class PostmarkSettings(Struct, frozen=True):
    """`mail.events.postmark`: the name and the file of the password that its webhook is given."""

    user: str
    password_file: str


class MailgunSettings(Struct, frozen=True):
    """`mail.events.mailgun`: the file of the HTTP webhook signing key."""

    key_file: str


class SendgridSettings(Struct, frozen=True):
    """`mail.events.sendgrid`: the key that verifies its events, DER in base64."""

    public_key: str


class EventsSettings(Struct, frozen=True):
    """`mail.events`: the providers whose webhooks are answered; None for the others."""

    ses: SesSettings | None
    postmark: PostmarkSettings | None
    mailgun: MailgunSettings | None
    sendgrid: SendgridSettings | None


class OwnMailSettings(Struct, frozen=True):
    """`newsletters.NAME.mail`; None where the site's `mail` counts, and no `servers` where none is named here."""

    transport: str | None
    host: str | None
    port: int | None
    user: str | None
    password_file: str | None
    auth: Auth | None
    tls: bool | None
    connections: int | None
    servers: Mapping[str, ServerKeys]
    rate: float | None
    daily: int | None
    warm_up: WarmUp | None
    return_path: str | None
    verp: bool | None
    dkim: DkimSettings | None


class MailSettings(Struct, frozen=True):
    """`mail`. Which servers it means config.servers says; `give_up` is counted from a mail's first attempt."""

    transport: str | None
    host: str | None
    port: int | None
    user: str | None
    password_file: str | None
    auth: Auth | None
    tls: bool | None
    connections: int
    servers: Mapping[str, ServerKeys]
    rate: float | None
    daily: int | None
    warm_up: WarmUp | None
    return_path: str | None
    verp: bool
    dkim: DkimSettings | None
    give_up: timedelta
    limits: LimitsSettings
    bounces: BoxSettings | None
    events: EventsSettings


def mail_settings(**values: Any) -> MailSettings:
    """`mail` from checked values."""
    return MailSettings(
        give_up=span(values.pop("give_up")),
        limits=LimitsSettings(**values.pop("limits")),
        bounces=_or_none(BoxSettings, values.pop("bounces")),
        events=_events(**values.pop("events")),
        **_way(**values),
    )


def own_mail_settings(**values: Any) -> OwnMailSettings:
    """`newsletters.NAME.mail` from checked values."""
    return OwnMailSettings(**_way(**values))


def _way(**values: Any) -> dict[str, Any]:
    servers = {name: ServerKeys(**_bounds(**one)) for name, one in values.pop("servers").items()}
    dkim = _or_none(DkimSettings, values.pop("dkim"))
    return {**_bounds(**values), "servers": servers, "dkim": dkim}


def _bounds(**values: Any) -> dict[str, Any]:
    text, warm_up = values.pop("rate"), values.pop("warm_up")
    begun = _warm_up(**warm_up) if warm_up else None
    return {**values, "rate": rate(text) if text else None, "warm_up": begun}


def _warm_up(*, begins: str, first: int, growth: float) -> WarmUp:
    return WarmUp(date.fromisoformat(begins), first, growth)


def _events(**values: Any) -> EventsSettings:
    return EventsSettings(
        ses=_or_none(SesSettings, values["ses"]),
        postmark=_or_none(PostmarkSettings, values["postmark"]),
        mailgun=_or_none(MailgunSettings, values["mailgun"]),
        sendgrid=_or_none(SendgridSettings, values["sendgrid"]),
    )


def _or_none(kind: Any, values: Mapping[str, Any] | None) -> Any:
    return kind(**values) if values else None
