"""What parsers of YAML, TOML and JSON find wrong, in plain words; their own words follow, for those who search by them.

Each fault is worded twice in YAML: by libyaml, which reads posts, and by PyYAML, which reads the settings.
"""

import re

from publisher.struct import Struct

Place = tuple[int, int]
"""Line and column, both from 0."""


class Fault(Struct, frozen=True):
    """What is wrong and where, line and column from 0."""

    line: int
    column: int
    message: str


_TAB = "a tab stands where YAML allows only spaces: put spaces in its place"
_CHARACTER = "no value may start with this character: put the value in quotes"
_NAMES_ANOTHER = "'*' or '&' before a value refers to another one in YAML: put a value that starts so in quotes"

_FROM_ITS_START: tuple[tuple[str, str], ...] = (
    ("could not find expected ':'", "the line has no ': ': write 'key: value'"),
    ("found unexpected end of stream", "the quote that opens here is never closed"),
    (r"expected ',' or '\]'", "the list that '[' opens here is not closed by ']', or a value in it needs quotes"),
    ("expected ',' or '}'", "the mapping that '{' opens here is not closed by '}', or a value in it needs quotes"),
    ("expected alphabetic or numeric character", _NAMES_ANOTHER),
    ("expected( a)? comment or( a)? line break", "'|' or '>' announces lines of text below: put the value in quotes"),
)
"""Told by the place where what is broken begins: the parser noticed further down."""

_WHERE_NOTICED: tuple[tuple[str, str], ...] = (
    (r"character '\\t'|tab character", _TAB),
    ("that cannot start any token|mapping keys are not allowed", _CHARACTER),
    ("undefined alias", _NAMES_ANOTHER),
    ("another document|<document start>", "a second document begins here: remove the line '---' or what follows"),
    (
        "mapping values are not allowed",
        "a ': ' too many: put a value that holds ': ' in quotes; keys start in one column, a blank behind their ':'",
    ),
    (
        "<block end>, but found '<scalar>'",
        "something follows a value that is complete: put all of it in quotes, not a part",
    ),
    (
        "did not find expected key|expected <block end>, but found '<block",
        "either something follows a value that is complete, or the line is not indented as those above: "
        "put the whole value in quotes, or let keys start in one column",
    ),
    (
        "expected '-' indicator|expected <block end>, but found '\\?'",
        "among the lines of a list each has to start with '- ', all in one column",
    ),
    (
        "sequence entries are not allowed",
        "a list starts on the line after its key: put a value that starts with '- ' in quotes",
    ),
    ("unknown escape character", r"'\' means something of its own between double quotes: write '\\', or single quotes"),
    ("expected (the )?node content", "a value is missing, or starts with ',', ']' or '}': put it in quotes"),
    ("(control|special) characters are not allowed", "a character that cannot be seen: delete it"),
    # TOML
    ("^Invalid value", "a value is missing or is none: text has to be in quotes, true and false in small letters"),
    ("^Expected '=' after a key", "write 'key = value'"),
    ("^Expected newline or end of document", "something follows a value that is complete, as after a quote within it"),
    (r"^Illegal character '\\n'", "the quote is not closed on its line"),
    (r"^Unescaped '\\'", r"'\' means something of its own between double quotes: write '\\', or single quotes"),
    ("^Cannot (overwrite a value|declare)", "it stands here a second time"),
    ("^Invalid (statement|initial character)", "a key with more than letters, digits, '-' and '_' needs quotes"),
    # JSON
    ("^Expecting property name", "a key has to be in double quotes, and no comma follows the last value"),
    ("^Expecting value", "a value is missing or is none: text needs double quotes, no comma follows the last"),
    ("^Expecting '[,:]' delimiter", "a comma or colon is missing, such as after a quote within a text"),
    ("^Invalid control character", r"a text goes on over the line's end: write '\n' for it"),
    (r"^Invalid \\escape", r"'\' means something of its own: write '\\'"),
    ("^Unterminated string", "the quote that opens here is never closed"),
)


def explained(reason: str) -> str:
    """A parser's reason in plain words, its own behind them; the reason alone where there are none."""
    plain = _found(reason, (*_FROM_ITS_START, *_WHERE_NOTICED))
    return f"{plain} ({reason})" if plain else reason


def yaml_fault(reason: str, text: str, begun: Place | None, noticed: Place | None) -> Fault:
    """The fault that a YAML parser `noticed` while it read what had `begun` further up."""
    if begun and _found(reason, _FROM_ITS_START):
        return Fault(*begun, explained(reason))
    line, column = noticed or begun or (0, 0)
    # libyaml does not say which character it met.
    if "that cannot start" in reason and _character(text, line, column) == "\t":
        return Fault(line, column, f"{_TAB} ({reason})")
    return Fault(line, column, explained(reason))


def _found(reason: str, table: tuple[tuple[str, str], ...]) -> str | None:
    return next((words for pattern, words in table if re.search(pattern, reason)), None)


def _character(text: str, line: int, column: int) -> str:
    rows = re.split("\r\n|[\r\n\x85\u2028\u2029]", text)
    return rows[line][column : column + 1] if line < len(rows) else ""
