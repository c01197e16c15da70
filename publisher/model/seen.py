"""What feed readers would notice between two versions of a feed."""

from enum import StrEnum

from publisher.struct import Struct


class Reader(StrEnum):
    """The feed readers whose rules are known: what each compares is told in feeds.as_miniflux and its neighbours."""

    MINIFLUX = "miniflux"
    FRESHRSS = "freshrss"
    READER = "reader"


class Noticed(Struct, frozen=True):
    """An entry as a reader notices it: its title as plain text, and the id that the feed gives, else its link.

    `changed` are the reader's own names for what differs, such as `content`; empty but for an updated entry.
    """

    title: str
    id: str
    changed: tuple[str, ...] = ()


class Seen(Struct, frozen=True):
    """What one reader makes of the new version, in the order of the feed.

    `gone` are entries that are no longer in the feed, in the order of the old one: readers keep what they have of them.
    """

    new: tuple[Noticed, ...] = ()
    updated: tuple[Noticed, ...] = ()
    unchanged: tuple[Noticed, ...] = ()
    gone: tuple[Noticed, ...] = ()
