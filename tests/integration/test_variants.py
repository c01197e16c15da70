"""What a group of recipients shares: cut to what mail programs show, with its pictures, kept and read back."""

from datetime import datetime, timedelta
from html import unescape

import pytest
from PIL import Image
from support.desk import desk
from support.rows import draft
from support.site import CONFIG, JST, Site

from publisher.jobs.linted import problems, telling
from publisher.jobs.mailing import Desk
from publisher.jobs.variants import digest_variant, note_variant, one_off_variant
from publisher.mail import LIMIT, Note, blocks_of, tagged, tagged_links, without_title
from publisher.model.mailing import Rendered, Variant
from publisher.model.newsletter import Utm
from publisher.store import issues
from publisher.store.engine import Store
from publisher.struct import replace

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=JST)
PARAGRAPH = "庭の土を掘り返して、冬の前に堆肥を混ぜ込んでおくと、春になってからの芽の出方がまるで違ってくる。" * 12


def digest_of(place: Desk, count: int | None = None) -> Variant:
    posts = [(place.library.ids[post.source], post) for post in reversed(place.library.posts)]
    return digest_variant(place, posts[:count], language="ja", number=12, at=MONDAY)


def one_off_of(place: Desk) -> Variant:
    (post,) = place.library.posts
    return one_off_variant(place, "tag:x", post, language="ja", subscribed=True, at=MONDAY)


def test_a_digest_too_long_for_gmail_leaves_its_last_posts_to_a_link(site: Site) -> None:
    for number in range(160):
        site.post(
            f"post-{number:03}",
            MONDAY - timedelta(minutes=number),
            title=f"庭仕事の記録 その{number:03}",
            body=PARAGRAPH,
        )
    with desk(site, MONDAY) as place:
        variant = digest_of(place)
        few = digest_of(place, 20)

    html = variant.rendered.html
    shown = [number for number in range(160) if f"その{number:03}</a></h" in html]
    assert shown == list(range(len(shown)))
    assert 20 < len(shown) < 160
    assert LIMIT * 0.9 < len(html.encode()) < LIMIT
    assert f"ほか{160 - len(shown)}本の記事を見る" in html
    assert f"ほか{160 - len(shown)}本の記事を見る" in variant.rendered.text
    assert len(variant.post_ids) == 160, "what is left to a link was carried, too"
    assert "ほか" not in few.rendered.html


def test_a_post_too_long_for_gmail_ends_in_a_link_at_the_end_of_a_paragraph(site: Site) -> None:
    body = "\n\n".join(f"{number:03}段。{PARAGRAPH}" for number in range(60))
    site.post("long", MONDAY, body=body)
    with desk(site, MONDAY) as place:
        variant = one_off_of(place)

    html = unescape(variant.rendered.html)
    shown = [number for number in range(60) if f"{number:03}段。" in html]
    assert shown == list(range(len(shown)))
    assert 10 < len(shown) < 60
    assert html.count(PARAGRAPH) == len(shown), "a paragraph is there whole or not at all"
    assert LIMIT * 0.9 < len(variant.rendered.html.encode()) < LIMIT
    assert "続きを読む" in html


def test_one_block_too_large_for_any_mail_leaves_the_summary_and_a_link(site: Site) -> None:
    site.post("table", MONDAY, body=PARAGRAPH * 60)
    with desk(site, MONDAY) as place:
        variant = one_off_of(place)

    assert len(variant.rendered.html.encode()) < 40_000
    assert "続きを読む" in variant.rendered.html
    assert "庭の土を掘り返して" in variant.rendered.html


def test_attached_pictures_travel_once_and_come_back_from_the_ledger(site: Site, store: Store) -> None:
    site.write("config.yaml", CONFIG + "    images: attached\n")
    for name in ("庭.png", "本.png"):
        path = site.folder / "static" / name
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (1056, 400), "green" if name == "庭.png" else "red").save(path)
    site.post(
        "絵", MONDAY, body="![庭](/庭.png)\n\n![庭](/庭.png)\n\n![本](/本.png)\n\n![他](https://other.example/x.png)"
    )
    with desk(site, MONDAY) as place:
        variant = one_off_of(place)

    pictures = variant.rendered.pictures
    assert [one.type for one in pictures] == ["image/png", "image/png"]
    assert variant.rendered.html.count(f"cid:{pictures[0].cid}") == 2
    assert 'width="528" height="200"' in variant.rendered.html
    assert 'src="https://other.example/x.png"' in variant.rendered.html
    with store.write() as connection:
        issue = issues.insert(connection, draft("u", MONDAY), MONDAY)
        first = issues.insert_variant(connection, issue.id, variant)
        second = issues.insert_variant(connection, issue.id, replace(variant, key="other"))
    with store.read() as connection:
        assert issues.variant(connection, first) == variant
        assert issues.variant(connection, second).rendered == variant.rendered


def test_pictures_stay_where_they_are_unless_asked_to_travel(site: Site) -> None:
    (site.folder / "static").mkdir()
    Image.new("RGB", (100, 50)).save(site.folder / "static" / "a.png")
    site.post("絵", MONDAY, body="![庭](/a.png)")
    with desk(site, MONDAY) as place:
        variant = one_off_of(place)

    assert variant.rendered.pictures == ()
    assert 'src="https://midori.example/a.png"' in variant.rendered.html
    assert 'width="100" height="50"' in variant.rendered.html


def test_the_settings_set_looks_without_a_template(site: Site) -> None:
    looks = (
        '    subject: "{{ newsletter.title }}・{{ issue.number }}"\n    preheader: "{{ posts[0].title }}から"\n'
        '    logo: https://midori.example/logo.png\n    accent: "#2e7d32"\n    footer: "印刷して\\n回してください"\n'
        "    utm: {source: tayori}\n"
    )
    site.write(
        "config.yaml",
        CONFIG.replace("timezone: Asia/Tokyo", 'timezone: Asia/Tokyo\n  address: "〒100-0001 東京都"') + looks,
    )
    site.post("a", MONDAY, title="霜の朝")
    site.write("static/logo.png", "")
    Image.new("RGB", (400, 80)).save(site.folder / "static" / "logo.png")
    with desk(site, MONDAY) as place:
        variant = digest_of(place)
        found = problems(place, [variant])

    rendered = variant.rendered
    assert rendered.subject == "みどりの便り・12"
    assert rendered.preheader == "霜の朝から"
    assert "霜の朝から" in rendered.html
    for part in (rendered.html, rendered.text):
        assert "印刷して" in part
        assert "回してください" in part
        assert "〒100-0001 東京都" in part
        assert "三浦 みどり" in unescape(part)
        assert "utm_source=tayori&utm_medium=email&utm_campaign=weekly" in unescape(part)
    assert "https://midori.example/logo.png" in rendered.html
    assert "#2e7d32" in rendered.html
    assert found == []


def test_subject_and_preheader_of_the_settings_are_the_digests_alone(site: Site) -> None:
    site.write("config.yaml", CONFIG + '    subject: "第{{ issue.number }}号"\n    preheader: "今週の庭"\n')
    site.post("a", MONDAY, title="霜の朝", body="霜が降りた。")
    with desk(site, MONDAY) as place:
        digest, one_off = digest_of(place), one_off_of(place)
        note = note_variant(place, Note.WELCOME, language="ja")

    assert (digest.rendered.subject, digest.rendered.preheader) == ("第12号", "今週の庭")
    assert one_off.rendered.subject == "霜の朝"
    assert "今週の庭" not in (one_off.rendered.preheader, note.rendered.preheader)
    assert "号" not in note.rendered.subject


def test_a_preheader_is_looked_at_as_a_reader_gets_it(site: Site) -> None:
    greeting = "{% if subscriber.name %}{{ subscriber.name }} さんへ{% endif %}"
    site.write("config.yaml", CONFIG + f'    preheader: "{greeting}"\n')
    site.post("a", MONDAY, title="霜の朝")
    with desk(site, MONDAY) as place:
        nameless = problems(place, [digest_of(place)])

    assert "no-preheader" in [one.code for one in nameless]


def test_links_elsewhere_and_tagged_ones_are_left_alone() -> None:
    utm = Utm("便り", "email", "weekly")
    site = "https://midori.example/"
    said = "utm_source=%E4%BE%BF%E3%82%8A&utm_medium=email&utm_campaign=weekly"
    assert tagged(site + "a/?x=1#top", site, utm) == f"{site}a/?x=1&{said}#top"
    assert tagged("https://midori.example.evil.test/", site, utm) == "https://midori.example.evil.test/"
    assert tagged(site + "?utm_source=mine", site, utm) == site + "?utm_source=mine"
    html = f'<a href="{site}a/?x=1&amp;y=2">庭</a> <img src="{site}a.png"> <a href="mailto:a@b.jp">x</a>'
    assert tagged_links(html, site, utm) == html.replace("y=2", "y=2&amp;" + said.replace("&", "&amp;"))


def test_a_post_is_cut_between_the_elements_of_its_first_level() -> None:
    html = "前書き &lt;b&gt;<p>一<b>二</b></p>\n<ul><li>三</li></ul>後書き"
    pieces = blocks_of(html)
    assert "".join(pieces) == html
    assert len(pieces) == 3
    assert blocks_of(" \n") == []


OF_THE_SITE = (Note.KNOWN, Note.PREFERENCES, Note.CHOICES, Note.HELP)


@pytest.mark.parametrize("note", list(Note))
def test_the_mails_about_a_subscription_are_variants_like_others(site: Site, note: Note) -> None:
    with desk(site, MONDAY) as place:
        variant = note_variant(place, note, language="ja")
        faults = problems(place, [variant], note)

    about = "みどりの庭" if note in OF_THE_SITE else "みどりの便り"
    assert about in variant.rendered.subject
    assert variant.post_ids == ()
    assert [one.code for one in faults] == ["no-postal-address"]


def test_reading_time_is_that_of_the_whole_post_also_in_a_digest(site: Site) -> None:
    site.post("長い", MONDAY - timedelta(hours=1), body="<b>庭</b>" * 3000)
    site.post("短い", MONDAY, body="庭")
    with desk(site, MONDAY) as place:
        html = digest_of(place).rendered.html

    assert html.index("約1分") < html.index("約6分")


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("\n<h1 id='x'>霜の <b>朝</b></h1>\n<p>本文</p>", "<p>本文</p>"),
        ("<h2>霜の 朝</h2><h2>霜の 朝</h2>", "<h2>霜の 朝</h2>"),
        ("<p>前</p><h1>霜の 朝</h1>", "<p>前</p><h1>霜の 朝</h1>"),
        ("<h1>霜の夜</h1><p>本文</p>", "<h1>霜の夜</h1><p>本文</p>"),
        ("<h1>霜の 朝", "<h1>霜の 朝"),
    ],
)
def test_a_heading_that_says_the_title_once_more_is_left_out(html: str, kept: str) -> None:
    assert without_title(html, "霜の 朝") == kept


def test_a_post_that_opens_with_its_own_title_shows_it_once(site: Site) -> None:
    site.post("霜", MONDAY, title="霜の朝", body="# 霜の朝\n\n本文。")
    with desk(site, MONDAY) as place:
        rendered = one_off_of(place).rendered

    assert rendered.text.count("霜の朝") == 1
    assert rendered.html.count("霜の朝</h1>") == 1


def test_a_variant_is_looked_at_where_it_shows_something_new() -> None:
    def variant(language: str, *posts: str) -> Variant:
        return Variant("-".join(posts), posts, language, Rendered("", "", "", "m"))

    whole, first, second, english = variant("ja", "a", "b"), variant("ja", "a"), variant("ja", "b"), variant("en", "a")
    note = variant("ja")

    assert list(telling([whole, first, second, english])) == [first, second, english]
    assert list(telling([whole, first])) == [first, whole]
    assert list(telling([note, note])) == [note, note]
