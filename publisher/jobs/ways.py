"""The ways mail leaves: which servers take a newsletter's, and what the settings say of it."""

from collections.abc import Callable, Mapping

from publisher.jobs.letter import Outgoing
from publisher.model.server import Server
from publisher.struct import Struct
from publisher.transport import Transport


class Way(Struct, frozen=True):
    """How the mail of one newsletter leaves: by which of `Ways.servers`, at least one, and how it is written."""

    servers: tuple[str, ...]
    outgoing: Outgoing


class Ways(Struct, frozen=True):
    """All of them. `servers` are those that any newsletter uses, by name; `connect` gives the transport of one.

    `of` gives the way of a newsletter, of the site where it is None; ConfigError where its settings are wrong.
    """

    servers: Mapping[str, Server]
    connect: Callable[[str], Transport]
    of: Callable[[str | None], Way]
