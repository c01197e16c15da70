"""Bodies of Pelican's articles: links by file, category, tag and author (contents.py), code by `:::python`.

Where Python-Markdown differs from CommonMark, CommonMark is followed, but for links to files with blanks in their
names, which Pelican's writers may write as they are.
"""

import re
from html import unescape

from publisher.content.dialects.markup import render_markup
from publisher.content.dialects.pelican_links import with_links
from publisher.content.engines.pelican import markup
from publisher.content.nouns import Markup
from publisher.content.world import Page

_BLANKS = re.compile(r'\]\(((?:\{\w+\}|\|\w+\|)[^()<>"\n ]* [^()<>"\n]*)\)')
# The first line of a block for the codehilite extension; `#!/bin/sh` is a line of the program itself.
_NAMED = re.compile(r"<pre><code>(?:::+|#!)([A-Za-z][\w#.+-]*)[ \t]*\n([^<]*)</code></pre>")


def to_html(page: Page) -> str:
    """The body in its markup, its links to files of the site made addresses."""
    body = page.body
    if markup(page.source.name) is Markup.MARKDOWN:
        body = _BLANKS.sub(lambda found: f"](<{found[1].strip()}>)", body)
    return with_links(page, _coloured(render_markup(page, body)))


def _coloured(html: str) -> str:
    from publisher.content.highlight import highlight

    return _NAMED.sub(lambda found: highlight(unescape(found[2]), found[1]), html)
