"""The feeds of a site as they are listed: on their page, in OPML, in the head of the site's own pages."""

from collections.abc import Iterable, Iterator

from publisher.jobs.entries import Told
from publisher.jobs.feed_plan import Planned, address, is_wide, plan
from publisher.jobs.library import Library
from publisher.jobs.site import Place
from publisher.model.feed import FeedKind
from publisher.model.listing import Listed, Teaser

_OF_SITE, _OF_OTHERS = 10, 3
"""How many of the newest posts are named."""


def listed(library: Library) -> list[Listed]:
    """The feeds that there are, without their posts."""
    heads = library.heads(wide=is_wide(library.config))
    return list(listing(library.place, plan(library.config, library.place, heads, library.known.feeds)))


def listing(place: Place, feeds: Iterable[Planned], told: Told | None = None) -> Iterator[Listed]:
    """The feeds as they are listed; with their newest posts where these are `told` of."""
    for one in feeds:
        yield Listed(
            kind=one.kind,
            name=one.name,
            title=one.title,
            description=one.description,
            language=one.language,
            page_url=place.site.url,
            addresses=tuple((format_, address(place, path)) for format_, path in one.paths),
            newest=tuple(_teasers(one, told)) if told else (),
            posts=len(one.sources),
        )


def _teasers(one: Planned, told: Told) -> Iterator[Teaser]:
    count = _OF_SITE if one.kind is FeedKind.SITE else _OF_OTHERS
    for source in one.sources[:count]:
        post = told.posts[source]
        yield Teaser(post.title, post.url, post.published)
