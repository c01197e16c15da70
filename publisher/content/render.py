"""A post's whole content as HTML, made once for each text, address and state of what it looks at."""

import hashlib
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from publisher.content.engines import READERS
from publisher.content.file_text import MAX_BYTES, decode
from publisher.content.index import Index, Rendered
from publisher.content.needs import Need, stamp
from publisher.content.nouns import ContentSource, Rules
from publisher.content.posts import Context
from publisher.content.source import Source
from publisher.content.world import Page, World
from publisher.errors import ContentError
from publisher.model.post import Post


class Renderer:
    """Renders the posts of one site; `posts` gives all of them, where one looks at the others."""

    def __init__(
        self, rules: Rules, index: Index, posts: Callable[[], Sequence[Post]], context: Context | None = None
    ) -> None:
        self.rules = rules
        self.index = index
        self._context: Context = context or {}
        self._world = World(rules, posts)

    def render(self, post: Post) -> Rendered | None:
        """The post's content: safe HTML, every address in it absolute, its own summary, and what was wrong with it.

        From the index where nothing it depends on has changed; else from the file, if that still has the bytes of
        `post.digest`; else what was rendered last, or None.
        """
        known = self.index.rendering(post.digest, post.url)
        if known and all(self._world.now(need) == need.value for need in known.needs):
            return known
        page = self._page(post)
        if page is None:
            return known
        made = self._made(page)
        self.index.put_rendering(post.digest, post.url, made)
        return made

    def stamp(self, post: Post) -> str:
        """Changes when the post's rendering may, though its file does not; empty where it was never rendered."""
        known = self.index.rendering(post.digest, post.url)
        if known is None:
            return ""
        return "-" if not known.needs else stamp(_now(self._world, known))

    def _made(self, page: Page) -> Rendered:
        # Here, not above: a build where nothing changed never needs the Markdown parser.
        from publisher.content.built import to_html as built_html
        from publisher.content.dialects import dialect_of
        from publisher.content.excerpt import MARK, summary_of
        from publisher.content.markdown import make_safe

        try:
            built = self.rules.source is ContentSource.BUILT
            html = built_html(page) if built else dialect_of(self.rules.engine)(page)
        except ContentError as error:
            page.problems.extend(error.problems)
            html = ""
        summary = page.post.summary or summary_of(html, page.post.title)
        safe = make_safe(html.replace(MARK, ""), page.post.url)
        return Rendered(safe, summary, tuple(page.problems), tuple(sorted(page.needs)))

    def _page(self, post: Post) -> Page | None:
        source = read_source(self.rules, post, self._context)
        return Page(post, source, self._world) if source else None


def _now(world: World, known: Rendered) -> list[Need]:
    return [Need(need.kind, need.key, world.now(need)) for need in known.needs]


def read_source(rules: Rules, post: Post, context: Context) -> Source | None:
    """The post's file, where it still has the bytes that were scanned."""
    try:
        with (rules.folder / post.source).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if hashlib.sha256(data).hexdigest() != post.digest:
            return None
        reader = READERS[rules.engine]
        front = reader.split(decode(data, post.source), post.source)
    except (OSError, ContentError):
        return None
    below = post.source.removeprefix(f"{rules.content.strip('/')}/") if rules.content not in ("", ".") else post.source
    defaults = reader.defaults(rules, below, context)
    return Source(post.source, below, front, rules, ZoneInfo(rules.timezone), defaults=defaults)
