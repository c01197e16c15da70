"""The door to lxml's HTML: a post's content from the page that its engine has built."""

import re
import unicodedata
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from publisher.content.codes import Code
from publisher.content.plaintext import one_line
from publisher.content.world import Page
from publisher.core.tags import is_tangled

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Where themes put a post's text: microdata and microformats first, then the names of the best-known themes' classes.
_BODIES = ("e-content", "post-content", "entry-content", "article-content", "post-body", "markdown-body", "prose")
_AROUND = ("article", "main")
_LEFT_OUT = frozenset({"script", "style", "nav", "template", "link", "meta"})
_TEXT = ("p", "ul", "ol", "dl", "pre", "blockquote", "table", "figure")
_FRAME = frozenset({"header", "footer", "nav", "aside"})
_ANCHOR_CLASSES = frozenset({"header-anchor", "headerlink", "heading-anchor", "anchorjs-link", "zola-anchor"})
_NUMBER_CLASSES = frozenset({"gutter", "rouge-gutter", "linenos", "lineno"})
_ASIDE_CLASSES = frozenset({"toc", "table-of-contents", "post-meta"})
_UNSEEN_CLASSES = frozenset({"sr-only", "visually-hidden", "screen-reader-text"})
_NOISE = _ANCHOR_CLASSES | _NUMBER_CLASSES | _ASIDE_CLASSES | _UNSEEN_CLASSES
_NOISY_IDS = frozenset({"TableOfContents", "toc", "markdown-toc"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ANCHORS = frozenset({"", "#", "##", "¶", "§", "🔗", "\ufe0e", "\ufe0f", "🔗\ufe0e", "🔗\ufe0f", "#️⃣"})
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_-]{1,40})", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml[^>]*>")
_UNHEARD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def to_html(page: Page) -> str:
    """The content of the built page at the post's address; ContentError where there is none."""
    output = page.world.rules.output.strip("/")
    for name in _files(page.post.path.strip(), output):
        data = page.data(name)
        if data is not None:
            return _content(page, data)
    message = f"'{output}' has no page for {page.post.path}: run your engine first, then publisher build"
    raise page.fatal(Code.NO_BUILT_PAGE, message)


def _files(path: str, output: str) -> Iterator[str]:
    below = path.lstrip("/")
    if not below or below.endswith("/"):
        names = [f"{below}index.html"]
    elif below.endswith((".html", ".htm", ".xhtml")):
        names = [below]
    else:
        names = [f"{below}.html", f"{below}/index.html", below]
    for name in names:
        # A file system, or the tool that copied the site, may have composed or decomposed the names.
        forms = (name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name))
        yield from (f"{output}/{form}" for form in dict.fromkeys(forms))


def _content(page: Page, data: bytes) -> str:
    text = _UNHEARD.sub("", _XML.sub("", _decoded(data), count=1))
    if is_tangled(text):
        raise page.fatal(Code.BROKEN_MARKUP, f"the page built for {page.post.path} is nested too deep to be read")
    return content_of(text, page.post.title)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        found = _DECLARED.search(data, 0, 2048)
    try:
        return data.decode(found[1].decode() if found else "utf-8", errors="replace")
    except LookupError:
        return data.decode("utf-8", errors="replace")


def content_of(text: str, title: str) -> str:
    """The post's own text in a page as HTML, without the frame around it, a heading that repeats `title`, scripts,
    a table of contents, anchors at headings and line numbers of code."""
    # Here, not above: only a site read from its built pages needs it.
    from lxml import etree, html

    try:
        # Without huge_tree, libxml2 leaves out what is nested over 256 deep.
        body = _body(html.document_fromstring(text, parser=html.HTMLParser(huge_tree=True)))
    except etree.ParserError:
        return ""
    for element in list(body.iterdescendants()):
        if isinstance(element.tag, str) and (_is_noise(element) or _is_title(element, title)):
            element.drop_tree()
    return escape(body.text or "", quote=False) + "".join(html.tostring(child, encoding="unicode") for child in body)


def _body(root: "HtmlElement") -> "HtmlElement":
    found: dict[str, HtmlElement] = {}
    for element in root.iter():
        if isinstance(element.tag, str):
            for name in _names(element):
                found.setdefault(name, element)
    inner = next((found[name] for name in ("articleBody", *_BODIES) if name in found), None)
    if inner is not None:
        return inner
    outer = _outer(root, found)
    for element in list(outer.iterdescendants(*_FRAME)):
        if outer.tag == "body" or element.tag != "aside":
            element.drop_tree()
    for element in outer.findall("time"):
        # The post's date, as the layout that `hugo new theme` makes has it; the writer's own stand in paragraphs.
        element.drop_tree()
    return outer


def _outer(root: "HtmlElement", found: "dict[str, HtmlElement]") -> "HtmlElement":
    article, main = found.get("<article>"), found.get("<main>")
    if article is not None and main is not None and _is_quoted(article, main):
        return main
    return next((found[f"<{tag}>"] for tag in (*_AROUND, "body") if f"<{tag}>" in found), root)


def _is_quoted(article: "HtmlElement", main: "HtmlElement") -> bool:
    """Whether an article is one within the post's text: where a layout has none, taking it would lose all the rest."""
    before = 0
    for element in main.iterdescendants(*_TEXT, "article"):
        if element is article:
            return before > len(article.text_content())
        before += len(element.text_content())
    return False


def _names(element: "HtmlElement") -> list[str]:
    return [f"<{element.tag}>", *element.get("itemprop", "").split(), *element.get("class", "").split()]


def _is_noise(element: "HtmlElement") -> bool:
    if element.tag in _LEFT_OUT or element.get("id") in _NOISY_IDS or element.get("aria-hidden") == "true":
        return True
    if not _NOISE.isdisjoint(element.get("class", "").split()):
        return True
    within = element.getparent()
    at_heading = element.tag == "a" and within is not None and within.tag in _HEADINGS
    return at_heading and element.text_content().strip() in _ANCHORS and element.find(".//img") is None


def _is_title(element: "HtmlElement", title: str) -> bool:
    return element.tag == "h1" and one_line(element.text_content()) == one_line(title)
