"""The keys of a server that takes our mail: directly below `mail`, in `mail.servers.NAME`, or a newsletter's own."""

import re
from datetime import date
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from publisher.config import measures
from publisher.config.fields import Count, Location, Number, Section, Title, empty, misplaced, place
from publisher.config.mail_settings import OF_ONE_SERVER, Auth

_HOST = re.compile(r"[\w.:-]*\w")
_FORMS = "smtp://HOST:PORT, smtps://HOST:PORT, maildir:PATH, console:"


def transport(text: str) -> str:
    """A transport's URL; ValueError where it is none."""
    if re.fullmatch(r"maildir:.+|console:", text):
        place(text.removeprefix("maildir:"))
        return text
    if "@" in text:
        raise ValueError("must not hold a name or password: use user and password_file")
    if not is_server(text, ("smtp", "smtps")):
        raise ValueError(f"{text!r} is none of {_FORMS}")
    return text


def is_server(url: str, schemes: tuple[str, ...]) -> bool:
    """Whether `url` is SCHEME://HOST:PORT or SCHEME://HOST; ValueError where it is no URL at all.

    A colon with no port behind it, which RFC 3986 section 3.2.3 allows, is a port that somebody forgot.
    """
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0 and not parts.netloc.endswith(":")
        known = parts.scheme in schemes and has_port and not (parts.query or parts.fragment)
        host = _HOST.fullmatch(parts.hostname or "") and ".." not in (parts.hostname or "")
    except ValueError as error:
        raise ValueError(f"{url!r}: {error}") from error
    return bool(known and host and parts.path in ("", "/"))


def _rate(text: str) -> str:
    measures.rate(text)
    return text


def _host(text: str) -> str:
    if not (_is_number(text) if ":" in text else _HOST.fullmatch(text) and ".." not in text):
        raise ValueError(f"{text!r} is no host: write a name such as smtp.example.com, and the port into port")
    return text


def _is_number(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _day(value: Any) -> Any:
    # Not pydantic's date, which takes 1767225600 for one, too.
    told = f"{value!r} is no day: write it like 2026-12-01"
    if not isinstance(value, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError(told)
    try:
        date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(told) from error
    return value


class WarmUpConfig(Section):
    """`warm_up`: how a sender that nobody knows yet begins."""

    begins: Annotated[str, BeforeValidator(_day)]
    first: Annotated[Count, Field(ge=1, le=10_000_000)]
    growth: Annotated[Number, Field(gt=1, le=10)] = 1.5


Transport = Annotated[str, AfterValidator(transport)]
Connections = Annotated[Count, Field(ge=1, le=50)]
ServerName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=32)]
"""Shorter than other names are: a newsletter's stands before it where the ledger counts its mails."""


class AccountConfig(Section):
    """What one server is told and how much it is given, wherever it is named."""

    transport: Transport | None = None
    user: Title | None = None
    password_file: Location | None = None
    auth: Auth | None = None
    tls: bool | None = None
    rate: Annotated[str, AfterValidator(_rate)] | None = None
    daily: Annotated[Count, Field(ge=1, le=100_000_000)] | None = None
    warm_up: WarmUpConfig | None = None

    @model_validator(mode="after")
    def _logs_in(self) -> "AccountConfig":
        if (self.user is None) != (self.password_file is None):
            raise ValueError("user and password_file go together")
        return self


class ServerConfig(AccountConfig):
    """`mail.servers.NAME`."""

    transport: Transport
    connections: Connections = 1
    weight: Annotated[Count, Field(ge=0, le=1000)] = 1

    @model_validator(mode="after")
    def _can_log_in(self) -> "ServerConfig":
        misplaced("server", unusable_auth(self.auth, self.user, tls=self.tls))
        return self


def _one_in_use(servers: dict[str, ServerConfig]) -> dict[str, ServerConfig]:
    if servers and not any(server.weight for server in servers.values()):
        raise ValueError("needs a server with a weight over 0: the others are used only while none of those is healthy")
    return servers


class WayConfig(AccountConfig):
    """What `mail` and `newsletters.NAME.mail` have in common: `transport`, or `host` and `port`, or `servers`."""

    host: Annotated[str, AfterValidator(_host)] | None = None
    port: Annotated[Count, Field(ge=1, le=65535)] | None = None
    servers: Annotated[dict[ServerName, ServerConfig], AfterValidator(_one_in_use), BeforeValidator(empty)] = Field(
        default={}
    )

    @property
    def names_a_server(self) -> bool:
        """Whether it says where mail goes."""
        return bool(self.transport or self.host or self.servers)

    def given(self, *keys: str) -> list[str]:
        """Those of `keys` that are set here, and are no defaults."""
        return [key for key in keys if key in self.model_fields_set and getattr(self, key) is not None]

    @model_validator(mode="after")
    def _one_way(self) -> "WayConfig":
        if self.transport and (self.host or self.port):
            raise ValueError("give either transport, or host and port, not both")
        if self.port and not self.host:
            raise ValueError("port needs host")
        if self.servers:
            told = "stands beside servers, which have their own: move it into them"
            misplaced("mail", {(key,): told for key in self.given("transport", "host", *OF_ONE_SERVER)})
        return self


def unusable_auth(auth: str | None, user: str | None, *, tls: bool | None) -> dict[tuple[str, ...], str]:
    """What is wrong with `auth` beside the keys that it needs."""
    if auth and not user:
        return {("auth",): "needs user and password_file"}
    if auth == "xoauth2" and tls is False:
        return {("auth",): "xoauth2 needs TLS, since whoever reads the token can use it: take 'tls: false' out"}
    return {}
