"""The only door to html2text: a post as plain text.

Tried against inscriptis on Japanese posts: html2text keeps headings, quotations, rules and the lines of code
blocks, which inscriptis 2.7 loses; what it does worse (a space after every emphasis, which Japanese does not
have) goes away with the emphasis marks.
"""

import re

import html2text


def html_to_text(html: str) -> str:
    """`html` as a person would type it: links inline, no wrapping (Japanese has no spaces to wrap at)."""
    converter = html2text.HTML2Text(bodywidth=0)
    converter.unicode_snob = True
    converter.ignore_emphasis = True
    converter.images_to_alt = True
    converter.ul_item_mark = "-"
    text = re.sub(r"[ \t]+$", "", converter.handle(html), flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")
