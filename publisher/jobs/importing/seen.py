"""Whom a file has named before: a million addresses in 24 MB, where a dict of them takes 200."""

from array import array

_BITS = 64


class Seen:
    """An open table of hashes, twice as large as what may come. Of a million addresses two have one hash once in ten
    million files."""

    def __init__(self, most: int) -> None:
        size = 1 << max(4, (2 * most).bit_length())
        self._mask = size - 1
        self._hashes = array("Q", bytes(8 * size))
        self._lines = array("I", bytes(4 * size))

    def first(self, text: str, line: int) -> int | None:
        """The line on which `text` was seen before; None where it is new, and from now on seen on this one."""
        hashes, mask = self._hashes, self._mask
        wanted = hash(text) & (1 << _BITS) - 1 or 1
        place = wanted & mask
        while found := hashes[place]:
            if found == wanted:
                return self._lines[place]
            place = place + 1 & mask
        hashes[place], self._lines[place] = wanted, line
        return None
