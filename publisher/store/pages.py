"""The pages of the web archive: what each issue says in each language, without a word of its readers."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.model.archive import IssuePage, PageContent, PagePost
from publisher.model.mailing import DeliveryStatus, IssueStatus
from publisher.store.issues import numbered
from publisher.store.tables import deliveries, issues, pages
from publisher.struct import asdict, replace

_WENT = (DeliveryStatus.ATTEMPTING, DeliveryStatus.SENT, DeliveryStatus.UNKNOWN)
_GOES = (IssueStatus.SENDING, IssueStatus.DONE)


def insert(connection: sa.Connection, page: IssuePage) -> None:
    """Keep a page of an issue, in the transaction that makes the issue."""
    connection.execute(
        pages.insert().values(
            issue_id=page.issue_id,
            language=page.language,
            path=page.path,
            title=page.title,
            content=_packed(page.content),
        )
    )


def shown(connection: sa.Connection) -> list[tuple[int, str]]:
    """Issue and language of each page that the world may see, in their order: none of an issue that waits, stands still
    or was cancelled before anybody got it."""
    return [(issue_id, language) for issue_id, language in connection.execute(_visible(pages.c.issue_id))]


def visible(connection: sa.Connection) -> list[IssuePage]:
    """The same pages, whole; those of one edition are one, with the posts of all its zones."""
    query = _visible(pages.c.issue_id, issues.c.newsletter, numbered, pages.c.path, pages.c.title, pages.c.content)
    found: dict[tuple[str, int, str, str], IssuePage] = {}
    for row in connection.execute(query):
        place = (row.newsletter, row.number, row.language, row.path)
        page = IssuePage(row.issue_id, *place, row.title, _unpacked(row.content))
        found[place] = _joined(found[place], page) if place in found else page
    return list(found.values())


def _joined(first: IssuePage, later: IssuePage) -> IssuePage:
    """In the order of the longer one, what both have in the words of the first."""
    held, more = first.content.posts, later.content.posts
    in_order = (*held, *more) if len(held) >= len(more) else (*more, *held)
    words = {post.url: post for post in (*more, *held)}
    posts = tuple(words[url] for url in dict.fromkeys(post.url for post in in_order))
    updated = later.content.at if len(posts) > len(held) else first.updated
    return replace(first, content=replace(first.content, posts=posts), updated=updated)


def _visible(first: sa.Column[Any], *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    its = deliveries.c.issue_id == issues.c.id
    went = sa.exists().where(its, deliveries.c.status.in_(_WENT)).correlate(issues)
    may = sa.or_(issues.c.status.in_(_GOES), went)
    query = sa.select(first, pages.c.language, *columns).join(issues, issues.c.id == pages.c.issue_id)
    return query.where(may, numbered.is_not(None)).order_by(pages.c.issue_id, pages.c.language)


def _packed(content: PageContent) -> dict[str, Any]:
    posts = [asdict(post) | {"published": post.published.isoformat()} for post in content.posts]
    return asdict(content) | {"at": content.at.isoformat(), "posts": posts}


def _unpacked(values: dict[str, Any]) -> PageContent:
    posts = tuple(_post(**one) for one in values["posts"])
    return PageContent(**values | {"at": datetime.fromisoformat(values["at"]), "posts": posts})


def _post(published: str, categories: list[str], authors: list[str], **values: Any) -> PagePost:
    moment = datetime.fromisoformat(published)
    return PagePost(published=moment, categories=tuple(categories), authors=tuple(authors), **values)
