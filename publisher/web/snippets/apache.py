"""Apache."""

from collections.abc import Iterator

from publisher.web.answers import LONG, OF_FEEDS, SHORT
from publisher.web.snippets.layout import PERSON, Kin, Layout, any_of, regex

_COPIES = (("br", ".br"), ("gzip", ".gz"))


def apache(layout: Layout) -> str:
    """Lines for the site's virtual host, or for an .htaccess in its folder."""
    return "\n".join(
        [
            f"# The feeds of {layout.title}. Made by 'publisher show server apache': make it anew when feeds change.",
            "# Into your site's <Directory>, or into an .htaccess in the folder that is served. It wants the modules",
            "# headers, rewrite and alias. Apache sends ETag, Last-Modified and 304 by itself.",
            *_copies(layout),
            *_feeds(layout),
            *_extras(layout),
            # It percent-encodes where they lead by itself.
            *(f'RedirectMatch 301 "^{regex(old)}$" "{new}"' for old, new in layout.moved),
            *(f'RedirectMatch 410 "^{regex(path)}$"' for path in layout.gone),
        ]
    )


def _copies(layout: Layout) -> Iterator[str]:
    """The compressed copies, where they are there and asked for: one of another version would not be there."""
    paths = [one for kin in layout.kin for one in (*kin.patterns, *kin.archives)]
    whole = any_of([*paths, *(path for path, _ in layout.extras)], layout.base)
    yield "RewriteEngine On"
    for coding, suffix in _COPIES:
        yield f'RewriteCond "%{{HTTP:Accept-Encoding}}" "\\b{coding}\\b"'
        yield f'RewriteCond "%{{REQUEST_URI}}" "{whole}"'
        yield f'RewriteCond "%{{REQUEST_FILENAME}}{suffix}" -f'
        yield f'RewriteRule "^" "%{{REQUEST_URI}}{suffix}" [L,E=no-gzip:1,E=no-brotli:1,E=PUBLISHER_CODING:{coding}]'
    yield 'Header set Content-Encoding "%{REDIRECT_PUBLISHER_CODING}e" env=REDIRECT_PUBLISHER_CODING'


def _feeds(layout: Layout) -> Iterator[str]:
    for kin in layout.kin:
        yield from _headers(layout, kin, kin.patterns, layout.lifetime)
        if kin.archives:
            yield from _headers(layout, kin, kin.archives, LONG)


def _headers(layout: Layout, kin: Kin, patterns: tuple[str, ...], lifetime: str) -> Iterator[str]:
    yield _if(any_of(patterns, layout.base))
    yield f'    Header set Content-Type "{kin.full_type}"'
    if kin.is_xml:
        yield "    # Browsers show feeds by their style sheet only as XML."
        person = f"%{{HTTP_ACCEPT}} =~ m#^{regex(PERSON)}#"
        yield f'    Header set Content-Type "application/xml; charset=utf-8" "expr={person}"'
        yield "    Header merge Vary Accept"
    yield "    Header merge Vary Accept-Encoding"
    yield f'    Header set Cache-Control "{lifetime}"'
    yield '    Header set Access-Control-Allow-Origin "*"'
    yield f'    Header set Content-Security-Policy "{OF_FEEDS}"'
    yield from _ALWAYS
    yield "</If>"


_ALWAYS = ("    Header set Referrer-Policy no-referrer", "    Header set X-Content-Type-Options nosniff")


def _extras(layout: Layout) -> Iterator[str]:
    for path, type_ in layout.extras:
        yield _if(f"^{regex(path)}$")
        yield f'    Header set Content-Type "{type_}; charset=utf-8"'
        yield "    Header merge Vary Accept-Encoding"
        yield f'    Header set Cache-Control "{SHORT}"'
        yield from _ALWAYS
        yield "</If>"


def _if(expression: str) -> str:
    """Of what was asked for, and of the copy that is sent for it."""
    return f'<If "%{{REQUEST_URI}} =~ m#{expression.removesuffix("$")}(?:\\.gz|\\.br)?$#">'
