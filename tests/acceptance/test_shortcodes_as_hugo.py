"""Beside the real Hugo: what its own shortcodes give is what a feed carries, embeds and what needs a template apart."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.etree import _Element

from publisher.content import Engine, Index, Renderer, Rules, scan, survey
from publisher.content.safe import make_safe

CONFIG = """\
baseURL = "https://blog.example/b/"
title = "題"
timeZone = "Asia/Tokyo"
disableKinds = ["taxonomy", "term", "rss", "sitemap"]
refLinksErrorLevel = "warning"
[params]
"著者" = "編集部"
[params.a]
b = "c & d"
list = ["x", "y"]
n = 1.5
[markup.goldmark.renderer]
unsafe = true
[markup.goldmark.extensions]
typographer = false
"""
PAGES = {
    "posts/記事、その（１）": "date: 2026-01-02",
    "posts/My File": "date: 2026-01-02",
    "posts/束/index": "date: 2026-01-02",
    "posts/slugged": "date: 2026-01-02\nslug: 別名",
    "posts/下書き": "date: 2026-01-02\ndraft: true",
    "other/x": "date: 2026-01-02",
    "about": "weight: 1",
    "notes/_index": "weight: 1",
}
BODIES = {
    "figure": '{{< figure src="図/一.png" alt="図（一）" caption="**太い**説明 & <i>斜</i>" >}}',
    "figure-linked": '{{< figure src="/i/図.png" title="題" link="https://x.example/a?b=1&c=2" height=20 >}}',
    "figure-asset": '{{< figure src="img/資産.png" attr="*出典*" attrlink="/出典/" >}}',
    "figure-in-text": '文中{{< figure src="a.png" >}}です',
    "figures": '前\n\n{{< figure src="a.png" >}}\n\n{{% figure src="b.png" %}}\n\n後',
    "figure-in-list": '- 一\n\n  {{< figure src="a.png" >}}\n\n- 二',
    "refs": '[a]({{< ref "記事、その（１）.md" >}}) [b]({{< relref "/posts/記事、その（１）.md#節" >}})',
    "refs-by-name": '[a]({{< relref "my file" >}}) [b]({{< relref "/posts/My File.md" >}}) [c]({{< ref "slugged" >}})',
    "refs-to-bundles": '[a]({{< relref "束" >}}) [b]({{< ref "posts/束/index.md" >}}) [c]({{< ref "x" >}})',
    "refs-to-pages": '[a]({{< ref "/about" >}}) [b]({{< ref "about.md" >}})',
    "refs-to-lists": '[a]({{< ref "/notes" >}}) [b]({{< ref "/" >}})',
    "refs-to-sections": '[a]({{< relref "/other" >}}) [b]({{< ref "../other/x.md" >}}) [c]({{% ref "../other/x" %}})',
    "refs-named": '見て {{< ref path="/other/x.md" >}}',
    "refs-missing": '[a]({{< ref "無.md" >}}) [b]({{< ref "下書き.md" >}}) [c]({{< ref "#節" >}})',
    "ref-definition": '[a][r]です\n\n[r]: {{< ref "/other/x" >}} "題"',
    "ref-image": '![図]({{< ref "/other/x" >}})',
    "escaped": '`{{</* figure src="x" */>}}` と {{%/* 逃 */%}}',
    "in-code": "```\n{{</* 逃 */>}} {{< param 画 >}}\n```",
    "params": '値{{< param "画" >}}、{{< param "深.い" >}}、{{< param 著者 >}}、{{% param "a.b" %}}',
    "params-typed": '値{{< param "a.list" >}}、{{< param "a.n" >}}、{{< param "a.b" >}}、{{< param title >}}',
    "details": '{{< details summary="要約**太**" >}}\n中身**太**\n\n- 一\n{{< /details >}}',
    "details-bare": "{{< details >}}短い{{< /details >}}",
    "details-nested": "{{< details >}}\n外{{< param 画 >}}\n\n{{< details >}}内{{< /details >}}\n{{< /details >}}",
    "details-in-list": '- 一\n\n  {{< details summary="a" >}}\n  中\n\n  - 二\n  {{< /details >}}\n- 三',
    "details-quoted": '{{< details summary=`逆"引用"` >}}x{{< /details >}}',
    "details-escaped": '{{< details summary="a \\"b\\"" >}}x{{< /details >}}',
    "details-over-lines": '{{< details\n  summary = "多行"\n>}}x{{< /details >}}',
    "comment": "{{< comment >}}隠す{{< /comment >}}見える",
    "inline": "前{{< t.inline >}}{{ now }}{{< /t.inline >}}後",
    "two-in-one": "{{< param 画 >}}{{< param 画 >}}と **{{< param 画 >}}**",
}
HIGHLIGHTED = (
    '- 一\n\n  {{< highlight python "linenos=inline" >}}\n  def f():\n      return "<日本>"\n  {{< /highlight >}}'
)

Tree: TypeAlias = tuple[str, tuple[tuple[str, str], ...], tuple["Tree | str", ...]]


def build(
    folder: Path,
    bodies: Mapping[str, str],
    config: str = CONFIG,
    pages: Mapping[str, str] = PAGES,
    place: str = "posts/",
) -> tuple[dict[str, str], dict[str, str]]:
    """Each body's HTML by Hugo, and as it is rendered here; both made safe for the post's address."""
    files = {f"content/{name}.md": f"---\ntitle: 題\n{header}\n---\n語\n" for name, header in pages.items()}
    head = "---\ntitle: 題\ndate: 2026-01-05\n画: 値\n深: {い: 奥}\n---\n"
    files |= {f"content/{place}{name}.md": f"{head}{body}\n" for name, body in bodies.items()}
    files |= {"hugo.toml": config, "layouts/all.html": "{{ .Content }}", "assets/img/資産.png": "x"}
    for file, text in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    subprocess.run([str(Path(sys.executable).parent / "hugo"), "--quiet"], cwd=folder, check=True, capture_output=True)
    found = survey(folder, Engine.HUGO)
    rules = Rules(
        Engine.HUGO, folder, "content", "https://blog.example/b/", "Asia/Tokyo", None, (), settings=found.settings
    )
    theirs: dict[str, str] = {}
    ours: dict[str, str] = {}
    with Index(folder.parent / f"{folder.name}.db", "key") as index:
        context = scan(rules, index).context
        posts = {post.source: post for post in index.posts()}
        renderer = Renderer(rules, index, lambda: tuple(posts.values()), context)
        for name in bodies:
            post = posts[f"content/{place}{name}.md"]
            page = folder / "public" / post.path.strip("/") / "index.html"
            theirs[name] = make_safe(page.read_text(encoding="utf-8"), post.url)
            made = renderer.render(post)
            assert made
            ours[name] = made.html
    return theirs, ours


def tree(html: str) -> tuple[Tree | str, ...]:
    """What a reader makes of some HTML: white space that nobody sees, ids and empty paragraphs apart."""
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    return _children(root)


def _children(element: _Element) -> tuple[Tree | str, ...]:
    found: list[Tree | str] = [*_text(element.text)]
    for child in element:
        attributes = sorted(
            (str(key), unquote(str(value))) for key, value in child.attrib.items() if key not in ("id", "class")
        )
        below = _children(child)
        if below or child.tag != "p":
            found.append((str(child.tag), tuple(attributes), below))
        found += _text(child.tail)
    return tuple(found)


def _text(text: str | None) -> list[str]:
    squeezed = "".join((text or "").split())
    return [squeezed] if squeezed else []


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, str]]:
    return build(tmp_path_factory.mktemp("hugo") / "site", BODIES | {"highlighted": HIGHLIGHTED})


@pytest.mark.parametrize("name", BODIES)
def test_hugos_own_shortcodes_are_rendered_as_hugo_does(
    name: str, built: tuple[dict[str, str], dict[str, str]]
) -> None:
    theirs, ours = built
    assert tree(ours[name]) == tree(theirs[name])


def test_highlighted_code_has_hugos_text(built: tuple[dict[str, str], dict[str, str]]) -> None:
    ours = lxml.html.fragment_fromstring(built[1]["highlighted"], create_parent="div")
    (code,) = ours.iter("pre")
    assert code.text_content().strip("\n") == 'def f():\n    return "<日本>"'


LANGUAGES = """
[languages.ja]
weight = 1
[languages.ja.params]
who = "私"
[languages.en]
weight = 2
[languages.en.params]
who = "us"
"""
LINKS = """\
[a]({{< ref "x.md" >}}) [b]({{< ref "x" >}}) [c]({{< ref "/posts/X" >}}) [d]({{< ref path="/posts/x" lang="ja" >}})
[e]({{< ref path="x" lang="en" >}}) [f]({{< ref "/about" >}}) [g]({{< ref "/posts" >}}) [h]({{< ref "bundle" >}})
[i]({{< relref "/posts/sub/y" >}}) [j]({{< ref "y" >}}) [k]({{< ref "/posts/sub" >}}) {{< param who >}}
[l](x.md) [m](../about.md) [n](sub/y.md#z)
"""


@pytest.mark.parametrize(
    ("config", "files", "own"),
    [
        (f'defaultContentLanguage = "ja"\n{CONFIG}{LANGUAGES}', "{name}{dot}{tag}", ("p", "p.en")),
        (
            f'defaultContentLanguage = "ja"\n{CONFIG}{LANGUAGES}'.replace(
                "weight = 1", 'weight=1\ncontentDir="content/日"'
            ).replace("weight = 2", 'weight=2\ncontentDir="content/英"'),
            "{folder}/{name}",
            ("日/posts/p", "英/posts/p"),
        ),
        (
            f'defaultContentLanguage = "ja"\ndefaultContentLanguageInSubdir = true\n{CONFIG}{LANGUAGES}'
            '[permalinks.page]\nposts = "/:year/:contentbasename/"\n',
            "{name}{dot}{tag}",
            ("p", "p.en"),
        ),
    ],
)
def test_references_within_languages_are_hugos(tmp_path: Path, config: str, files: str, own: tuple[str, str]) -> None:
    dated = "date: 2026-01-02"
    names = {"posts/x": dated, "posts/bundle/index": dated, "posts/sub/y": dated, "about": "", "posts/sub/_index": ""}
    pages = {
        files.format(name=name, folder=folder, dot="." if tag else "", tag=tag): header
        for name, header in names.items()
        for folder, tag in (("日", ""), ("英", "en"))
    }
    place = "" if "/" in own[0] else "posts/"
    theirs, ours = build(tmp_path / "site", dict.fromkeys(own, LINKS), config, pages, place)
    assert {name: tree(html) for name, html in ours.items()} == {name: tree(html) for name, html in theirs.items()}


QUOTED = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters='"`\\<>{}&*_[]~#$:!'), min_size=1)


@given(st.lists(QUOTED, min_size=30, max_size=30))
@settings(max_examples=3)
def test_any_argument_is_hugos(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    quoted: list[Callable[[str], str]] = ['"{}"'.format, "`{}`".format, '"\\"{}"'.format, '\\"{}\\"'.format]
    bodies = {f"p{at}": f"{{{{< figure src=a.png alt={quoted[at % 4](word)} >}}}}" for at, word in enumerate(words)}
    theirs, ours = build(tmp_path_factory.mktemp("hugo") / "site", bodies)
    assert {name: tree(html) for name, html in ours.items()} == {name: tree(html) for name, html in theirs.items()}
