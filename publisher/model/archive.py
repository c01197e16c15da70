"""The web archive: what the page of an issue tells, the same for every reader."""

from datetime import datetime

from publisher.struct import Struct


class PagePost(Struct, frozen=True):
    """One post of an issue, frozen when the issue was made.

    `url` and `image` are absolute and percent-encoded; all else is plain text. `published` is aware and in the
    newsletter's zone. `language` is a BCP 47 tag where the post gives one.
    """

    title: str
    url: str
    summary: str
    published: datetime
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    image: str | None = None
    language: str | None = None
    intro: str = ""


class PageContent(Struct, frozen=True):
    """What an issue says in one language, frozen when it was made.

    `id` is the issue's tag URI (RFC 4151), `at` is aware and in the newsletter's zone. `url` is where it is read,
    absolute: its own page, or the post that it is. `intro` and `html` are sanitised HTML, empty for none: the editor's
    words before the posts, and a text that is no post.
    """

    id: str
    url: str
    newsletter: str
    at: datetime
    posts: tuple[PagePost, ...]
    intro: str = ""
    html: str = ""


class IssuePage(Struct, frozen=True):
    """An issue in one language, as the ledger keeps it.

    `path` is below the output folder, where mails say it is; empty where the issue is a post, which has its own page.
    `title` is plain text; `newsletter` and `number` tell the issue, whose row is `issue_id`: the first, where several
    zones had it. `updated` is when a later one brought more posts, aware; None where none did.
    """

    issue_id: int
    newsletter: str
    number: int
    language: str
    path: str
    title: str
    content: PageContent
    updated: datetime | None = None
