"""Filters on lists: Ruby Liquid's standardfilters.rb, and Jekyll's over them."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cmp_to_key
from itertools import chain, count
from typing import Any

from publisher.content.liquid.filters_numbers import number
from publisher.content.liquid.filters_text import whole_number, xml_escape
from publisher.content.liquid.limits import MAX_DEPTH
from publisher.content.liquid.ruby import bound, inspected, joined, text_of

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_FLOAT = re.compile(r"\s*-?(?:\d{1,300}\.?\d{0,300}|\.\d{1,300})\s*$", re.ASCII)
_INTEGER = re.compile(r"\s*-?\d{1,300}\s*$", re.ASCII)


def items(value: object) -> list[object]:
    """Ruby Liquid's InputIterator: a list's items, those of lists within it too; anything else alone."""
    if isinstance(value, list | tuple):
        return list(_flat(value, 0))
    return [] if value is None else [value]


def _flat(value: Iterable[object], depth: int) -> Iterable[object]:
    for item in value:
        if isinstance(item, list | tuple) and depth < MAX_DEPTH:
            yield from _flat(item, depth + 1)
        else:
            yield item


def listed(value: object) -> list[object]:
    """What Jekyll's own filters go through: a list's items, a mapping's values."""
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []


def is_many(value: object) -> bool:
    """Whether there is something to go through; Jekyll gives anything else back as it is."""
    return isinstance(value, list | tuple | Mapping)


def raw_property(item: object, name: object) -> object:
    """A mapping's value under a key, `a.b` too; None where there is none."""
    whole = text_of(name)
    found = item
    for key in [whole] if isinstance(item, Mapping) and whole in item else whole.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def property_of(item: object, name: object) -> object:
    """The same, a text that looks like a number as a number, for sorting and comparing."""
    found = raw_property(item, name)
    text = text_of(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""
    if text and _INTEGER.match(text):
        return int(text)
    return float(text) if text and _FLOAT.match(text) else found


def _key(pair: tuple[Any, object]) -> Any:
    return pair[0]


def _by_key(left: tuple[object, object], right: tuple[object, object]) -> int:
    one, other = left[0], right[0]
    if isinstance(one, int | float) and isinstance(other, int | float):
        return (one > other) - (one < other)
    first_text, second_text = _order_text(one), _order_text(other)
    return (first_text > second_text) - (first_text < second_text)


def _order_text(value: object) -> str:
    return inspected(value) if isinstance(value, list) else text_of(value)


def _sorted(keyed: list[tuple[object, object]]) -> list[object]:
    """Items by their keys; like Ruby's `<=>`, and by what they print as where that fails."""
    alike = any(all(isinstance(key, kind) for key, _ in keyed) for kind in (str, int | float))
    return [item for _, item in sorted(keyed, key=_key if alike else cmp_to_key(_by_key))]


def _comparable(value: object) -> object:
    plain = value.__liquid__() if hasattr(value, "__liquid__") else value
    moment = plain.get("date") if isinstance(plain, Mapping) else plain
    return moment.__liquid__() if hasattr(moment, "__liquid__") else plain


def sort(value: object, name: object = None, nils: object = "first") -> object:
    """In order, by a property where one is given; items without it come first, or last."""
    if value is None:
        raise ValueError("there is nothing to sort")
    if nils not in ("first", "last"):
        raise ValueError(f"'{text_of(nils)}' is neither first nor last")
    if not is_many(value):
        return value
    found = list(map(list, value.items())) if isinstance(value, Mapping) and name is None else listed(value)
    keyed = [(_comparable(item if name is None else property_of(item, name)), item) for item in found]
    without = [item for key, item in keyed if key is None]
    ordered = _sorted([(key, item) for key, item in keyed if key is not None])
    return [*without, *ordered] if nils == "first" else [*ordered, *without]


def sort_natural(value: object, name: object = None) -> list[object]:
    """In order, case aside; nils last."""

    def key(item: object) -> tuple[bool, str]:
        found = item if name is None else raw_property(item, name)
        return found is None, text_of(found).lower()

    return sorted(items(value), key=key)


def uniq(value: object, name: object = None) -> list[object]:
    """Each item once."""
    found: dict[object, object] = {}
    for item in items(value):
        key = item if name is None else raw_property(item, name)
        found.setdefault(_identity(key), item)
    return list(found.values())


def _identity(value: object) -> object:
    # 1, 1.0 and true are one key of a dict in Python, and three values in Ruby.
    return inspected(value) if isinstance(value, list | dict) else (type(value), value)


def concat(value: object, other: object) -> list[object]:
    """Both lists."""
    if not isinstance(other, list | tuple):
        raise TypeError("concat needs a list")
    return [*chain(items(value), other)]


def first(value: object) -> object:
    """The first item; of a mapping, its first pair."""
    if isinstance(value, Mapping):
        return next(([key, item] for key, item in value.items()), None)
    return value[0] if isinstance(value, list | tuple) and value else None


def _cut(front: bool) -> Callable[..., object]:
    def cut(value: object, count: object = 1) -> object:
        size = max(0, whole_number(count))
        if not isinstance(value, list):
            return value
        return value[size:] if front else value[: max(0, len(value) - size)]

    return cut


def sample(value: object, count: object = 1) -> object:
    """The first: Jekyll takes items by chance, and a post that changed with every build would be new to readers."""
    if not isinstance(value, list):
        return value
    size = whole_number(count)
    return first(value) if size == 1 else value[: max(0, size)]


def array_to_sentence_string(value: object, connector: object = "and") -> str:
    """`a, b, and c`."""
    texts = [text_of(item) for item in listed(value)]
    if len(texts) < 3:
        return f" {text_of(connector)} ".join(texts)
    return f"{', '.join(texts[:-1])}, {text_of(connector)} {texts[-1]}"


def jsonify(value: object) -> str:
    """JSON as Ruby writes it; of a post, all but its text and what leads to others."""
    parts: list[str] = []
    size = 0
    for part in _JSON.iterencode(_jsonable(value, 0, count())):
        parts.append(part)
        size += len(part)
        bound(size)
    return "".join(parts)


def _jsonable(value: object, depth: int, seen: "count[int]") -> object:
    # A value that aliases in YAML name again and again is small as it is, and endless as JSON.
    bound(next(seen))
    if depth > MAX_DEPTH:
        return None
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if hasattr(value, "plain"):
        return _jsonable(value.plain(), depth + 1, seen)
    if isinstance(value, Mapping):
        return {text_of(key): _jsonable(item, depth + 1, seen) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item, depth + 1, seen) for item in value]
    return text_of(value)


def size(value: object) -> int:
    """How many characters, items or keys."""
    return len(value) if isinstance(value, str | list | tuple | Mapping) else 0


def default(value: object, other: object = "", *, allow_false: object = False) -> object:
    """Another value where there is none, or false, or nothing in it."""
    if value is None or (value is False and not allow_false):
        return other
    return other if isinstance(value, str | list | Mapping) and len(value) == 0 else value


def total(value: object, name: object = None) -> int | float:
    """The sum of the items, or of a property of theirs."""
    found = Decimal(0)
    for item in items(value):
        found += number(item if name is None else raw_property(item, name))
    return int(found) if found == found.to_integral_value() else float(found)


def _map(value: object, name: object) -> list[object]:
    return [raw_property(item, name) for item in items(value)]


LIST_FILTERS: dict[str, Callable[..., object]] = {
    "sort": sort,
    "sort_natural": sort_natural,
    "uniq": uniq,
    "concat": concat,
    "first": first,
    "last": lambda value: value[-1] if isinstance(value, list | tuple) and value else None,
    "map": _map,
    "compact": lambda value: [item for item in items(value) if item is not None],
    "reverse": lambda value: items(value)[::-1],
    "join": lambda value, glue=" ": joined(items(value), text_of(glue)),
    "push": lambda value, item: [*value, item] if isinstance(value, list) else value,
    "unshift": lambda value, item: [item, *value] if isinstance(value, list) else value,
    "pop": _cut(front=False),
    "shift": _cut(front=True),
    "sample": sample,
    "array_to_sentence_string": array_to_sentence_string,
    "jsonify": jsonify,
    "inspect": lambda value: xml_escape(inspected(value)),
    "size": size,
    "default": default,
}
