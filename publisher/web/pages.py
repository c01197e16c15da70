"""What pages with a button share: their headers, their policy, and how the form of a button is read."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from publisher.struct import Struct
from publisher.web import forms
from publisher.web.answers import SAFE

if TYPE_CHECKING:
    from publisher.templating import Templates

AGAIN = {"retry-after": "30"}
ALWAYS = {
    **{name.decode(): value.decode() for name, value in SAFE},
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow",
}
_OF_ALL = "default-src 'none'; base-uri 'none'; frame-ancestors"
CLOSED = f"{_OF_ALL} 'none'"
"""The policy of what is no page."""

_NO_MORE: Mapping[str, str] = MappingProxyType({})


class Sheet(Struct, frozen=True):
    """The templates of a page: its own, and that of its styles."""

    page: str
    style: str


def page(
    templates: "Templates",
    name: str,
    language: str,
    facts: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] = _NO_MORE,
    policy: str = "",
) -> Response:
    """The page `web/NAME.LANGUAGE.html.j2` with its own style sheet and no other; raises TemplateError.

    `policy` is what more it may do than show itself and send its form.
    """
    sheet = Sheet(f"web/{name}.{language}.html.j2", f"web/{name}.css.j2")
    return shown(templates, sheet, language, facts, status=status, headers=headers, policy=policy)


def shown(
    templates: "Templates",
    sheet: Sheet,
    language: str,
    facts: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] = _NO_MORE,
    policy: str = "",
    frames: Sequence[str] = (),
) -> Response:
    """The page of a template with its style sheet and no other; raises TemplateError.

    `policy` is what more it may do than show itself and send its form; `frames` are the origins of pages that may show
    it in a frame.
    """
    css = templates.render(sheet.style)
    html = templates.render(sheet.page, **facts, language=language, css=css)
    style = b64encode(hashlib.sha256(css.encode()).digest()).decode()
    framed = f"{_OF_ALL} {' '.join(frames)}" if frames else CLOSED
    allowed = [framed, "form-action 'self'", f"style-src 'sha256-{style}'", *([policy] if policy else [])]
    said = {"content-security-policy": "; ".join(allowed), "content-language": language, "vary": "Accept-Language"}
    return HTMLResponse(html, status, {**ALWAYS, **said, **headers})


def plain(words: str, status: int, headers: Mapping[str, str] = _NO_MORE) -> Response:
    """Words without a page."""
    return PlainTextResponse(words, status, {**ALWAYS, "content-security-policy": CLOSED, **headers})


def nearest(wanted: Sequence[str]) -> Iterator[str]:
    """`ja-JP`, then `ja`, for each."""
    for tag in wanted:
        yield tag
        yield tag.partition("-")[0]


async def form(request: Request, otherwise: str) -> dict[str, str]:
    """The fields that a POST sends; HTTPException in plain words where it is no form of ours, `otherwise` where it is
    none at all, ClientDisconnect."""
    return dict(await pairs(request, otherwise))


async def pairs(
    request: Request, otherwise: str, *, most: int = forms.MOST_FIELDS, longest: int = forms.LONGEST
) -> list[tuple[str, str]]:
    """As `form`, of fields that come several times, `most` in all, in a body of at most `longest` bytes."""
    content_type = request.headers.get("content-type", "")
    if not forms.is_form(content_type):
        raise HTTPException(415, otherwise)
    try:
        return forms.pairs(content_type, await _body(request, longest), most)
    except ValueError as error:
        raise HTTPException(400, f"The form cannot be read: {error}.\n") from error


async def _body(request: Request, longest: int) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise HTTPException(413, "This is no form of ours: it is too long.\n")
    return body
