"""Feeds of a Japanese site as they are listed."""

from datetime import UTC, datetime
from urllib.parse import quote

from publisher.model.feed import FeedFormat, FeedKind
from publisher.model.listing import Listed, Teaser
from publisher.model.post import Author
from publisher.model.site import Site

ROOT = "https://midori.example/"


def site(language: str = "ja", **others: str) -> Site:
    """The site."""
    return Site(
        title="みどりの庭",
        url=ROOT,
        language=language,
        timezone="Asia/Tokyo",
        author=Author("三浦 みどり", "midori@midori.example"),
        description="庭と台所の記録。",
        **others,
    )


def addresses(folder: str, *formats: FeedFormat) -> tuple[tuple[FeedFormat, str], ...]:
    """Of a feed in each format, or in all."""
    files = {FeedFormat.RSS: "feed.xml", FeedFormat.ATOM: "atom.xml", FeedFormat.JSON: "feed.json"}
    return tuple((one, ROOT + quote(folder) + files[one]) for one in formats or FeedFormat)


def whole(title: str = "みどりの庭", *formats: FeedFormat) -> Listed:
    """The site's own feed, with one post that is of another day in UTC."""
    # 08:00 of the 24th in Tokyo.
    newest = (Teaser("味噌を仕込む", f"{ROOT}miso.html", datetime(2026, 11, 23, 23, 0, tzinfo=UTC)),)
    return Listed(
        FeedKind.SITE, "", title, "庭と台所の記録。", "ja", ROOT, addresses("", *formats), newest=newest, posts=20
    )


def one(name: str, kind: FeedKind = FeedKind.CATEGORY, *formats: FeedFormat, posts: int = 3) -> Listed:
    """A feed of some of the posts."""
    title = f"{name} – みどりの庭"
    return Listed(kind, name, title, title, "ja", ROOT, addresses(f"{kind}/{name}/", *formats), posts=posts)
