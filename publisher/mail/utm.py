"""Campaign parameters, on links to the site alone: what others measure of their visitors is theirs to say."""

import re
from html import escape, unescape
from urllib.parse import quote, urlsplit, urlunsplit

from publisher.model.newsletter import Utm

_HREF = re.compile(r'(<a\b[^>]*?\shref=")([^"]*)(")', re.I)


def tagged(url: str, site_url: str, utm: Utm) -> str:
    """`url` with utm_source, utm_medium and utm_campaign where it leads to the site and says none of them itself."""
    if not url.startswith(site_url) or re.search("[?&]utm_", url):
        return url
    parts = urlsplit(url)
    given = (("utm_source", utm.source), ("utm_medium", utm.medium), ("utm_campaign", utm.campaign))
    said = "&".join(f"{name}={quote(value, safe='')}" for name, value in given)
    return urlunsplit(parts._replace(query=f"{parts.query}&{said}" if parts.query else said))


def tagged_links(html: str, site_url: str, utm: Utm) -> str:
    """Every link of a post to the site, tagged; `html` as nh3 writes it, attributes in double quotes."""

    def link(found: re.Match[str]) -> str:
        return found[1] + escape(tagged(unescape(found[2]), site_url, utm)) + found[3]

    return _HREF.sub(link, html)
