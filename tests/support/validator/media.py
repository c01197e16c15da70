"""Media RSS (rssboard.org/media-rss) and what Apple asks of podcasts, the same in RSS and Atom."""

from collections.abc import Iterator

from lxml import etree

from support.validator.addresses import http_url, uri
from support.validator.faults import Fault
from support.validator.kinds import Kind, leaf
from support.validator.values import (
    at_most,
    duration,
    email,
    filled,
    language,
    length_in_bytes,
    media_type,
    one_of,
    plain,
    whole,
)

_POSITIVE = whole(1, "InvalidPositiveInteger")
_TRUTH = one_of("InvalidTrueFalse", "true", "false")
_THUMBNAIL = Kind(
    attributes={"url": (uri,), "width": (_POSITIVE,), "height": (_POSITIVE,), "time": ()}, required=frozenset({"url"})
)
_TEXT = Kind(text=(plain("ContainsUndeclaredHTML"),), attributes={"type": (one_of("InvalidMediaTextType", "plain"),)})
_CONTENT = Kind(
    attributes={
        "url": (uri,),
        "type": (media_type,),
        "fileSize": (whole(1, "InvalidPositiveInteger"),),
        "medium": (one_of("InvalidMediaMedium", "image", "audio", "video", "document", "executable"),),
        "duration": (whole(0, "InvalidFloat"),),
        "isDefault": (_TRUTH,),
        "expression": (one_of("InvalidMediaExpression", "sample", "full", "nonstop"),),
        "width": (_POSITIVE,),
        "height": (_POSITIVE,),
        "lang": (language,),
    },
    children={"media:title": _TEXT, "media:description": _TEXT, "media:thumbnail": _THUMBNAIL},
    many=frozenset({"media:thumbnail"}),
)
MEDIA = {
    "media:thumbnail": _THUMBNAIL,
    "media:content": _CONTENT,
    "media:title": _TEXT,
    "media:description": _TEXT,
    "media:group": Kind(children={"media:content": _CONTENT}, many=frozenset({"media:content"})),
}
MANY_MEDIA = frozenset({"media:thumbnail", "media:content"})

CATEGORIES = {
    "Arts": "Books|Design|Fashion & Beauty|Food|Performing Arts|Visual Arts",
    "Business": "Careers|Entrepreneurship|Investing|Management|Marketing|Non-Profit",
    "Comedy": "Comedy Interviews|Improv|Stand-Up",
    "Education": "Courses|How To|Language Learning|Self-Improvement",
    "Fiction": "Comedy Fiction|Drama|Science Fiction",
    "Government": "",
    "Health & Fitness": "Alternative Health|Fitness|Medicine|Mental Health|Nutrition|Sexuality",
    "History": "",
    "Kids & Family": "Education for Kids|Parenting|Pets & Animals|Stories for Kids",
    "Leisure": "Animation & Manga|Automotive|Aviation|Crafts|Games|Hobbies|Home & Garden|Video Games",
    "Music": "Music Commentary|Music History|Music Interviews",
    "News": "Business News|Daily News|Entertainment News|News Commentary|Politics|Sports News|Tech News",
    "Religion & Spirituality": "Buddhism|Christianity|Hinduism|Islam|Judaism|Religion|Spirituality",
    "Science": "Astronomy|Chemistry|Earth Sciences|Life Sciences|Mathematics|Natural Sciences|Nature|Physics|"
    "Social Sciences",
    "Society & Culture": "Documentary|Personal Journals|Philosophy|Places & Travel|Relationships",
    "Sports": "Baseball|Basketball|Cricket|Fantasy Sports|Football|Golf|Hockey|Rugby|Running|Soccer|Swimming|Tennis|"
    "Volleyball|Wilderness|Wrestling",
    "Technology": "",
    "True Crime": "",
    "TV & Film": "After Shows|Film History|Film Interviews|Film Reviews|TV Reviews",
}
"""Apple's categories and what is below each (podcasters.apple.com, category list)."""

_IMAGE = Kind(attributes={"href": (http_url,)}, required=frozenset({"href"}))
_SHARED = {
    "itunes:author": leaf(at_most(255), plain("ContainsHTML")),
    "itunes:block": leaf(one_of("InvalidYesNoClean", "Yes", "yes", "No", "no")),
    "itunes:explicit": leaf(_TRUTH),
    "itunes:image": _IMAGE,
    "itunes:subtitle": leaf(at_most(255), plain("ContainsHTML")),
    "itunes:summary": leaf(at_most(4000), plain("ContainsHTML")),
    "itunes:title": leaf(),
}
_SUBCATEGORY = Kind(attributes={"text": ()}, required=frozenset({"text"}))
_CATEGORY = Kind(
    attributes={"text": (one_of("InvalidItunesCategory", *CATEGORIES),)},
    required=frozenset({"text"}),
    children={"itunes:category": _SUBCATEGORY},
)
ITUNES_FEED = {
    **_SHARED,
    "itunes:category": _CATEGORY,
    "itunes:owner": Kind(
        children={"itunes:name": leaf(at_most(255), filled), "itunes:email": leaf(email)},
        needed={"itunes:email": "MissingElement"},
    ),
    "itunes:type": leaf(one_of("InvalidItunesChannelType", "episodic", "serial")),
    "itunes:new-feed-url": leaf(uri),
}
MANY_ITUNES = frozenset({"itunes:category"})
ITUNES_ENTRY = {
    **_SHARED,
    "itunes:duration": leaf(duration),
    "itunes:episode": leaf(_POSITIVE),
    "itunes:season": leaf(_POSITIVE),
    "itunes:episodeType": leaf(one_of("InvalidItunesEpisodeType", "full", "trailer", "bonus")),
}

ENCLOSURE = Kind(
    attributes={
        "url": (http_url,),
        "length": (length_in_bytes,),
        "type": (lambda value: ["InvalidMIMEAttribute" for _ in media_type(value)],),
    },
    required=frozenset({"url", "length", "type"}),
)
"""RSS 2.0: all three are asked for."""

_ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_PLAYED = ("m4a", "mp3", "mov", "mp4", "m4v", "pdf", "epub")


def podcast_faults(feed: etree._Element, links: list[str]) -> Iterator[Fault]:
    """What directories ask of a feed with any element of theirs; `links` are the addresses of its files."""
    if next(feed.iter(f"{_ITUNES}*"), None) is None:
        return
    for name in ("category", "explicit", "image"):
        if feed.find(f"{_ITUNES}{name}") is None:
            yield Fault("MissingItunesElement", "feed", f"itunes:{name}")
    if feed.find(f"{_ITUNES}owner") is None:
        yield Fault("MissingItunesEmail", "feed")
    for category in feed.iterfind(f"{_ITUNES}category"):
        below = CATEGORIES.get(str(category.get("text")), "").split("|")
        for one in category.iterfind(f"{_ITUNES}category"):
            if one.get("text") not in below:
                yield Fault("InvalidItunesCategory", f"feed/{category.get('text')}", str(one.get("text")))
    for link in links:
        if link.rpartition(".")[2].lower() not in _PLAYED:
            yield Fault("UnsupportedItunesFormat", "feed", link)
