"""The door to Pygments: code as HTML whose colours are written at each word."""

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_WORD = re.compile(r"[\s{.]*(?:language-)?([A-Za-z0-9_+#-]+(?:\.[A-Za-z0-9]+)?)")
# A lexer is a set of regular expressions, some of which need the square of what they look at: 16 lines of 1,900
# characters took AspectJ's 20 seconds, and so did 30,000 blanks AutoHotkey's; 16,000 characters of `a b` took Java's 5.
_LONGEST, _LONGEST_SQUARED = 8_192, 4_000_000
_VOID = re.compile(r"\s{200}")
# Without a background of their own the colours must be read on any: each has at least 4.5:1 on white and on black.
_GREY, _PURPLE, _BLUE, _GREEN, _BROWN, _RED = "#757575", "#9a57ca", "#2d76d0", "#3a8438", "#a7680a", "#ce4545"
_STYLES = {
    "Comment": f"color: {_GREY}; font-style: italic",
    "Comment.Preproc": f"color: {_BROWN}",
    "Keyword": f"color: {_PURPLE}",
    "Keyword.Constant": f"color: {_BROWN}",
    "Operator.Word": f"color: {_PURPLE}",
    "Name.Builtin": f"color: {_BLUE}",
    "Name.Class": f"color: {_BLUE}",
    "Name.Function": f"color: {_BLUE}",
    "Name.Decorator": f"color: {_BROWN}",
    "Name.Exception": f"color: {_BLUE}",
    "Name.Namespace": f"color: {_BLUE}",
    "Name.Tag": f"color: {_PURPLE}",
    "Name.Attribute": f"color: {_BLUE}",
    "Name.Variable": f"color: {_RED}",
    "Literal.String": f"color: {_GREEN}",
    "Literal.String.Escape": f"color: {_BROWN}",
    "Literal.String.Interpol": f"color: {_BROWN}",
    "Literal.Number": f"color: {_BROWN}",
    "Literal.Date": f"color: {_GREEN}",
    "Generic.Heading": "font-weight: bold",
    "Generic.Subheading": "font-weight: bold",
    "Generic.Strong": "font-weight: bold",
    "Generic.Emph": "font-style: italic",
    "Generic.Prompt": f"color: {_GREY}",
    "Generic.Output": f"color: {_GREY}",
    "Generic.Inserted": f"color: {_GREEN}",
    "Generic.Deleted": f"color: {_RED}",
    "Generic.Error": f"color: {_RED}",
}
_PLAIN = frozenset({"text", "plain", "plaintext", "txt", "none", "output"})


def highlight(code: str, language: str) -> str:
    """A block of code as `<pre><code>…</code></pre>`.

    `language` is what stands behind a fence: `python`, `python {1,3}`, `ruby:名前.rb`, `{.python .numberLines}`, or
    nothing. Code in a language that Pygments does not know, over 8,000 characters, or with very long lines gets
    no colours.
    """
    found = _WORD.match(language)
    name = found[1].lower() if found else ""
    opening = f'<pre><code class="language-{escape(name)}">' if name else "<pre><code>"
    return f"{opening}{_coloured(code, name)}</code></pre>"


def _coloured(code: str, name: str) -> str:
    lexer = _lexer(name) if name and name not in _PLAIN and _is_modest(code) else None
    if lexer is None:
        return escape(code, quote=False)
    tokens = list(lexer.get_tokens(code))
    # The lexers of consoles lose a last line that has no end.
    if "".join(value for _, value in tokens) != code:
        return escape(code, quote=False)
    parts, style, run = [], "", ""
    for kind, value in tokens:
        found = style if value.isspace() and "\n" not in value else _style(str(kind))
        if found != style:
            parts.append(_span(style, run))
            style, run = found, ""
        run += value
    return "".join([*parts, _span(style, run)])


def _is_modest(code: str) -> bool:
    lines = code.split("\n") if len(code) <= _LONGEST else None
    return lines is not None and sum(len(line) ** 2 for line in lines) <= _LONGEST_SQUARED and not _VOID.search(code)


def _span(style: str, text: str) -> str:
    escaped = escape(text, quote=False)
    return f'<span style="{style}">{escaped}</span>' if style and text else escaped


@lru_cache(maxsize=512)
def _style(kind: str) -> str:
    name = kind.removeprefix("Token.")
    while name and name not in _STYLES:
        name = name.rpartition(".")[0]
    return _STYLES.get(name, "")


@lru_cache(maxsize=256)
def _lexer(name: str) -> "Lexer | None":
    # Here, not above: most posts hold no code, and Pygments takes its time to load.
    from pygments.lexers import find_lexer_class

    known = _names().get(name)
    found = find_lexer_class(known) if known else None
    return found(stripnl=False, ensurenl=False) if found else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    # Not get_lexer_by_name: it also asks whatever plugins a machine has, and takes 50 ms to say that it knows none.
    from pygments.lexers import get_all_lexers

    return {alias.lower(): name for name, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases}
