"""Which form of an answer a request would rather have (RFC 9110 section 12.5)."""

import re
from functools import lru_cache

from publisher.core.words import LANGUAGE

_WEIGHT = re.compile(r"[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*", re.IGNORECASE)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z/-]+")
XML = "application/xml"
IDENTITY = ""
_ALIASES = {"x-gzip": "gzip", "identity": IDENTITY}
_BEST_FIRST = ("br", "gzip")


@lru_cache(maxsize=256)
def coding(accepted: str | None, available: tuple[str, ...]) -> str:
    """Which of the `available` codings to send, "" for none; the smaller one where a request has no preference.

    A request that says nothing of codings gets none: not all that say nothing can read one. One that refuses all gets
    none too, since an error would help nobody (section 12.5.3).
    """
    if accepted is None or not available:
        return IDENTITY
    weights = {_ALIASES.get(name, name): weight for name, weight in _weights(accepted).items()}
    others = weights.get("*", 0.0)
    choices = [name for name in _BEST_FIRST if name in available and weights.get(name, others) > 0]
    best = max(choices, key=lambda name: weights.get(name, others), default=IDENTITY)
    if best and IDENTITY in weights and weights[IDENTITY] > weights.get(best, others):
        return IDENTITY
    return best


@lru_cache(maxsize=256)
def rather_xml(accepted: str | None, own: str) -> bool:
    """Whether a request would rather have `application/xml` than a feed's `own` type, such as `application/rss+xml`.

    Browsers would: Chromium shows feeds as a heap of source under their own types, Firefox downloads them; under this
    one both show them by their style sheet. Feed readers ask for feeds, or for anything.
    """
    if accepted is None:
        return False
    weights = _weights(accepted)
    return _weight_of(XML, weights) > _weight_of(own, weights)


def languages(accepted: str | None) -> list[str]:
    """The tags of languages that a request reads, the best liked first, spelt as BCP 47 has them: `pt-BR`."""
    weights = {tag: weight for tag, weight in _weights(accepted or "").items() if weight and LANGUAGE.fullmatch(tag)}
    return [_spelt(tag) for tag in sorted(weights, key=lambda tag: -weights[tag])]


def _spelt(tag: str) -> str:
    """RFC 5646 section 2.1.1: folders are called so, and browsers send what they like."""
    first, *others = tag.split("-")
    return "-".join([first, *({2: str.upper, 4: str.title}.get(len(one), str)(one) for one in others)])


def _weight_of(type_: str, weights: dict[str, float]) -> float:
    """By the most precise range that holds it (section 12.5.1)."""
    ranges = (type_, type_.partition("/")[0] + "/*", "*/*")
    return next((weights[one] for one in ranges if one in weights), 0.0)


def _weights(text: str) -> dict[str, float]:
    """The members of a list with their weights; members that make no sense are passed over."""
    found: dict[str, float] = {}
    for member in text.split(","):
        name, *parameters = member.split(";")
        name = name.strip(" \t").lower()
        if not _TOKEN.fullmatch(name):
            continue
        weights = [one for one in parameters if one.strip(" \t").lower().startswith("q=")]
        matched = _WEIGHT.fullmatch(weights[0]) if weights else None
        if weights and not matched:
            continue
        # The same type with and without parameters: what is said of it without them is meant for feeds.
        if name not in found or len(parameters) == len(weights):
            found[name] = float(matched[1]) if matched else 1.0
    return found
