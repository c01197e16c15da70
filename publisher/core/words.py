"""Words: numbers in sentences, and what a language tag looks like."""

import re

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
"""A BCP 47 tag, as far as mails and feeds use them."""


def counted(number: int, noun: str) -> str:
    """`1 post`, `3 posts`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
