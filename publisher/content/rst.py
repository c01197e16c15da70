"""The door to docutils: reStructuredText as HTML, and the title and fields at its top.

No file is read for a text, no network is asked, nothing of it is run; docutils' own configuration files do not count.
"""

import importlib.util
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree, publish_parts
from docutils.parsers.rst import Directive, Parser, directives, roles, states
from docutils.writers.html5_polyglot import HTMLTranslator, Writer

from publisher.content.codes import Code
from publisher.content.highlight import highlight
from publisher.content.values import Scalar
from publisher.content.world import Page

# docutils takes a second for 120 KB of prose or 2,000 lines of a table, and its time grows with the square of a block's
# lines, and with that of the signs in a paragraph. Within these limits no text takes more than some seconds.
_LONGEST, _MOST_LINES, _MOST_LINES_OF_A_BLOCK = 500_000, 10_000, 2_000
_MOST_SIGNS = 30_000_000
_SIGN = re.compile(r"[*`|_<:\[@]")
_BLANK = re.compile(r"\n[ \t]*\n")
_MOST_WARNINGS = 20
_WARNING, _ERROR, _NEVER = 2, 3, 5
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[a-z]+)?")
_EXPLAINED = re.compile(r"(.*)\((.*)\)", re.DOTALL)
_TOO_LARGE = "the text is over 500 KB, 10,000 lines or 2,000 lines without a blank one, too much to be read"
_SETTINGS: dict[str, Any] = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": True,
    "warning_stream": False,
    # What is worse than a warning stays in the text, where the translator leaves only what the writer wrote of it.
    "report_level": _ERROR,
    "halt_level": _NEVER,
    "initial_header_level": "2",
    "doctitle_xform": True,
    "syntax_highlight": "none",
    "math_output": "LaTeX",
    "image_loading": "link",
    "embed_stylesheet": False,
    "stylesheet_path": "",
    "output_encoding": "unicode",
    "smart_quotes": False,
}


def to_html(page: Page, text: str) -> str:
    """The text as HTML, without title and fields; ContentError where it is too much for docutils."""
    if not _is_modest(text):
        raise page.fatal(Code.BROKEN_MARKUP, _TOO_LARGE)
    seen: list[tuple[int, str]] = []
    settings = _SETTINGS | {"language_code": _language(page.world.rules.language)}
    try:
        with _own_names():
            parts = publish_parts(text, parser=_Parser(seen), writer=_Writer(), settings_overrides=settings)
    except Exception as error:
        # Faults of docutils itself too: what it raises on odd tables and roles is of any kind.
        raise page.fatal(Code.BROKEN_MARKUP, f"docutils cannot read the text: {type(error).__name__}") from error
    for line, message in seen[:_MOST_WARNINGS]:
        page.warn(Code.BROKEN_MARKUP, page.source.front.body_line + max(line, 1) - 1, 1, message)
    return str(parts["body"])


def docinfo(text: str, file: str) -> list[tuple[str, Scalar]]:
    """The title, as HTML and empty where there is none, and the fields after it; ContentError as in `to_html`."""
    if not _is_modest(text):
        raise Code.BROKEN_MARKUP.fatal(file, 1, 1, _TOO_LARGE)
    try:
        with _own_names():
            document = publish_doctree(text, parser=_Parser([]), settings_overrides=_SETTINGS)
        fields = [field for info in document.findall(nodes.docinfo) for field in info.children]
        return [("title", _title(document, text)), *(_field(field, text) for field in fields)]
    except Exception as error:
        raise Code.BROKEN_MARKUP.fatal(file, 1, 1, f"docutils cannot read it: {type(error).__name__}") from error


def _is_modest(text: str) -> bool:
    lines = text.split("\n") if len(text) <= _LONGEST else []
    if not 0 < len(lines) <= _MOST_LINES:
        return False
    longest = max(len(block.split("\n")) for block in _BLANK.split(text))
    return longest <= _MOST_LINES_OF_A_BLOCK


def _title(document: nodes.document, text: str) -> Scalar:
    found = next((node for node in document.children if isinstance(node, nodes.title)), None)
    title = found.astext() if found else ""
    place = re.search(rf"^ *{re.escape(title)}\s*$", text, re.MULTILINE) if title else None
    return Scalar(escape(title), False, *_place(text, place.start() if place else 0))


def _field(field: nodes.Node, text: str) -> tuple[str, Scalar]:
    named = isinstance(field, nodes.field)
    name = field.children[0].astext() if named else str(getattr(field, "tagname", ""))
    body = field.children[1] if named else field
    value = "; ".join(child.astext() for child in body.children) if isinstance(body, nodes.authors) else body.astext()
    place = re.search(rf"^:{re.escape(name)}:", text, re.MULTILINE | re.IGNORECASE)
    if name.lower() == "summary":
        value = escape(value)
    return name, Scalar(value, False, *_place(text, place.start() if place else 0))


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, 1


def _language(tag: str) -> str:
    # docutils imports any module by that name, so only one of its own is named to it.
    name = tag.replace("-", "_").lower()
    own = _LANGUAGE.fullmatch(name) and importlib.util.find_spec(f"docutils.languages.{name}")
    return name if own else name[:2] if name[2:3] == "_" and _language(name[:2]) == name[:2] else "en"


@contextmanager
def _own_names() -> Iterator[None]:
    """Our directives and roles, for one text: what a `role` directive makes would hold for all that are read after."""
    registries: list[dict[str, Any]] = [vars(directives)["_directives"], vars(roles)["_roles"]]
    before = [dict(registry) for registry in registries]
    for name in ("code", "code-block", "sourcecode"):
        directives.register_directive(name, _CodeBlock)
    directives.register_directive("date", _Today)
    registries[1]["abbr"] = _abbreviation
    try:
        yield
    finally:
        for registry, names in zip(registries, before, strict=True):
            registry.clear()
            registry.update(names)


class _Parser(Parser):
    """Notes the line and message of each fault in `seen`."""

    def __init__(self, seen: list[tuple[int, str]]) -> None:
        super().__init__(inliner=_inliner())
        self._seen = seen

    def parse(self, inputstring: str, document: nodes.document) -> None:
        document.reporter.attach_observer(self._note)
        super().parse(inputstring, document)

    def _note(self, message: nodes.system_message) -> None:
        if message["level"] >= _WARNING:
            self._seen.append((int(message.get("line") or 1), " ".join(message.children[0].astext().split())))


def _inliner() -> states.Inliner:
    """docutils' own, which looks for markup in a paragraph while that takes no time to speak of."""
    inliner = states.Inliner()
    whole, spent = inliner.parse, 0

    def parse(text: str, lineno: int, memo: Any, parent: nodes.Element) -> Any:
        nonlocal spent
        signs = len(text) * len(_SIGN.findall(text))
        if spent + signs > _MOST_SIGNS:
            memo.reporter.warning("There are too many signs here for their markup to be looked for.", line=lineno)
            return [nodes.Text(text)], []
        spent += signs
        return whole(text, lineno, memo, parent)

    # No subclass: docutils puts its patterns together from what stands in the class itself.
    vars(inliner)["parse"] = parse
    return inliner


class _Writer(Writer):
    def __init__(self) -> None:
        super().__init__()
        self.translator_class = _Translator


class _Translator(HTMLTranslator):
    """docutils' HTML, less what it says itself, with elements where it has classes that no reader has a style for."""

    def visit_section(self, node: nodes.section) -> None:
        if "system-messages" in node["classes"]:
            raise nodes.SkipNode
        super().visit_section(node)

    def visit_system_message(self, node: nodes.system_message) -> None:
        for block in node.findall(nodes.literal_block):
            self.body.append(f"<pre>{escape(block.astext())}</pre>\n")
        raise nodes.SkipNode

    def visit_problematic(self, node: nodes.problematic) -> None:
        self.body.append(escape(node.astext()))
        raise nodes.SkipNode

    def visit_literal(self, node: nodes.literal) -> None:
        self.body.append(f"<code>{escape(' '.join(node.astext().split()))}</code>")
        raise nodes.SkipNode

    def visit_image(self, node: nodes.image) -> None:
        # As Pelican's translator; and `:loading: embed` would read any file of the machine.
        node["alt"] = node.get("alt", "")
        if node.get("loading") == "embed":
            del node["loading"]
        super().visit_image(node)

    def visit_abbreviation(self, node: nodes.abbreviation) -> None:
        title = node.get("explanation")
        self.body.append(self.starttag(node, "abbr", "", **({"title": title} if title else {})))


class _CodeBlock(Directive):
    """`code-block`, `sourcecode` and `code`: the language, then the lines; Pelican's own options change no text."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = dict.fromkeys(
        (
            *("anchorlinenos", "class", "classprefix", "hl_lines", "lineanchors", "linenos", "linenospecial"),
            *("linenostart", "linenostep", "lineseparator", "linespans", "name", "nobackground", "nowrap"),
            *("number-lines", "tagsfile", "tagurlformat"),
        ),
        directives.unchanged,
    )

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        language = self.arguments[0] if self.arguments else ""
        html = highlight("\n".join(self.content), language)
        return [nodes.raw("", f"{html}\n", format="html")]


class _Today(Directive):
    """`date`, which puts in the day of the build: every build would be another text."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        raise self.warning('the "date" directive is not followed: its text would be another one at each build')


def _abbreviation(
    _name: str,
    _raw: str,
    text: str,
    _line: int,
    _inliner: states.Inliner,
    _options: object = None,
    _content: object = None,
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """`:abbr:`, whose explanation stands in brackets at its end (Pelican's rstdirectives.py)."""
    text = nodes.unescape(text)
    found = _EXPLAINED.fullmatch(text)
    if found is None:
        return [nodes.abbreviation(text, text)], []
    return [nodes.abbreviation(text, found[1].strip(), explanation=found[2])], []
