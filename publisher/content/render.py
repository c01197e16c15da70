"""A post's whole content as HTML, made once for each text, address and state of what it looks at."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from publisher.cache import WrongProcess
from publisher.content.codes import Code
from publisher.content.engines import reader_of
from publisher.content.file_text import MAX_BYTES, decode
from publisher.content.index import Index
from publisher.content.media_words import HOLDERS
from publisher.content.needs import Need, stamp
from publisher.content.nouns import ContentSource, Markup, Rules
from publisher.content.posts import Context
from publisher.content.renderings import Rendered, needs_of, put_rendering, rendering, unrendered
from publisher.content.source import Source
from publisher.content.spread import spread
from publisher.content.world import Page, World
from publisher.errors import ContentError
from publisher.model.feed import Enclosure, Episode
from publisher.model.post import Post
from publisher.struct import replace

_HANDFUL, _FEWEST = 8, 24
_TANGLED = "the HTML is nested over 256 deep, holds over 200,000 tags or leaves too much open: only its text is kept"


class Renderer:
    """Renders the posts of one site as of `at`, see World; `posts` gives all of them, where one looks at the others."""

    def __init__(
        self,
        rules: Rules,
        index: Index,
        posts: Callable[[], Sequence[Post]],
        context: Context | None = None,
        at: datetime | None = None,
    ) -> None:
        self.rules = rules
        self.index = index
        self._context: Context = context or {}
        self._world = World(rules, posts, at)

    def render(self, post: Post) -> Rendered | None:
        """The post's content: safe HTML, every address in it absolute, its own summary, and what was wrong with it.

        From the index where nothing it depends on has changed; else from the file, if that still has the bytes of
        `post.digest`; else what was rendered last, or None.
        """
        known = rendering(self.index, post.digest, post.url)
        if known and self.holds(known.needs):
            return known
        made = self.made(post)
        if made is None:
            return known
        put_rendering(self.index, post.digest, post.url, made[0])
        return made[0]

    def prepare(self, posts: Iterable[Post], meanwhile: Callable[[], None]) -> None:
        """Render those of many posts that never were, by several processes, and do something else `meanwhile`."""
        new = unrendered(self.index, posts)
        if new:
            # The first one here: what it imports, each of the processes would have to import for itself.
            self.render(new.pop())
        for handful in spread(new, self._apart, handful=_HANDFUL, fewest=_FEWEST, meanwhile=meanwhile):
            for digest, url, rendered in handful:
                if rendered is not None:
                    put_rendering(self.index, digest, url, rendered)

    def _apart(self, post: Post) -> tuple[str, str, Rendered | None]:
        """A rendering made in whatever process; None where it takes what only this one has, such as other posts."""
        try:
            made = self.made(post)
        except WrongProcess:
            made = None
        return post.digest, post.url, made[0] if made else None

    def holds(self, needs: Iterable[Need]) -> bool:
        """Whether everything that a rendering depended on is as it was."""
        return all(self._world.now(need) == need.value for need in needs)

    def made(self, post: Post) -> tuple[Rendered, Source] | None:
        """The post rendered anew, and its file as read; None where that has other bytes than were scanned."""
        source = read_source(self.rules, post, self._context)
        return (self._made(Page(post, source, self._world)), source) if source else None

    def of_text(self, post: Post, source: Source) -> Rendered:
        """The content of a text that is no post of the site."""
        return self._made(Page(post, source, self._world))

    def stamp(self, post: Post) -> str:
        """Changes when the post's rendering may, though its file does not; empty where it was never rendered."""
        needs = needs_of(self.index, post.digest, post.url)
        if needs is None:
            return ""
        return stamp(Need(need.kind, need.key, self._world.now(need)) for need in needs) if needs else "-"

    def _made(self, page: Page) -> Rendered:
        # Here, not above: a build where nothing changed never needs the Markdown parser.
        from publisher.content.excerpt import summary_of, unmark
        from publisher.content.safe import make_safe
        from publisher.content.visible import visible

        separator = _separator(page)
        try:
            html = self._html(page, separator)
        except ContentError as error:
            page.problems.extend(error.problems)
            html = ""
        summary = page.post.summary or summary_of(html, page.post.title)
        safe = make_safe(unmark(html, separator), page.post.url)
        text = visible(page.post.title, safe)
        enclosures, episode = _media(page)
        return Rendered(safe, summary, tuple(page.problems), tuple(sorted(page.needs)), text, enclosures, episode)

    def _html(self, page: Page, separator: str | None) -> str:
        from publisher.content.dialects import dialect_of
        from publisher.content.excerpt import mark
        from publisher.core.tags import is_tangled, text_only

        if self.rules.source is ContentSource.BUILT:
            from publisher.content.built import to_html as built_html

            html = mark(built_html(page), separator)
        else:
            front = replace(page.source.front, body=mark(page.body, separator))
            marked = replace(page, source=replace(page.source, front=front))
            html = dialect_of(self.rules.engine)(marked)
        if is_tangled(html):
            page.warn(Code.BROKEN_MARKUP, page.source.front.body_line, 1, _TANGLED)
            return text_only(html)
        return html


def _media(page: Page) -> tuple[tuple[Enclosure, ...], Episode | None]:
    if page.source.fields.keys().isdisjoint(HOLDERS):
        return (), None
    # Here, not above: most sites have no such post.
    from publisher.content.media import media_of

    return media_of(page)


def _separator(page: Page) -> str | None:
    reader = reader_of(page.world.rules.engine)
    return None if reader.markup(page.source.name) is Markup.RST else reader.separator(page.source)


def read_source(rules: Rules, post: Post, context: Context) -> Source | None:
    """The post's file, where it still has the bytes that were scanned."""
    try:
        with (rules.folder / post.source).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if hashlib.sha256(data).hexdigest() != post.digest:
            return None
        reader = reader_of(rules.engine)
        front = reader.split(decode(data, post.source), post.source)
    except (OSError, ContentError):
        return None
    below = post.source.removeprefix(f"{rules.content.strip('/')}/") if rules.content not in ("", ".") else post.source
    defaults = reader.defaults(rules, below, context)
    return Source(post.source, below, front, rules, ZoneInfo(rules.timezone), defaults=defaults)
