"""The tags and filters of a Jekyll site."""

from functools import lru_cache

from publisher.content.liquid import embeds, includes, nodes, tags
from publisher.content.liquid.environment import Environment
from publisher.content.liquid.filters_lists import LIST_FILTERS
from publisher.content.liquid.filters_numbers import NUMBER_FILTERS
from publisher.content.liquid.filters_select import EXPRESSION_FILTERS, SELECT_FILTERS
from publisher.content.liquid.filters_site import SITE_FILTERS
from publisher.content.liquid.filters_text import TEXT_FILTERS

_TAGS = (
    nodes.OutputTag,
    nodes.EchoTag,
    nodes.Assign,
    nodes.For,
    nodes.Tablerow,
    nodes.Unknown,
    includes.Include,
    includes.IncludeCached,
    includes.IncludeRelative,
    tags.Link,
    tags.PostUrl,
    tags.Highlight,
    tags.Nothing,
    tags.FeedMeta,
    embeds.Youtube,
    embeds.Vimeo,
    embeds.Gist,
    embeds.Twitter,
    embeds.Tweet,
    embeds.Instagram,
    embeds.Picture,
    embeds.Figure,
    embeds.Img,
)


@lru_cache(maxsize=1)
def jekyll_environment() -> Environment:
    """Built once; it holds nothing of any site."""
    pure = TEXT_FILTERS | NUMBER_FILTERS | LIST_FILTERS | SELECT_FILTERS
    return Environment(_TAGS, pure, EXPRESSION_FILTERS | SITE_FILTERS)
