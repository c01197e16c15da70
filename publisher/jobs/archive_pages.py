"""What the page of an issue says: kept in the transaction that makes the issue, from its posts alone."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from html import escape, unescape
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from publisher.core.lines import one_line
from publisher.jobs.archive_paths import issue_address, issue_path, page_address
from publisher.jobs.mailing import Desk, first_language
from publisher.mail import without_title
from publisher.model.archive import IssuePage, PageContent, PagePost
from publisher.model.mailing import Issue, IssueKind
from publisher.model.post import Post
from publisher.store import issues, pages

_IMAGE = re.compile(r'<img\b[^>]*?\ssrc="([^"]*)"[^>]*>')


def keep_pages(
    connection: sa.Connection,
    desk: Desk,
    issue: Issue,
    groups: Iterable[tuple[Sequence[str], str]],
    intro: Callable[[str], str] = lambda _language: "",
) -> None:
    """Keep what an issue of a newsletter says, in each language that readers get it in, and always in the newsletter's.

    `groups` are what its variants hold: the ids of their posts, and a language; `intro` is what stands before them in a
    language, safe HTML. No word of a reader comes here. What goes to some readers alone is not for the world: no page.
    """
    if issue.newsletter is None or issue.number is None or issue.audience or not desk.newsletter.archive:
        return
    posts = {desk.id_of(post): post for post in desk.posts}
    head = issues.of_edition(connection, issue.edition) if issue.edition else None
    name = _id(desk.library.place.site.url, issue.newsletter, issue.number, (head or issue).at)
    for language, ids in by_language(groups, first_language(desk)).items():
        pages.insert(connection, _page(desk, issue, name, language, [posts[one] for one in ids], intro(language)))


def issue_page(desk: Desk) -> str | None:
    """Where the page of the newsletter's next issue is to be, `{number}` in the place of its number; None for none."""
    library, newsletter = desk.library, desk.newsletter
    return issue_address(library.config, library.place, newsletter.name) if newsletter.archive else None


def by_language(groups: Iterable[tuple[Sequence[str], str]], main: str) -> dict[str, list[str]]:
    """The posts of each language, each once, in the order of those who got most; those of `main` first.

    Where nobody reads in `main`, its page has all posts: there the links of mail programs lead (`Archived-At`).
    """
    longest_first = sorted(groups, key=lambda group: -len(group[0]))
    found: dict[str, dict[str, None]] = {main: {}}
    for ids, language in longest_first:
        found.setdefault(language, {}).update(dict.fromkeys(ids))
    found[main] = found[main] or dict.fromkeys(one for ids, _ in longest_first for one in ids)
    return {language: list(ids) for language, ids in found.items()}


def _page(desk: Desk, issue: Issue, name: str, language: str, posts: Sequence[Post], intro: str) -> IssuePage:
    assert issue.newsletter is not None
    assert issue.number is not None
    library, newsletter = desk.library, desk.newsletter
    is_one, first = issue.kind is IssueKind.ONE_OFF, posts[0]
    is_post = is_one and bool(first.url)
    own = None if language == first_language(desk) else language
    path = "" if is_post else issue_path(library.config, issue.newsletter, issue.number, own)
    content = PageContent(
        id=name,
        url=first.url if is_post else page_address(library.place, path),
        newsletter=newsletter.title,
        at=issue.at.astimezone(ZoneInfo(newsletter.timezone)).replace(microsecond=0),
        posts=tuple(_post(desk, post) for post in posts if post.url),
        intro=intro,
        html="" if first.url else _whole(desk, first),
    )
    return IssuePage(issue.id, issue.newsletter, issue.number, language, path, one_line(first.title), content)


def _id(url: str, newsletter: str, number: int, at: datetime) -> str:
    """The tag URI of an issue (RFC 4151); the numbers of issues are given once, so it needs nothing else."""
    return f"tag:{urlsplit(url).hostname},{at.astimezone(UTC):%Y-%m-%d}:newsletters/{newsletter}/{number}"


def _whole(desk: Desk, text: Post) -> str:
    """A text that is no post, and has no other page, below the writer's words on it; without pictures beside it, which
    the site does not serve."""
    rendered, aside = desk.rendered(text), desk.aside
    if rendered is None or aside is None:
        return ""
    html = without_title(rendered.html, text.title)
    words = (f"<p>{escape(one.strip())}</p>\n" for one in text.mail.intro.split("\n\n") if one.strip())
    return "".join(words) + _IMAGE.sub(lambda found: "" if aside.find(unescape(found[1])) else found[0], html)


def _post(desk: Desk, post: Post) -> PagePost:
    rendered = desk.rendered(post)
    return PagePost(
        title=one_line(post.title) or post.url,
        url=post.url,
        summary=one_line(rendered.summary if rendered else post.summary),
        published=post.published.astimezone(ZoneInfo(desk.newsletter.timezone)),
        categories=tuple(one_line(one) for one in post.categories),
        authors=tuple(one_line(one.name) for one in post.authors),
        image=post.image,
        language=post.language,
        intro=post.mail.intro,
    )
