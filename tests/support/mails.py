"""The packaged mails, made of sample posts, as a reader gets them."""

from collections.abc import Mapping
from datetime import datetime

from publisher.mail.filled import Filled
from publisher.mail.filling import Filling
from publisher.mail.images import MailImage
from publisher.mail.nouns import Edition, Frame, Look, MailPost, Named, Note, Notice, NoticeKind
from publisher.mail.render import render_digest, render_note, render_notice, render_one_off
from publisher.model.mailing import Rendered
from publisher.model.post import Author
from publisher.model.site import Site
from publisher.templating import Templates

KINDS = ("digest", "one_off", "notice", *(note.value for note in Note))
LANGUAGES = ("ja", "en")
NOTICE = Notice(
    NoticeKind.MISSED,
    {
        "newsletter": "みどりの便り",
        "name": "weekly",
        "due": "2026-01-12 09:00 JST",
        "now": "2026-01-16 12:00 JST",
    },
)
SITE = Site("みどりの庭と本", "https://midori.example/", "ja", "Asia/Tokyo")
READER = {
    "email": "hanako@example.jp",
    "name": "山田 花子",
    "language": "ja",
    "unsubscribe_url": "https://midori.example/unsubscribe/aGFuYWtv.Xy12",
    "preferences_url": "https://midori.example/preferences/aGFuYWtv.Xy12",
    "confirm_url": "https://midori.example/confirm/aGFuYWtv.Xy12",
    "choices_text": "[weekly] みどりの便り\n頻度 = 毎週",
    "unread_lines": "",
}
LOOK = Look(
    accent="#2f6b3a",
    accent_dark="#8fc79a",
    footer=("ご意見・ご感想は、このメールへの返信でお寄せください。",),
    address=("〒000-0000", "みどり県はな市1-2-3"),
    sender="三浦 みどり <tayori@midori.example>",
)

BODY = """\
<p>一年でいちばん寒い週に、味噌を仕込みます。道具も手順も、<a href="https://midori.example/note/">祖母のノート</a>のとおりに。</p>
<h2>用意するもの</h2>
<ul>
<li><strong>大豆</strong> 1kg（一晩水に浸ける）</li>
<li><strong>米麹</strong> 1kg
<ol><li>ほぐす</li><li>塩と<em>よく</em>混ぜる</li></ol></li>
<li><p><strong>塩</strong> 450g</p></li>
</ul>
<p><img src="picture.png" width="528" height="264" alt="湯気の立つ大豆"></p>
<h3>分量の目安</h3>
<table>
<thead><tr><th>樽</th><th style="text-align: right">大豆</th><th>でき上がり</th></tr></thead>
<tbody><tr><td>小</td><td style="text-align: right">500g</td><td>約2kg</td></tr>
<tr><td>大</td><td style="text-align: right">1kg</td><td>約4kg</td></tr></tbody>
</table>
<blockquote><p>急がないこと。</p></blockquote>
<p>塩の割合は、<code>塩 / (大豆 + 麹)</code> で計算します。</p>
<pre><code class="language-python"><span style="color: #9a57ca">def</span> 塩(大豆: int) -&gt; int:
    <span style="color: #757575; font-style: italic"># 大豆1kgに450g</span>
    <span style="color: #9a57ca">return</span> 大豆 * <span style="color: #a7680a">0.45</span>
</code></pre>
<h4>覚え書き</h4>
<dl><dt>麹</dt><dd>米に麹菌を育てたもの。</dd></dl>
<hr>
<p><ruby>味噌<rp>（</rp><rt>みそ</rt><rp>）</rp></ruby>は、<del>半年</del>十か月待つ。H<sub>2</sub>O、10<sup>2</sup>、<small>小さな字</small>、<mark>大切</mark>。<br>次の行。</p>
<figure><img src="picture.png" width="300" height="150" alt="樽"><figcaption>蔵の樽</figcaption></figure>
<details><summary>もっと</summary><p>長いアドレス: https://midori.example/2026/01/a-very-long-address-without-any-place-to-break-it-on-a-phone/</p></details>
"""
"""All that Markdown makes, and what it lets through."""


def sample_posts() -> tuple[MailPost, ...]:
    """Four posts, one in English, one with a picture; the newest first."""
    author, other = Author("三浦 みどり"), Author("Midori Miura")
    image = MailImage("picture.png", "樽に詰めた味噌", 528, 264)
    base = "https://midori.example/2026/01"
    return (
        MailPost(
            "味噌を仕込む日：大豆1kg、麹1kg、塩450g",
            f"{base}/%E5%91%B3%E5%99%8C.html",
            "一年でいちばん寒い週に、味噌を仕込みます。道具も手順も、祖母のノートのとおりに。",
            BODY,
            datetime.fromisoformat("2026-01-11T10:00:00+09:00"),
            ("庭", "本"),
            (author,),
            image,
            3,
        ),
        MailPost(
            "冬の庭、土だけが働いている",
            f"{base}/winter.html",
            "霜が降りた朝、庭は何もしていないように見えます。けれど堆肥の山に手を入れると、まだほんのり温かい。"
            "冬の仕事は三つだけです。落ち葉を集めて、土の上に厚く敷く。道具の刃を研いで、油を引く。",
            None,
            datetime.fromisoformat("2026-01-10T08:00:00+09:00"),
            ("庭",),
            (author,),
        ),
        MailPost(
            "図書館の棚は、誰かの「読みかけ」でできている",
            f"{base}/library.html",
            "返却台に積まれた本を眺めるのが好きです。そこには、この町でいま読まれているものが、順番も分類もなく並んで"
            "います。",
            None,
            datetime.fromisoformat("2026-01-07T19:15:00+09:00"),
            ("本",),
            (author,),
            None,
            2,
        ),
        MailPost(
            "Reading a seed catalogue slowly",
            f"{base}/seeds.html",
            "A seed catalogue is a book of promises & small print. I read it with a pencil, and I ask three things of "
            "every page.",
            None,
            datetime.fromisoformat("2026-01-05T12:30:00+09:00"),
            ("Tools",),
            (other, author),
            None,
            1,
            language="en",
        ),
    )


def frame(language: str, *, number: int | None = 12, look: Look = LOOK) -> Frame:
    """What stands around the posts."""
    at = datetime.fromisoformat("2026-01-12T09:00:00+09:00")
    return Frame(SITE, Named("weekly", "みどりの便り"), look, language, Edition(number, at))


def render(kind: str, language: str) -> Rendered:
    """One of KINDS, before it knows its reader."""
    templates, posts = Templates(None), sample_posts()
    if kind == "digest":
        more = "https://midori.example/archive/"
        return render_digest(templates, frame(language), posts, more=14, more_url=more)
    if kind == "one_off":
        return render_one_off(templates, frame(language, number=None), posts[0])
    if kind == "notice":
        return render_notice(templates, frame(language, number=None), NOTICE)
    return render_note(templates, frame(language, number=None), Note(kind))


def mail(kind: str, language: str, *, reader: Mapping[str, str] = READER) -> Filled:
    """One of KINDS, as `reader` gets it."""
    return Filling(render(kind, language)).fill(reader)
