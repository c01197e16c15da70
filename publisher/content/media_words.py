"""How posts name the files that belong to them and what they say of these: the keys, and what their values mean."""

import re
import unicodedata

FILES = (
    "podcast",
    "enclosure",
    "enclosures",
    "audio",
    "video",
    "videos",
    "podcast_file",
    "podcast_link",
    "podcast_url",
)
"""The keys that hold files, in the order in which a feed that takes one file alone prefers them."""
LOOSE = frozenset({"podcast", "audio", "video", "videos"})
"""Those of them under which themes hold other things, too: a player's number, a video's page, a podcast's name."""
ASIDE = ("itunes",)
"""Mappings that hold no file, but say something of one."""
HOLDERS = (*FILES, *ASIDE)
"""A post with none of these has no files and is no episode, whatever else it says."""
FLAT = {
    "length": ("podcast_bytes", "podcast_length", "filesize", "length"),
    "duration": ("podcast_duration", "duration"),
    "episode": ("episode", "episode_number"),
    "season": ("season",),
    "kind": ("episode_type",),
    "explicit": ("explicit",),
    "image": ("episode_image",),
}
"""Keys of the post itself that say something of its files and its episode."""
NESTED = {
    "file": ("file", "url", "src", "href", "link", "path"),
    "length": ("length", "size", "bytes", "filesize"),
    "duration": ("duration",),
    "episode": ("episode", "number", "episode_number", "episodenumber"),
    "season": ("season",),
    "kind": ("kind", "episodetype", "episode_type"),
    "explicit": ("explicit",),
    "image": ("image", "cover"),
    "type": ("type", "mime", "mime_type", "mimetype"),
}
"""The same within a mapping; `type` with a slash is a file's, without one an episode's."""
KEYS = (*HOLDERS, *(key for keys in FLAT.values() for key in keys))
_KINDS = frozenset({"full", "trailer", "bonus"})
_TYPES = {
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/midi": "mid midi",
    "audio/mpeg": "mp3 mp2",
    "audio/ogg": "ogg oga opus spx",
    "audio/wav": "wav",
    "audio/webm": "weba",
    "audio/x-aiff": "aif aiff",
    "audio/x-m4a": "m4a m4b",
    "audio/x-ms-wma": "wma",
    "video/mp4": "mp4",
    "video/mpeg": "mpg mpeg",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-m4v": "m4v",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
    "application/epub+zip": "epub",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "image/avif": "avif",
    "image/gif": "gif",
    "image/jpeg": "jpg jpeg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/webp": "webp",
    "text/plain": "txt",
    "text/vtt": "vtt",
}
# Our own: what the standard library says depends on its version and on the machine's /etc/mime.types. Those that
# Apple's podcasts take are as Apple writes them.
_BY_EXTENSION = {extension: type_ for type_, extensions in _TYPES.items() for extension in extensions.split()}
# Compiled when they are first needed, which is in no build of a blog without a podcast.
_TYPE = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}"
_CLOCK = r"(?:(\d{1,3}):([0-5]?\d)|(\d{1,4})):([0-5]?\d)(?:\.\d+)?"
_SECONDS = r"(\d{1,7})(?:\.\d+)?"
_ISO = r"pt(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,7})(?:[.,]\d+)?s)?"
_UNITS = (
    r"(?:(\d{1,4}) ?(?:h|hours?|時間) ?)?(?:(\d{1,5}) ?(?:m|min|mins|minutes?|分) ?)?"
    r"(?:(\d{1,7}) ?(?:s|sec|secs|seconds?|秒))?"
)
_NUMBER = r"(?:第|#|no\.?|ep\.?|episode|season|シーズン|エピソード)? ?(\d{1,6}) ?(?:回|話|期)?"
_BYTES = r"\d{1,3}(?:[,_]\d{3}){1,4}|\d{1,15}"
_LONGEST = 60 * 60 * 24 * 30


def type_of(extension: str) -> str | None:
    """The media type of files whose name ends so, without the dot; None where it is not known."""
    return _BY_EXTENSION.get(extension.lower())


def extension(address: str) -> str:
    """What stands behind the last dot of a file's name."""
    return address.partition("?")[0].partition("#")[0].rpartition("/")[2].rpartition(".")[2].strip()


def media_type(text: str) -> str | None:
    """A media type (RFC 6838 section 4.2) in lower case, without its parameters; None where the text is none."""
    found = text.partition(";")[0].strip().lower()
    return found if re.fullmatch(_TYPE, found) else None


def seconds(text: str) -> int | None:
    """How long a file plays: `31:20`, `1:02:03`, seconds, `PT31M20S` (ISO 8601), `31分20秒`, `45 min`.

    None where the text says nothing of the kind, no time at all, or over 30 days.
    """
    plain = _plain(text)
    if clock := re.fullmatch(_CLOCK, plain):
        hours, minutes, alone, rest = clock.groups()
        found = int(hours or 0) * 3600 + int(minutes or alone) * 60 + int(rest)
    elif bare := re.fullmatch(_SECONDS, plain):
        found = int(bare[1])
    elif units := re.fullmatch(_ISO, plain) or re.fullmatch(_UNITS, plain):
        hours, minutes, rest = (int(part or 0) for part in units.groups())
        found = hours * 3600 + minutes * 60 + rest
    else:
        return None
    return found if 0 < found <= _LONGEST else None


def number(text: str) -> int | None:
    """The number of an episode or season, from 1: `12`, `第12回`, `EP 12`; None where the text is none."""
    found = re.fullmatch(_NUMBER, _plain(text))
    return int(found[1]) or None if found else None


def size(text: str) -> int | None:
    """A number of bytes above zero, also as `13,654,375`; None where the text is none."""
    found = re.fullmatch(_BYTES, _plain(text))
    return int(re.sub("[,_]", "", found[0])) or None if found else None


def kind(text: str) -> str | None:
    """What an episode is: Apple's `full`, `trailer` or `bonus`; None where the text is none of them."""
    word = _plain(text)
    return word if word in _KINDS else None


def yes(text: str) -> bool | None:
    """Whether an episode is explicit, in YAML's words or Apple's; None where the text says neither."""
    word = _plain(text)
    if word in ("true", "yes", "on", "explicit"):
        return True
    return False if word in ("false", "no", "off", "clean") else None


def _plain(text: str) -> str:
    # Full-width digits and colons are what a Japanese keyboard writes.
    return " ".join(unicodedata.normalize("NFKC", text[:100]).lower().split())
