"""How a file's text is written: UTF-8, UTF-16, or what Excel in Japan saves as CSV."""

import codecs
import hashlib
import re
from pathlib import Path

from publisher.jobs.importing.nouns import unreadable
from publisher.struct import Struct

_CHUNK = 1 << 20
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_RUNS = re.compile("[^\x00-\x7f]+")
_WORDS = re.compile("(?<![A-Za-z])[^\x00-\x7f\ue000-\uf8ff]{2,}")


class Text(Struct, frozen=True):
    """A file: the SHA-256 of its bytes in hex, and the encoding that they are in, as Python calls it."""

    sha256: str
    encoding: str


def recognise(file: Path) -> Text:
    """How `file` is written; ContentError where it cannot be read, or is in no encoding that can be told."""
    # `import <(zcat readers.csv.gz)`: a pipe gives its bytes once, and whoever asks again waits for ever.
    if file.exists() and not (file.is_file() or file.is_dir()):
        raise unreadable(file, 0, "not a file that can be read twice: write it to the disk first")
    try:
        sha256, fault = _looked_over(file)
        with file.open("rb") as handle:
            head = handle.read(4)
    except OSError as error:
        raise unreadable(file, 0, error.strerror or str(error)) from error
    if head[:2] in _UTF_16:
        return Text(sha256, "utf-16")
    if fault is None:
        return Text(sha256, "utf-8-sig")
    if _is_japanese(file):
        return Text(sha256, "cp932")
    raise unreadable(file, fault, "neither UTF-8 nor Shift_JIS: save it as UTF-8 (in Excel: 'CSV UTF-8')")


def _looked_over(file: Path) -> tuple[str, int | None]:
    """The hash, and the line on which the file stops being UTF-8."""
    digest, decoder, line, fault = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), 1, None
    with file.open("rb") as handle:
        while True:
            chunk = handle.read(_CHUNK)
            digest.update(chunk)
            if fault is None:
                try:
                    decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError as error:
                    fault = line + error.object[: error.start].count(b"\n")
            line += chunk.count(b"\n")
            if not chunk:
                return digest.hexdigest(), fault


def _is_japanese(file: Path) -> bool:
    """Whether it is Shift_JIS as Windows has it (code page 932).

    In that `Jérôme` of Latin-1 is a text, too, of which each accent and the letter behind it have become a kanji in the
    midst of Latin letters, or one of nobody's; in Japanese they stand apart from these, most of them together.
    """
    try:
        with file.open(encoding="cp932", newline="") as handle:
            text = handle.read(_CHUNK)
            while handle.read(_CHUNK):
                pass
    except UnicodeDecodeError:
        return False
    words = len(_WORDS.findall(text))
    return words > 0 and 2 * words >= len(_RUNS.findall(text))
