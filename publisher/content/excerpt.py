"""A summary taken from a post's own HTML."""

from publisher.content.plaintext import plain, shorten

MARK = "<!--publisher:more-->"
"""Stands in the HTML where the engine's rule ends the excerpt."""


def summary_of(html: str, title: str) -> str:
    """Plain text: what stands before MARK, else the first paragraph that does not merely repeat `title`, up to the end
    of a sentence."""
    before, found, _ = html.partition(MARK)
    if found:
        return plain(before)
    for part in html.split("</p>"):
        text = plain(part.rpartition("<p>")[2])
        if text and text != title:
            return shorten(text)
    return ""
