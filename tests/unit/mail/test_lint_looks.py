"""The colours, sizes and weights that lint works out, beside those that Chromium works out."""

from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from support.browser import browser

from publisher.core.colours import Colour, parse_colour
from publisher.mail.lint_contrast import TextLook, looks_of
from publisher.mail.lint_css import knows_dark
from publisher.mail.lint_page import Page

HEAD = '<meta charset="utf-8"><meta name="color-scheme" content="light dark">'
STYLE = """<style>
/* a { color: red } */ @import "x.css"; p { color: #123456 } .a p { color: teal } #i { color: navy !important }
@font-face { font-family: x; src: url(x) }
@media screen { .s { background: linen } } @media print { p { color: red !important } }
@media (prefers-color-scheme: dark) {
  .d { color: #eee !important; background-color: #222 !important } .a p, .b > em { color: silver }
  [data-ogsc] p { color: red !important } p::before { color: red } a:hover { color: red } .w { background: #333 }
}
@media (prefers-color-scheme:dark) and (max-width: 400px) { p { color: lime !important } }
@media not all { p { color: lime !important } }
@media (prefers-color-scheme: light), print { .l { color: maroon } }
b { font: bold 20px/1.4 serif } .e { font-size: 2em } .pt { font-size: 12pt } .f { opacity: .5 }
</style>"""
BODY = """<body bgcolor="#fafafa" text="#202020"><p>甲<a href="https://a.jp/">リンク</a><a name="x">名</a></p>
<div class="a"><p>乙</p><p style="color: purple">丙</p><p id="i" style="color: red">丁<em>x</em></p></div>
<div class="b"><em>戊</em></div>
<div class="s">己<span style="background: rgba(0,0,0,.5)">半<b>太<small>小</small></b></span></div>
<div class="d" style="color:#333;background:white">庚<h1>大<a href="https://b.jp/">l</a></h1><h2>x</h2><h3>x</h3>
<h4>x</h4><h5>x</h5><h6>x</h6></div>
<div class="w" style="background-color: yellow">辛<font color="#00f">壬</font>
<font color="red" style="color: green">癸</font></div>
<table bgcolor="black"><tr><td>x<th style="color: white">y<td bgcolor="silver" style="background-color: transparent">z
</table><div style="background: url(x.png) no-repeat #333">絵<p style="background: white">白</p></div>
<div style="background: linear-gradient(red, blue)">g</div><div style="background:#123;background:none">n</div>
<div style="color: inherit">i</div><div style="color: bogus">i</div>
<div class="l e">L<p class="e">LL</p><p style="font-size:80%">%</p><p class="pt">pt</p></div>
<div class="f">薄<span style="opacity: 50%">薄</span></div>
<div style="color: hsl(200, 50%, 40%); background: rgb(10% 20% 30% / 100%)">h</div>
<p style="color: currentcolor">c</p><p style="color:RED!important">r</p><div style="color: unset">x</div>
<strong style="font-weight: 400">s</strong><p style="font-weight: 700; font-size: 1.2.3px">x</p>
<span style="color: red; color: blue">two</span><span style="color: red !important; color: blue">two</span>
<div style="background: #111 !important; background-color: #eee">q</div>
<a href="https://x.jp/" style="color: inherit">l</a><mark>m</mark></body>"""
# The ground is all backgrounds from the element outwards up to one that nothing shines through; null behind an image.
SCRIPT = """[...document.querySelectorAll("body [data-n]")].map(one => {
  const style = getComputedStyle(one), grounds = [];
  let image = false, done = false, fade = 1;
  for (let at = one; at; at = at.parentElement) {
    const above = getComputedStyle(at);
    fade *= parseFloat(above.opacity);
    if (done) continue;
    image = above.backgroundImage != "none";
    grounds.push(above.backgroundColor);
    done = image || /^rgb\\(/.test(above.backgroundColor);
  }
  const bold = parseInt(style.fontWeight) >= 600;
  return [one.dataset.n, style.color, image ? null : grounds, parseFloat(style.fontSize), bold, fade];
})"""


def numbered(html: str) -> str:
    page = Page(html)
    for number, element in enumerate(page.elements):
        element.set("data-n", str(number))
    return "<!DOCTYPE html>" + etree.tostring(page.root, method="html", encoding="unicode")


def colour(text: str) -> Colour:
    found = parse_colour(text)
    assert found is not None
    return found


def seen(grounds: list[str] | None, canvas: Colour) -> Colour | None:
    if grounds is None:
        return None
    for ground in reversed(grounds):
        canvas = colour(ground).over(canvas)
    return canvas


def described(look: TextLook) -> tuple[Any, ...]:
    return look.text, look.ground, pytest.approx(look.size, abs=0.3), look.bold, pytest.approx(look.fade, abs=0.01)


@pytest.mark.parametrize("head", [HEAD, '<meta charset="utf-8">'], ids=["light and dark", "light"])
def test_lint_sees_what_chromium_shows(tmp_path: Path, head: str) -> None:
    html = numbered(f"<html><head>{head}{STYLE}</head>{BODY}</html>")
    file, page = tmp_path / "手紙.html", Page(html)
    file.write_text(html, encoding="utf-8")
    with browser(tmp_path / "profile") as tab:
        for dark in (False, True):
            tab.look(width=800, height=600, dark=dark)
            tab.open(file.as_uri())
            # Which dark ground stands behind a page without one, each browser says for itself; ours is WebKit's.
            canvas = colour("#1e1e1e") if dark and knows_dark(page) else colour("white")
            ours = {element.get("data-n"): described(look) for element, look in looks_of(page, dark=dark).items()}
            theirs = {
                number: (colour(text), seen(grounds, canvas), size, bold, fade)
                for number, text, grounds, size, bold, fade in tab.tell(SCRIPT)
            }
            assert len(theirs) > 50
            assert {number: ours[number] for number in theirs} == theirs
