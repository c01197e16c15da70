"""Addresses in a mail that do not lead where they should."""

import ipaddress
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote, urldefrag, urlsplit

from lxml import etree

from publisher.mail.lint_codes import Fault, LintCode
from publisher.mail.lint_page import Page, clean, words
from publisher.model.site import PLACEHOLDER_HOST

_ADDRESSES = frozenset({"href", "src", "background", "poster"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_STYLE_URL = re.compile(r"""url\(\s*["']?([^"')]*)""", re.IGNORECASE)
# What runs in the page, or is only on the writer's own disk; a single letter is a drive of Windows.
_NEVER = re.compile(r"javascript|vbscript|file|blob|about|view-source|[a-z]", re.IGNORECASE)
# RFC 6761 (localhost, test, invalid), 6762 (local), 8375 (home.arpa), ICANN resolution 2024.07.29.06 (internal).
# Not .example: it is there to be written about, and the demo lives there.
_LOCAL = re.compile(r"(?:.*\.)?(?:localhost|localdomain|local|test|invalid|internal|lan|home\.arpa)", re.IGNORECASE)


def judge(address: str) -> LintCode | None:
    """What is wrong with a whole address by itself, None where nothing is."""
    scheme = _SCHEME.match(address)
    if scheme is None:
        return LintCode.RELATIVE_ADDRESS
    if _NEVER.fullmatch(scheme[1]):
        return LintCode.BAD_ADDRESS
    if scheme[1].lower() not in ("http", "https"):
        return None
    host = _host(address)
    if not host:
        return LintCode.BAD_ADDRESS
    if host == PLACEHOLDER_HOST:
        return LintCode.PLACEHOLDER_ADDRESS
    if is_local(host):
        return LintCode.LOCAL_ADDRESS
    return LintCode.HTTP_ADDRESS if scheme[1].lower() == "http" else None


def is_local(host: str) -> bool:
    """Whether a host is the reader's own machine, or one of a network that is not the internet."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or _LOCAL.fullmatch(host) is not None


def url_faults(page: Page, site_url: str, leave: str, missing: Callable[[str], bool] | None) -> Iterator[Fault]:
    """All that is wrong with links and the addresses of images; `leave`, the way out, is looked at elsewhere."""
    for element in page.elements:
        for name, value in _addresses(element):
            address = clean(value)
            if name != "href" or element.tag not in ("a", "area"):
                yield from _loaded(page, element, address)
            elif address != leave:
                yield from _followed(page, element, address)
    yield from _anchors(page)
    if missing is not None:
        yield from _dead(page, site_url, leave, missing)


def _addresses(element: etree._Element) -> Iterator[tuple[str, str]]:
    for name, said in element.attrib.items():
        value = str(said)
        if name in _ADDRESSES:
            yield name, value
        elif name == "style" and "url(" in value.lower():
            yield from (("url", found[1]) for found in _STYLE_URL.finditer(value))


def _loaded(page: Page, element: etree._Element, address: str) -> Iterator[Fault]:
    code = judge(address)
    # An image without any address is a missing one, and one in the HTML itself has its own word.
    if code and address:
        yield _graded(code, page.at(element, address), meant=False)


def _followed(page: Page, element: etree._Element, address: str) -> Iterator[Fault]:
    if address in ("", "#"):
        yield LintCode.EMPTY_LINK.warning(page.at(element, _words(element) or "a link"))
        return
    if not address.startswith("#") and (code := _of_link(address)):
        yield _graded(code, page.at(element, address), meant=_shows(element, address))
    if not _words(element):
        yield LintCode.LINK_WITHOUT_TEXT.warning(page.at(element, address))


def _of_link(address: str) -> LintCode | None:
    return LintCode.BAD_ADDRESS if address[:5].lower() == "data:" else judge(address)


def _graded(code: LintCode, place: str, *, meant: bool) -> Fault:
    """`meant`: "open http://localhost:4000" in a post is no slip, for its reader sees where it leads."""
    if code is LintCode.HTTP_ADDRESS or (code is LintCode.LOCAL_ADDRESS and meant):
        return code.warning(place)
    return code.error(place)


def _words(element: etree._Element) -> str:
    """What is seen of a link: its text, else the alt text of its first image that has one."""
    alts = ((image.get("alt") or "").strip() for image in element.iter("img"))
    return words(element) or next((alt for alt in alts if alt), "")


def _shows(element: etree._Element, address: str) -> bool:
    return (_host(address) or address) in words(element)


def _anchors(page: Page) -> Iterator[Fault]:
    targets = {value for element in page.elements for name in ("id", "name") if (value := element.get(name))}
    for element, address in page.links():
        if address.startswith("#") and len(address) > 1 and not targets & {address[1:], unquote(address[1:])}:
            yield LintCode.DEAD_ANCHOR.warning(page.at(element, unquote(address)))


def _dead(page: Page, site_url: str, leave: str, missing: Callable[[str], bool]) -> Iterator[Fault]:
    known: dict[str, bool] = {}
    for element, address in page.links():
        url = urldefrag(address)[0] if "#" in address else address
        if url.startswith(site_url) and address != leave:
            if url not in known:
                known[url] = missing(url)
            if known[url]:
                yield LintCode.DEAD_LINK.warning(page.at(element, unquote(url)))


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""
