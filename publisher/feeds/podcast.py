"""What podcast directories read from RSS, in Apple's terms (podcasters.apple.com, "A podcaster's guide to RSS").

Only for feeds that are podcasts: one such element in any feed makes the W3C validator ask for all of them.
"""

from functools import partial
from typing import Any

from publisher.feeds.generator import xml_elem
from publisher.feeds.names import ITUNES
from publisher.feeds.plain import unmistakable
from publisher.model.feed import Entry, Episode, Podcast


def describe(generator: Any, podcast: Podcast) -> None:
    """Say what the channel is."""
    generator.load_extension("podcast", atom=False)
    show = generator.podcast
    show.itunes_category([{"cat": name, "sub": below} for name, below in podcast.categories])
    show.itunes_type(podcast.kind)
    show.itunes_author(podcast.author and unmistakable(podcast.author))
    if podcast.owner:
        show.itunes_owner(unmistakable(podcast.owner.name), podcast.owner.email)
    generator.register_extension("show", partial(_Show, podcast), atom=False)


def describe_episode(item: Any, entry: Entry, episode: Episode) -> None:
    """Say what an item of such a channel is."""
    item.podcast.itunes_duration(entry.enclosures[0].seconds if entry.enclosures else None)
    item.podcast.itunes_season(episode.season)
    item.podcast.itunes_episode(episode.number)
    item.podcast.itunes_episode_type(episode.kind)
    item.register_extension("episode", partial(_Episode, episode), atom=False)


def _extend(parent: Any, *, explicit: bool | None, image: str | None) -> None:
    """feedgen knows `yes`, `no` and `clean`, which Apple has given up, and no image but .jpg and .png."""
    if explicit is not None:
        xml_elem(f"{{{ITUNES}}}explicit", parent).text = str(explicit).lower()
    if image:
        xml_elem(f"{{{ITUNES}}}image", parent, href=image)


class _Show:
    """What feedgen cannot say of a podcast."""

    def __init__(self, podcast: Podcast) -> None:
        self.podcast = podcast

    def extend_ns(self) -> dict[str, str]:
        return {}

    def extend_rss(self, root: Any) -> None:
        _extend(root[0], explicit=self.podcast.explicit, image=self.podcast.image)


class _Episode:
    """What feedgen cannot say of an episode."""

    def __init__(self, episode: Episode) -> None:
        self.episode = episode

    def extend_rss(self, item: Any) -> None:
        _extend(item, explicit=self.episode.explicit, image=self.episode.image)
