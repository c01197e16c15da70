"""The site whose posts are published."""

from dataclasses import dataclass

from publisher.model.post import Author

PLACEHOLDER_HOST = "your-site.invalid"
"""The host that `init` writes where it cannot know the real one (RFC 2606 reserves .invalid)."""


@dataclass(frozen=True, slots=True)
class Site:
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
