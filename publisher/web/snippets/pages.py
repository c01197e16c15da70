"""GitHub Pages, which can be told nothing."""

from collections.abc import Iterator

from publisher.web.snippets.layout import Layout

_FACTS = """\
# GitHub Pages takes no settings for its answers: there is nothing to paste. What it does with your feeds:
#
# - Files in .xml go out as application/xml. Readers take that, and browsers show a feed by its style sheet. A validator
#   may remark that the type could be more precise. Files in .json go out as application/json; .opml is offered to save.
# - It compresses by itself; the .gz and .br files are not used, and do no harm.
# - Every answer may be kept for ten minutes (max-age=600): a new post is seen that much later. A hub (feeds.hub) may be
#   given the old feed once more when it is told at once; have your workflow tell it ten minutes after the deploy.
# - Last-Modified and ETag are of the deploy, not of the file. After each deploy every reader fetches every feed once,
#   also those that did not change; nothing comes back as new by it, since ids are kept. Deploy when something
#   changed, not by the clock.
# - An old address cannot answer 301, and readers do not follow a page that refreshes. So a copy of the feed lies at
#   the old path, as it does everywhere; readers go on asking there.
# - A feed that is gone answers 404, not 410: readers go on asking for a while.
# - A file .nojekyll beside your feeds lets paths through that begin with an underscore."""


def github_pages(layout: Layout) -> str:
    """What it does, and what follows for this site."""
    return "\n".join([f"# The feeds of {layout.title}.", _FACTS, *_own(layout)])


def _own(layout: Layout) -> Iterator[str]:
    if layout.moved:
        yield "#"
        yield "# These old paths of yours (feeds.redirects) have copies:"
        yield from (f"#   {old} of {new}" for old, new in layout.moved)
    if layout.gone:
        yield "#"
        yield "# These feeds are gone, and answer 404:"
        yield from (f"#   {path}" for path in layout.gone)
