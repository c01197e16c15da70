"""What a reader has, in the lines that they may change and send back; jobs.requests_change reads them."""

from collections.abc import Mapping, Sequence

from publisher.mail.request_wishes import LANGUAGES
from publisher.model.newsletter import Frequency, Newsletter
from publisher.model.reader import Subscription, SubscriptionStatus
from publisher.struct import Struct

_MOST = 8
"""Newsletters in a letter: all of it stands in an address, too, and mail programs take only so much of one."""


class _Words(Struct, frozen=True):
    frequency: str
    categories: str
    language: str
    all: str
    none: str
    comma: str
    frequencies: Mapping[Frequency, str]


_JA = _Words(
    *("頻度", "カテゴリー", "言語", "すべて", "停止", "、"),
    dict(zip(Frequency, ("随時", "毎日", "毎週", "毎月"), strict=True)),
)
_EN = _Words(
    *("frequency", "categories", "language", "all", "none", ", "),
    {one: one.value for one in Frequency},
)
_JAPANESE_NAMES = {tag: name for name, tag in LANGUAGES.items() if not name.isascii()}


def choices_text(held: Sequence[Subscription], newsletters: Sequence[Newsletter], tongue: str) -> str:
    """All newsletters, those first that the reader has, each with what may be said of it."""
    words = _JA if tongue.partition("-")[0].lower() == "ja" else _EN
    has = {one.newsletter: one for one in held if one.status is SubscriptionStatus.CONFIRMED}
    sorted_ = sorted(newsletters, key=lambda one: one.name not in has)
    return "\n\n".join("\n".join(_lines(one, has.get(one.name), words)) for one in sorted_[:_MOST])


def _lines(newsletter: Newsletter, has: Subscription | None, words: _Words) -> list[str]:
    offered = [*(words.frequencies[one] for one in newsletter.schedules), words.none]
    remark = f"# {' / '.join(offered)}"
    heading = f"[{newsletter.name}] {newsletter.title}"
    if has is None:
        return [heading, remark, f"{words.frequency} = {words.none}"]
    frequency = words.frequencies[newsletter.frequency_of(has.frequency)]
    language = words.all if has.language is None else _language(has.language, words)
    return [
        heading,
        remark,
        f"{words.frequency} = {frequency}",
        f"{words.categories} = {words.all if has.categories is None else words.comma.join(has.categories)}",
        f"{words.language} = {language}",
    ]


def _language(tag: str, words: _Words) -> str:
    return _JAPANESE_NAMES.get(tag, tag) if words is _JA else tag
