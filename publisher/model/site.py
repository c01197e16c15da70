"""The site whose posts are published."""

from publisher.model.post import Author
from publisher.struct import Struct

PLACEHOLDER_HOST = "your-site.invalid"
"""The host that `init` writes where it cannot know the real one (RFC 2606 reserves .invalid)."""


class Site(Struct, frozen=True):
    """What feeds and mails say of the site.

    `url` is its root, absolute, ending in `/`, base path included.
    `timezone` is an IANA name; `language` a BCP 47 tag; `address` the postal address.
    """

    title: str
    url: str
    language: str
    timezone: str
    author: Author | None = None
    description: str = ""
    icon: str | None = None
    logo: str | None = None
    address: str | None = None
