"""Words: numbers in sentences, and what a language tag looks like."""

import re
from collections.abc import Iterable

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
"""A BCP 47 tag, as far as mails and feeds use them."""

_ISO_639_1 = re.compile(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik in io is it iu iw ja "
    "ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my "
    "na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn "
    "so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh "
    "zu".replace(" ", "|")
)


def is_known_language(tag: str) -> bool:
    """Whether the language of a BCP 47 tag is one where it has two letters (ISO 639-1, with the codes it withdrew).

    `jp` is a country; feed validators refuse it, and no browser or screen reader knows it.
    """
    language = tag.partition("-")[0].lower()
    return len(language) != 2 or _ISO_639_1.fullmatch(language) is not None


def counted(number: int, noun: str) -> str:
    """`1 post`, `3 posts`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def speaks(spoken: Iterable[str], language: str) -> bool:
    """Whether a text in `language` is for whoever speaks these: `ja` is for `ja-JP`, too (RFC 4647 section 3.3.1)."""
    tag = language.lower()
    return any(tag == one.lower() or tag.startswith(one.lower() + "-") for one in spoken)


def joined(titles: Iterable[str], language: str) -> str:
    """Several titles where one is named: in Japanese they stand in brackets, which the sentence has around the one."""
    return ("」「" if speaks(("ja",), language) else ", ").join(titles)
