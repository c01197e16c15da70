"""What readers of a post see of it, as one short text that changes with every word and with nothing else."""

import hashlib
import re

# nh3 writes every attribute in double quotes; before 0.3.8 it left `>` in them as it was.
_TAG = re.compile(r'<[^">]*+(?:"[^"]*+"[^">]*+)*+>')


def visible(title: str, html: str) -> str:
    """The first 16 hex digits of the SHA-256 of the title, a line break, and the text of `html`, which nh3 wrote.

    Tags, attributes and all white space are left out: Japanese wrapped at another place, or a built page that is
    minified since last week, reads as it did.
    """
    # nh3 writes no other entities than these four, and unescape() takes as long as all the rest of a cold build's post.
    text = _TAG.sub("", html).replace("&nbsp;", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return hashlib.sha256(f"{title}\n{''.join(text.split())}".encode()).hexdigest()[:16]
