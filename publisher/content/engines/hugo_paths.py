"""File names and texts as Hugo makes addresses of them: its common/paths (pathparser.go, path.go), text and urls."""

import re
import unicodedata
from collections.abc import Set as AbstractSet
from functools import lru_cache
from urllib.parse import quote, unquote

from publisher.struct import Struct

_SIMPLE = re.compile(r"[A-Za-z0-9._/~@+#-]*$")
_SIGNS = frozenset("./\\_#+~-@")
_HEX = frozenset("0123456789abcdefABCDEF")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# What Go's net/url lets stand in a path that is otherwise plain ASCII (validEncoded); and in any path.
_VALID = re.compile(r"[A-Za-z0-9$&+,/:;=@._~!'()*\[\]-]*$")
_SAFE = "$&+,/:;=@-_.~"


class Name(Struct, frozen=True):
    """A file's name without its extension and other identifiers, and the language among them; `disabled` where that
    is a language whose pages are not made."""

    base: str
    language: str | None = None
    disabled: bool = False


def parse_name(name: str, languages: AbstractSet[str], disabled: AbstractSet[str]) -> Name:
    """A name such as `post.ja.md`; what stands right of the leftmost identifier is no part of the name either."""
    parts = name.split(".")
    base, language, off = ".".join(parts[:-1]) or name, None, False
    for at in range(len(parts) - 2, -1, -1):
        part = parts[at]
        found = part if language is None and len(parts) > 2 and (part in languages or part in disabled) else None
        custom = _custom(part)
        if found is None and custom and custom.removeprefix("language_") in languages:
            found = custom.removeprefix("language_")
        if found is None and not custom and part != "baseof":
            continue
        language, off = language or found, off or found in disabled
        # The first part is the name even where it is an identifier too.
        base = ".".join(parts[: max(at, 1)])
    return Name(base, language, off)


def _custom(part: str) -> str | None:
    return part[1:-1].lower() if len(part) > 2 and part[0] == part[-1] == "_" else None


@lru_cache(maxsize=4096)
def lower(text: str) -> str:
    """Go's strings.ToLower: character by character, so that no final sigma and no dotted i becomes something else."""
    if text.isascii():
        return text.lower()
    return "".join("i" if char == "İ" else char.lower() for char in text)


def normal(path: str) -> str:
    """A content path as Hugo's trees know it."""
    return lower(path).replace(" ", "-")


@lru_cache(maxsize=4096)
def sanitise(text: str, keeps_case: bool, drops_accents: bool) -> str:
    """What is left of a text in an address: letters, marks, digits and some signs; white space becomes a hyphen.

    日本語、記事（１） is 日本語記事１, where Jekyll has 日本語-記事-１. Dropping accents makes か of が, too.
    """
    kept = text if _SIMPLE.match(text) else _kept(text)
    if drops_accents:
        parts = unicodedata.normalize("NFD", kept)
        kept = unicodedata.normalize("NFC", "".join(char for char in parts if unicodedata.category(char) != "Mn"))
    return kept if keeps_case else lower(kept)


def _kept(text: str) -> str:
    kept: list[str] = []
    owed = after_hyphen = False
    for at, char in enumerate(text):
        if _is_kept(char) or (char == "%" and len(text) > at + 2 and {text[at + 1], text[at + 2]} <= _HEX):
            after_hyphen = char == "-"
            if owed and not after_hyphen:
                kept.append("-")
            owed = False
            kept.append(char)
        elif kept and not after_hyphen and char.isspace():
            owed = True
    return "".join(kept)


@lru_cache(maxsize=8192)
def _is_kept(char: str) -> bool:
    if char in _SIGNS:
        return True
    category = unicodedata.category(char)
    # Ideographs that are newer than this Python's tables are letters to Hugo's.
    new = category == "Cn" and 0x20000 <= ord(char) <= 0x3FFFD
    return category[0] in "LM" or category == "Nd" or new


def decode_query(text: str) -> str:
    """Go's url.QueryUnescape as Hugo uses it: a plus is a space, and a stray percent sign makes all of it empty."""
    return "" if _ESCAPE.search(text) else unquote(text.replace("+", " "), errors="replace")


def decode_path(text: str) -> str:
    """The path that an escaped one stands for; a stray percent sign stands for itself."""
    return unquote(text, errors="replace") if "%" in text else text


def urlize(text: str, keeps_case: bool, drops_accents: bool) -> str:
    """A text as part of a permalink, before its percent signs are read once more (helpers/url.go, URLize)."""
    clean = sanitise(text, keeps_case, drops_accents)
    # What is behind a number sign is a fragment to Go, and one that is empty leaves no sign: C# becomes c.
    return decode_path(clean[:-1] if clean.find("#") == len(clean) - 1 else clean)


def escape(path: str) -> str:
    """A Unicode path percent-encoded just as Go does it: `!` and brackets only where other characters need it."""
    return path if _VALID.match(path) else quote(path, safe=_SAFE)
