"""A post's whole content as HTML, made once for each text and address."""

import hashlib

from publisher.content.engines import READERS
from publisher.content.engines.jekyll import HTML
from publisher.content.file_text import MAX_BYTES, decode
from publisher.content.front import split_front
from publisher.content.index import Index
from publisher.content.nouns import Rules
from publisher.content.permalinks import extension
from publisher.errors import ContentError
from publisher.model.post import Post


def render(rules: Rules, post: Post, index: Index) -> str | None:
    """The post's content as safe HTML, every address in it absolute.

    From the index where it was rendered before; else from the file, if that still has the bytes of
    `post.digest`; else None.
    """
    html = index.rendering(post.digest, post.url)
    if html is not None:
        return html
    body = _body(rules, post)
    if body is None:
        return None
    # Here, not above: a build where nothing changed never needs the Markdown parser.
    from publisher.content.markdown import make_safe, to_html

    html = make_safe(body if extension(post.source) in HTML else to_html(body), post.url)
    index.put_rendering(post.digest, post.url, html)
    return html


def _body(rules: Rules, post: Post) -> str | None:
    try:
        with (rules.folder / post.source).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if hashlib.sha256(data).hexdigest() != post.digest:
            return None
        front = split_front(decode(data, post.source), post.source, lenient=READERS[rules.engine].lenient)
    except (OSError, ContentError):
        return None
    return front.body
