"""What a header says, before anyone types it: text, lists and mappings, each with its place.

Nothing is typed here on purpose. YAML 1.1 would turn the title 2024-01-01 into a date, the category `no`
into False and 1.10 into 1.1; and whether a date was quoted decides its time zone in Jekyll.
"""

from typing import Any, TypeAlias

from publisher.struct import Struct


class Scalar(Struct, frozen=True):
    """One piece of text; `plain` where it stood without quotes. `line` and `column` count from 1, in the file."""

    text: str
    plain: bool
    line: int
    column: int


Value: TypeAlias = Scalar | list["Value"] | dict[str, "Value"]

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
YES = frozenset({"true", "yes", "on"})
NO = frozenset({"false", "no", "off"})


class Fields(dict[str, Value]):
    """A header's values by key, the place of each key, and the keys that stand twice, of which `counts` counts."""

    counts = "the last one"

    def __init__(self) -> None:
        self.places: dict[str, tuple[int, int]] = {}
        self.duplicates: list[tuple[str, int, int]] = []

    def folded(self) -> "Fields":
        """The same with its keys in lower case, for engines that do not tell them apart."""
        folded = Fields()
        folded.update({key.lower(): value for key, value in self.items()})
        folded.places = {key.lower(): place for key, place in self.places.items()}
        folded.duplicates = self.duplicates
        folded.counts = self.counts
        return folded

    def over(self, defaults: "Fields") -> "Fields":
        """These values, and those of `defaults` where these have no such key."""
        merged = Fields()
        merged.update(defaults)
        merged.update(self)
        merged.places = defaults.places | self.places
        merged.duplicates = self.duplicates
        merged.counts = self.counts
        return merged

    def scalar(self, *keys: str) -> Scalar | None:
        """The first of `keys` that holds text, null and empty text excepted."""
        for key in keys:
            if key in self:
                value = self[key]
                if isinstance(value, Scalar) and not is_null(value) and value.text.strip():
                    return value
        return None

    def text(self, *keys: str) -> str | None:
        """The text of the first of `keys` that holds any, without white space around it."""
        found = self.scalar(*keys)
        return found.text.strip() if found else None

    def says_yes(self, key: str) -> bool:
        """Whether the key holds true, yes or on, in any case."""
        return key in self and self._word(key) in YES

    def says_no(self, key: str) -> bool:
        """Whether the key holds false, no or off, in any case."""
        return key in self and self._word(key) in NO

    def _word(self, key: str) -> str:
        value = self.get(key)
        return value.text.strip().lower() if isinstance(value, Scalar) else ""


NOTHING = Fields()
"""No values; not to be changed."""


def is_null(value: Scalar) -> bool:
    """Whether the text is one of YAML's ways to write nothing."""
    return value.plain and value.text in _NULLS


def texts(value: Value | None) -> list[str]:
    """Every text of a value that is text or a list, nested lists too; nothing for nulls and mappings."""
    found: list[str] = []
    for item in value if isinstance(value, list) else (value,):
        if isinstance(item, Scalar):
            text = item.text.strip()
            if text and not is_null(item):
                found.append(text)
        elif isinstance(item, list):
            found += texts(item)
    return found


def plainly(value: Value) -> Any:
    """A value without its places: texts, lists and mappings, for those who check it themselves."""
    if isinstance(value, Scalar):
        return value.text
    if isinstance(value, list):
        return [plainly(one) for one in value]
    return {key: plainly(one) for key, one in value.items()}
