"""`web` in `config.yaml`: what `publisher serve` listens to, whom it believes, and how readers sign up."""

import re
from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from publisher.config.fields import Address, Count, Line, Location, Mailbox, Root, Section, Span


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} is no HOST:PORT, such as 127.0.0.1:8080")
    return text


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError(f"{text!r} is no address and no network, such as 127.0.0.1 or 10.0.0.0/8") from error


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.path not in ("", "/"):
        raise ValueError(f"{text!r} is more than an origin: write {parts.scheme}://{parts.netloc}")
    return f"{parts.scheme}://{parts.netloc}".lower()


Origin = Annotated[Address, AfterValidator(_origin)]
Limit = Annotated[Count, Field(ge=1, le=1_000_000)]


class SignUpConfig(Section):
    """`web.sign_up`: how somebody becomes a reader by their own hand."""

    from_: Mailbox | None = Field(default=None, alias="from")
    expires: Span = "7d"
    wording: Line | None = None
    ip: Literal["hashed", "off"] = "hashed"
    per_ip: Limit = 20
    per_domain: Limit = 500
    burst: Limit = 100
    disposable: Location | None = None
    check_mx: bool = False


class WebConfig(Section):
    """`web`."""

    url: Root | None = None
    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8080"
    secret_file: Location | None = None
    trusted_proxies: list[Annotated[str, AfterValidator(_network)]] = Field(default=[])
    origins: list[Origin] = Field(default=[])
    frames: list[Origin] = Field(default=[])
    sign_up: SignUpConfig = Field(default_factory=dict, validate_default=True)
