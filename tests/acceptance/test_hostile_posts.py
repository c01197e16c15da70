"""Posts as a hostile or careless hand writes them: valid feeds or a problem line, and never a crash."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.feeds import found, parsed
from support.site import CONFIG, Site, days_ago

ROOT = "https://midori.example/"
ALL = {
    "PUBLISHER_FEEDS__FORMATS": '["rss", "atom", "json"]',
    "PUBLISHER_FEEDS__BY": '["category", "tag", "author", "language", "section"]',
    "PUBLISHER_FEEDS__LIMIT": "200",
}

READ = {
    "C1 の制御文字": r'title: "a\x85b\x9fc"',
    "置換文字": r'title: "a\ufffdb"',
    "CDATA": 'title: "]]> <![CDATA[ x <![CDATA[ y ]]> ]]>"',
    "二重の実体": 'title: "A &amp;amp; B &lt;b&gt; &#60;i&#62; &amp;amp;amp;"',
    "スクリプト": 'title: "<script>alert(1)</script>題"',
    "終わりのタグ": 'title: "`&lt;/script&gt;` と &lt;/b&gt; の話 < 3 > 2"',
    "空白だけ": 'title: "   \u3000 "',
    "空": 'title: ""',
    "絵文字": 'title: "👩‍👩‍👧‍👦👨🏽‍🌾🏳️‍🌈 葛󠄀"',
    "右から左": 'title: "\u202eمرحبا\u202c \u2066שלום\u2069 \u200f"',
    "半角全角": 'title: "ﾊﾝｶｸ ＡＢＣ　①㈱髙"',
    "長い語": f'title: "{"長" * 20_000}"',
    "改行": r'title: "a\nb\r\nc\td\u2028e"',
    "題が並び": "title: [あ, い]",
    "句読点の分類": 'title: 句\ncategories: ["！？", "…", "。", "-", "_", "///", " "]\ntags: ["#", "＃"]',
    "道の分類": 'title: 道\ncategories: ["..", ".", "../../etc/passwd", "/abs", "a/../b", "~", "C:\\\\x"]',
    "窓の名": 'title: 窓\ncategories: [con, AUX, nul, COM1, "lpt9.txt", "a:b", "a|b", "a?b", "a*b", "end."]',
    "大文字小文字": 'title: 大小\ncategories: [Foo, foo, FOO, "ｆｏｏ", "か\u3099", "が"]',
    "長い分類": f'title: 長\ncategories: ["{"長" * 300}"]',
    "分類のタグ": 'title: 印\ncategories: ["<b>&amp;</b>", "x]]>y", "</category>"]',
    "著者": 'title: 人\nauthor: ["<b>x</b>", "", {name: y, email: "no at"}, {name: z, email: "a..b@docomo.ne.jp"}]',
    "言語": "title: 言\nlang: jp",
    "画像": 'title: 図\nimage: "javascript:alert(1)"',
    "データの画像": 'title: 図\nimage: "data:image/png;base64,xx"',
    "壊れた画像": 'title: 図\nimage: "http://[::1"',
    "音声": 'title: 音\nenclosure: {url: "javascript:x", type: "a/b c", length: -5}',
    "遠い音声": 'title: 音\nenclosure: "https://例え.jp/音 声.mp3"',
    "外のファイル": 'title: 音\naudio: "../../../../etc/passwd"',
    "要約": r'title: 約' + '\n' + r'description: "<p>x</p> &amp; </div> ]]> a < b"',
    "同じ題 1": "title: 同じ",
    "同じ題 2": "title: 同じ",
    "住所": 'title: 址\npermalink: "/あ い/<b>/\\"x\\"/%zz/?q=1#f"',
    "住所 2": 'title: 址\npermalink: "//evil.example/x"',
    "住所 3": 'title: 址\npermalink: "../../x"',
}  # fmt: skip
_LARGE = "front-matter-too-large"
REFUSED = {
    "上の代用符号": (r'title: "a\ud800b"', "broken-front-matter"),
    "対の代用符号": (r'title: "\ud83d\ude00"', "broken-front-matter"),
    "制御文字": (r'title: "a\bb\0c"', "control-character"),
    "非文字": (r'title: "a\ufffeb"', "control-character"),
    "制御文字の分類": (r'title: x' + '\n' + r'categories: ["a\0"]', "control-character"),
    "五メガの題": (f'title: "{"題" * 1_700_000}"', _LARGE),
    "一万の長い分類": ("title: x\ncategories: [" + ", ".join(f"分類{n}" for n in range(10_000)) + "]", _LARGE),
}  # fmt: skip
BODIES = {
    "CDATA": "<![CDATA[ x ]]> ]]> <!-- c --> <?php x ?> <!DOCTYPE x>",
    "何でも": '<p onclick="x()" style="position:fixed;background:url(x)">a</p><iframe src="/x"></iframe>'
    '<a href="javascript:x">j</a><a href=" java\nscript:x">k</a><svg onload=x><script>1</script></svg>'
    "<form><input name=a></form><style>p{}</style><base href=\"http://e.jp/\"><img src=x onerror=y srcset='a 1x, b 2x'>"
    '<video controls autoplay src="v.mp4"></video><marquee>m</marquee>',
    "閉じない": "<div><p><b>x <i>y</b> z</i><table><tr><td>a<p>b</table><a href='/a'>1<a href='/b'>2</a>",
    "実体": "&amp;amp; &nbsp; &unknown; &#0; &#x80; &#xD800; &#x1F600; & < >",
    "リンク": "[b](#注) [c](//x.jp/あ) [d](http://例え.テスト/あ?い=う#え) [e](mailto:山@例え.jp) <https://x.jp/あ>",
    "様式": '<span style="background-color: honeydew; color: hsl(120,50%,50%)">x</span>',
    "画像だけ": "![](/図.png)",
    "何もない": "",
    "深い": "> " * 200 + "x",
    "長い": "長" * 200_000,
    "五メガの見出し": "# " + "題" * 1_700_000,
}


def post(site: Site, name: str, number: int, head: str, body: str = "本文です。") -> None:
    site.write(f"posts/{name}.md", f"---\n{head}\ndate: {days_ago(number).isoformat()}\n---\n\n{body}\n")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "site", dict(ALL))
    made.write("config.yaml", CONFIG)
    made.post("ふつう", days_ago(0), title="ふつうの記事")
    yield made
    made.stop()


def codes(site: Site) -> dict[str, str]:
    """The last problem's code for each post that has any."""
    problems = site.ok("build", "--json").json["problems"]
    return {Path(one["file"]).stem: one["code"] for one in problems}


def items(site: Site) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((site.folder / "public/feed.json").read_bytes())["items"]
    return found


def test_headers_that_can_be_read_give_valid_feeds(site: Site) -> None:
    for number, (name, head) in enumerate(READ.items(), 1):
        post(site, name, number, head)

    site.ok("build")

    public = site.folder / "public"
    assert found(public, ROOT) == []
    assert len(items(site)) == len(READ) + 1
    titles = [entry.title for entry in parsed(public / "atom.xml").entries]
    assert "👩‍👩‍👧‍👦👨🏽‍🌾🏳️‍🌈 葛󠄀" in titles
    assert "\u202eمرحبا\u202c \u2066שלום\u2069 \u200f" in titles
    assert not [path for path in site.folder.rglob("*.xml") if public not in path.parents], "nothing outside"


def test_headers_that_no_feed_can_hold_are_problems_and_the_rest_is_built(site: Site) -> None:
    for number, (name, (head, _)) in enumerate(REFUSED.items(), 1):
        post(site, name, number, head)

    assert codes(site) == {name: code for name, (_, code) in REFUSED.items()}
    assert site.run("build", "--strict").code == 65
    assert found(site.folder / "public", ROOT) == []
    assert [item["title"] for item in items(site)] == ["ふつうの記事"]


def test_any_text_gives_valid_feeds(site: Site) -> None:
    for number, (name, body) in enumerate(BODIES.items(), 1):
        post(site, name, number, f"title: {name}", body)

    site.ok("build")

    faults = [fault for fault in found(site.folder / "public", ROOT) if "ValidatorLimit" not in fault]
    assert faults == []
    assert len(items(site)) == len(BODIES) + 1


def test_of_ten_thousand_categories_on_one_post_a_hundred_count(site: Site) -> None:
    names = [f"{number:x}分" for number in range(10_000)]
    post(site, "多い", 1, f"title: 多い\ncategories: [{','.join(names)}]\ntags: [{','.join(names[:101])}]")

    assert codes(site) == {"多い": "too-many-names"}
    assert found(site.folder / "public", ROOT) == []
    entry = next(entry for entry in parsed(site.folder / "public/feed.xml").entries if entry.title == "多い")
    assert [tag.term for tag in entry.tags] == names[:100] + names[:100]
    assert len(list((site.folder / "public/category").iterdir())) == 100 + 1


def test_a_feed_that_is_no_longer_asked_for_leaves_no_file_of_a_hostile_name(site: Site) -> None:
    post(site, "窓", 1, READ["窓の名"])
    site.ok("build")
    site.environ["PUBLISHER_FEEDS__BY"] = "[]"

    site.ok("build")

    assert not list((site.folder / "public").rglob("category/*/feed.xml"))
