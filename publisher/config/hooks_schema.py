"""`hooks` in `config.yaml`: other programs that hear of events."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from publisher.config.fields import Line, Location, Section
from publisher.core.hooks import is_own_machine
from publisher.model.event import EventKind

_LONGEST = 1000


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname if parts.port != 0 else None
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from error
    if not host or parts.scheme not in ("http", "https") or len(text) > _LONGEST or " " in text:
        raise ValueError("must be an absolute address such as https://example.com/hook")
    if "@" in parts.netloc or parts.fragment:
        raise ValueError("must hold neither a name or password nor '#': posts are signed, see secret_file")
    if parts.scheme == "http" and not is_own_machine(text):
        raise ValueError("must begin with https://, since it tells of readers; http:// is for this machine alone")
    return text


class HookConfig(Section):
    """`hooks.NAME`."""

    url: Annotated[Line, AfterValidator(_url)]
    secret_file: Location
    events: list[EventKind] = Field(default=[], max_length=len(EventKind))
