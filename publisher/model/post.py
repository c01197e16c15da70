"""A post as the writer's engine sees it."""

from datetime import datetime

from publisher.struct import Struct


class Author(Struct, frozen=True):
    """Who wrote: a plain name, and an address where the post gives one."""

    name: str
    email: str | None = None


class MailWishes(Struct, frozen=True):
    """What a post's front matter asks of mail, `newsletter: {…}`.

    `subject` replaces the mail's where the post is the only one in it, `intro` stands above the post; both plain text,
    empty for none. `only` names the frequencies that bring it, empty for all. A `pinned` post stands first. `resend` is
    not empty where readers who have had it are to get it again, once for each word that ever stands there.
    """

    subject: str = ""
    intro: str = ""
    only: tuple[str, ...] = ()
    pinned: bool = False
    resend: str = ""


class Post(Struct, frozen=True):
    """One readable, dated, undrafted post; its text is rendered only when a feed or mail needs it.

    `source` is the file, relative to the site's folder, with `/`.
    `path` is the address below the site's root as the engine gives it, Unicode, not escaped,
    starting with `/`; `url` is the absolute address, its UTF-8 bytes percent-encoded.
    `published` and `updated` are aware; `updated` only where the post itself says so.
    `title`, `summary`, categories and tags are plain text, never HTML; `summary` is the writer's own, empty where
    they gave none.
    `language` is a BCP 47 tag where the post gives one; `translation` is what its translations have in common.
    `image` is the absolute address of the post's own picture.
    `digest` is the SHA-256 of the file's bytes, in hex.
    """

    source: str
    path: str
    url: str
    title: str
    published: datetime
    digest: str
    updated: datetime | None = None
    summary: str = ""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    language: str | None = None
    in_feeds: bool = True
    in_newsletters: bool = True
    image: str | None = None
    translation: str | None = None
    mail: MailWishes = MailWishes()
