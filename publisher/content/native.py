"""The ids that the site's own engine gives posts in its feeds."""

from collections.abc import Iterable, Iterator

from publisher.content.engines import reader_of
from publisher.content.engines.jekyll_settings import JekyllSettings
from publisher.content.nouns import Rules
from publisher.content.posts import Context
from publisher.content.render import read_source
from publisher.model.post import Post
from publisher.struct import replace


def native_ids(rules: Rules, posts: Iterable[Post], context: Context) -> dict[str, str]:
    """The id of each post by its file, as the engine's feeds would have it; without those whose file has changed.

    `context` is what the files that hold defaults for others say, as the scan has found it. Reads every file.
    """
    reader = reader_of(rules.engine)
    sources = ((post, read_source(rules, post, context)) for post in posts)
    return {post.source: reader.feed_id(source, post) for post, source in sources if source is not None}


def rule_variants(rules: Rules) -> Iterator[Rules]:
    """The rules, then others that the same engine may have followed, where the site's files do not tell.

    Without a Gemfile.lock nobody knows whether Jekyll's Addressable folded （１） to (1) in the ids of its feed (#375);
    the feed itself shows it.
    """
    yield rules
    settings = rules.settings
    if isinstance(settings, JekyllSettings):
        yield replace(rules, settings=replace(settings, nfkc=not settings.nfkc))
