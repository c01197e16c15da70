"""Files that play, made from nothing: silence in a few bytes, with headers that tell how long it lasts."""

import struct

# MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes hold 1152 samples (ISO/IEC 11172-3).
_FRAME = b"\xff\xfb\x90\x00" + bytes(413)
_FRAMES_PER_SECOND = 44100 / 1152


def mp3(seconds: int) -> bytes:
    """An MP3 of as many whole frames."""
    return _FRAME * round(seconds * _FRAMES_PER_SECOND)


def m4a(seconds: int) -> bytes:
    """An MPEG-4 file of headers alone (ISO/IEC 14496-12)."""
    movie = _box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + bytes(80))
    track = _box(b"trak", _box(b"mdia", _box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 1000, seconds * 1000, 0, 0))))
    return _box(b"ftyp", b"M4A \0\0\0\0M4A mp42") + _box(b"moov", movie + track)


def opus(seconds: int) -> bytes:
    """An Ogg of three pages (RFC 3533, RFC 7845)."""
    head = b"OpusHead\1\2" + struct.pack("<HIhB", 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 1) + b"x" + struct.pack("<I", 0)
    return _page(0, 0, head, 2) + _page(1, 0, tags, 0) + _page(2, seconds * 48000, bytes(100), 4)


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def _page(number: int, position: int, body: bytes, flags: int) -> bytes:
    header = struct.pack("<qIII", position, 1, number, 0) + bytes([1, len(body)])
    return b"OggS\0" + bytes([flags]) + header + body
