"""What the packaged mails use of HTML and CSS, against caniemail's data for Apple Mail, Gmail, Outlook and Yahoo!."""

import pytest
from support.caniemail import LIMITS, used
from support.mails import KINDS, LANGUAGES, mail

GMAIL_WITHOUT_STYLE = "Gmail without <style>: all but the media queries is in style attributes"

DROPPED = {
    "css-at-media": "phones: the column is 100 % wide without it, with more room at its sides; dark: see below",
    "css-at-media-prefers-color-scheme": "Gmail and Outlook turn colours round by themselves, the others stay light",
    "css-border-radius": "Word: the button has square corners",
    "css-display-none": "Gmail in a phone's browser: the preheader is read at the top, its max-height is 0 besides",
    "css-height": "Yahoo makes it a min-height, and auto is what it would be; Outlook takes the height attribute",
    "css-max-height": "Word: the preheader has mso-hide, and display none",
    "css-overflow": "as max-height",
    "css-selector-class": GMAIL_WITHOUT_STYLE,
    "css-selector-descendant": GMAIL_WITHOUT_STYLE,
    "css-selector-grouping": GMAIL_WITHOUT_STYLE,
    "css-selector-type": GMAIL_WITHOUT_STYLE,
    "css-table-layout": "without it a word longer than the screen widens the column, as in any mail",
    "css-white-space": "Word: <pre> keeps its lines as they are, long ones widen the column",
    "css-word-wrap": "as table-layout",
    "html-anchor-links": "iOS and Android: a tap on the contents does nothing; the posts stand just below, linked",
    "html-body": "a <div> in its place: the outer table has the same ground",
    "html-doctype": "Word has no modes; in quirks mode nothing of ours changes but sizes in a post's own tables",
    "html-meta-color-scheme": "where it is not known the media query is all there is, and it is enough",
    "html-role": "Windows Mail: its screen readers tell of tables",
    "html-rp": "a writer's <ruby>: <rp> writes the reading in brackets",
    "html-rt": "as rp",
    "html-ruby": "as rp",
    "html-semantics": "a writer's <figure>, <mark>, <details>: the tag goes, what is in it stays",
    "html-style": GMAIL_WITHOUT_STYLE,
}
"""Not shown at all by at least one program, and what happens there."""

PARTLY = {
    "css-border": "Word: up to 8 px, and not sure on <p>; ours are 4 at most, of cells, headings and quotations",
    "css-display": "Word: none alone; the button's inline-block is there for its padding, see there",
    "css-font-size": "no rem; ours are px",
    "css-font-weight": "no steps between; ours is 700",
    "css-important": "only after a space and not inline; so are ours",
    "css-line-height": "Word: not in em or px; ours are plain numbers",
    "css-margin": "not negative, not auto; ours are neither",
    "css-max-width": "Word: pictures have a width attribute, the column a table of 600 px around it",
    "css-padding": "Word: of cells alone; the button's cell has mso-padding-alt, lists are indented by themselves",
    "css-text-align": "no start and end; ours is left, a writer's left, right or center",
    "css-text-decoration": "one value; so is ours",
    "html-align": "Outlook for Mac: not of tables; ours are as wide as what they are in, or stand left",
    "html-height": "Word: not scaled with the screen's; not in per cent, as ours never are",
    "html-lang": "Yahoo: not of cells; ours are of <html>, headings, paragraphs and <div>",
    "html-lists": "a writer's reversed or value: the numbers are others",
    "html-width": "as height",
}
"""Not shown in all its forms by at least one program, and why ours are."""

NO_DATA = {
    *("attribute alt", "attribute bgcolor", "attribute border", "attribute charset", "attribute class"),
    *("attribute content", "attribute href", "attribute name"),
    *("element a", "element b", "element br", "element dd", "element dt", "element em", "element head"),
    *("element html", "element li", "element meta", "element sub", "element sup", "element tbody", "element td"),
    *("element th", "element thead", "element title", "element tr"),
    *("property color", "property font-family"),
    *("property mso-hide", "property mso-padding-alt"),  # Word's own
}
"""What caniemail did not try: as old as HTML mail itself, or made for one program."""


@pytest.fixture(scope="module")
def all_used() -> set[str]:
    return {feature for kind in KINDS for language in LANGUAGES for feature in used(mail(kind, language).html)}


def test_whatever_a_mail_program_does_not_show_has_a_fallback(all_used: set[str]) -> None:
    lost = {one for one in all_used if "n" in LIMITS.get(one, {}).values()}

    assert lost == DROPPED.keys()


def test_whatever_a_mail_program_shows_in_part_is_used_within_that_part(all_used: set[str]) -> None:
    limited = {one for one in all_used if LIMITS.get(one)}

    assert limited - DROPPED.keys() == PARTLY.keys()


def test_nothing_is_used_that_nobody_knows(all_used: set[str]) -> None:
    assert {one for one in all_used if one not in LIMITS} == NO_DATA


@pytest.mark.parametrize(
    ("html", "feature"),
    [
        ('<p style="display: flex">x</p>', "css-display-flex"),
        ('<p style="padding: 1rem">x</p>', "css-unit-rem"),
        ('<p style="width: calc(1px + 1em)">x</p>', "css-function-calc"),
        ('<p style="color: var(--c)">x</p>', "css-function-var"),
        ('<p style="position: absolute">x</p>', "css-position"),
        ('<p style="border-bottom-color: red">x</p>', "css-border"),
        ("<style>@font-face { font-family: x }</style>", "rule @font-face"),
        ("<style>a:hover { color: red }</style>", "pseudo :hover"),
        ("<style>p > a { color: red }</style>", "css-selector-child"),
        ("<style>@media (prefers-reduced-motion) { p { color: red } }</style>", "css-at-media-prefers-reduced-motion"),
        ("<video></video>", "html-video"),
        ('<img src="a.webp" srcset="b.webp 2x">', "image-webp"),
        ('<img src="a.webp" srcset="b.webp 2x">', "html-srcset"),
        ('<a href="mailto:x@example.jp" target="_blank">x</a>', "html-target"),
        ('<p onclick="x()">x</p>', "attribute onclick"),
    ],
)
def test_each_kind_of_use_is_seen(html: str, feature: str) -> None:
    assert feature in used(f"<html><body>{html}</body></html>")


def test_what_word_alone_reads_does_not_count() -> None:
    assert "html-video" not in used("<html><body><p>x</p><!--[if mso]><video></video><![endif]--></body></html>")
