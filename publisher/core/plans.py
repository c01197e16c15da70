"""What a plan stands for: a hash of all that makes the mails, and what of it is another than it was."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from publisher.errors import UsageError
from publisher.struct import Struct, field

_SIGNS = 8
_LEAST_LEEWAY = 10
_NO_PLAN = "'publisher plan' prints the hash of a plan, and 'publisher plan --json' a file that says more of it"


class Part(StrEnum):
    """What a plan is made of, in the order in which its hash tells of it.

    Each is a mapping: periods by their keys, posts from their ids to the digest of their files, templates and mails
    from newsletter and language to a digest, settings from their keys to one.
    """

    PERIODS = "periods"
    POSTS = "posts"
    TEMPLATES = "templates"
    SETTINGS = "settings"
    MAILS = "mails"


_HASH = re.compile(rf"p((?:-[0-9a-f]{{{_SIGNS}}}){{{len(Part)}}})-([0-9]{{1,9}})")


class Contents(Struct, frozen=True):
    """All that the mails of a plan are made of, and how many `readers` get one, who are counted and not hashed."""

    parts: Mapping[Part, Mapping[str, str]]
    readers: int

    @property
    def hash(self) -> str:
        """`p-1a2b3c4d-…-1204`: a sign for each part, so that it can be told which is another, and the readers."""
        return "-".join(["p", *(sign(self.parts[part]) for part in Part), str(self.readers)])


class Promise(Struct, frozen=True):
    """What is remembered of a plan: a sign for each part, and the parts themselves where more than its hash was kept.

    `readers` is how many got mail then; `titles` are those of posts, by id.
    """

    hash: str
    signs: Sequence[str]
    readers: int
    parts: Mapping[Part, Mapping[str, str]] | None = None
    titles: Mapping[str, str] = field(default_factory=dict)


class Difference(Struct, frozen=True):
    """A part that is another than in the plan; what of it is new, gone and changed is told where that is known."""

    part: Part
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


class Leeway(Struct, frozen=True):
    """By how much the number of readers may differ: by `number`, and by `share` of what it was; the greater counts."""

    number: int = _LEAST_LEEWAY
    share: float = 0.1

    def allows(self, before: int, after: int) -> bool:
        """Whether so many readers are as good as those."""
        return abs(after - before) <= max(self.number, self.share * before)

    def told(self) -> str:
        """For people."""
        share = f"{self.share * 100:g} %" if self.share else ""
        return " or ".join(filter(None, [share, str(self.number) if self.number or not share else ""]))


def sign(parts: Mapping[str, str]) -> str:
    """Eight hexadecimal digits that stand for a mapping."""
    return digest_of(sorted(parts.items()))[:_SIGNS]


def digest_of(value: Any) -> str:
    """SHA-256, in hex, of a value that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each setting by its dotted key, with the start of a digest of its value: what it says is nobody else's."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", digest_of(value)[:_SIGNS]


def is_hash(text: str) -> bool:
    """Whether it is the hash of a plan."""
    return _HASH.fullmatch(text.strip()) is not None


def promise_of_hash(text: str) -> Promise:
    """What a hash says; UsageError where it is none."""
    found = _HASH.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is no plan's hash, and no file", hint=_NO_PLAN)
    return Promise(text.strip(), found[1][1:].split("-"), int(found[2]))


def promise_of_json(text: str, name: str) -> Promise:
    """What `publisher plan --json` printed, from the file `name`; UsageError where this is something else."""
    try:
        told = json.loads(text)
        promise = promise_of_hash(told["hash"])
        parts = {part: {str(key): str(value) for key, value in told["contents"][part].items()} for part in Part}
        titles = {str(post["id"]): str(post["title"]) for issue in told["issues"] for post in issue["posts"]}
    except json.JSONDecodeError as error:
        raise UsageError(f"{name}:{error.lineno}:{error.colno}: no whole plan: {error.msg}", hint=_NO_PLAN) from error
    except (UsageError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{name} is no plan", hint=_NO_PLAN) from error
    if [sign(parts[part]) for part in Part] != list(promise.signs):
        raise UsageError(f"{name} was changed: what it says is not what its hash stands for", hint=_NO_PLAN)
    return Promise(promise.hash, promise.signs, promise.readers, parts, titles)


def differences(promise: Promise, now: Contents) -> list[Difference]:
    """The parts that are another than in the plan."""
    found = []
    for part, before in zip(Part, promise.signs, strict=True):
        if sign(now.parts[part]) != before:
            found.append(_difference(part, promise.parts[part] if promise.parts else None, now.parts[part]))
    return found


def _difference(part: Part, before: Mapping[str, str] | None, after: Mapping[str, str]) -> Difference:
    if before is None:
        return Difference(part)
    both = [key for key in after if key in before]
    return Difference(
        part,
        tuple(key for key in after if key not in before),
        tuple(key for key in before if key not in after),
        tuple(key for key in both if before[key] != after[key]),
    )


def leeway(text: str) -> Leeway:
    """`10%` or `50`; UsageError where it is neither."""
    found = re.fullmatch(r"([0-9]{1,9})(%?)", text)
    if found is None:
        raise UsageError(f"{text!r} is no limit", hint="write 10% of the readers, or a number of them such as 50")
    return Leeway(0, int(found[1]) / 100) if found[2] else Leeway(int(found[1]), 0.0)
