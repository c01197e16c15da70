"""What readers can choose, by settings and `ids.json`, without a look at a post."""

from pathlib import Path

from publisher.app import open_app
from publisher.model.newsletter import Frequency
from publisher.web.offer import Menu

CONFIG = """\
site: {title: みどりの庭, url: https://midori.example/, language: ja, timezone: Asia/Tokyo}
content: {path: posts}
newsletters:
  weekly:
    title: みどりの便り
    from: a@midori.example
    schedules: {weekly: "mon 09:00", instant: on publish}
    languages: [ja, en]
  kitchen:
    title: 台所だより
    from: a@midori.example
    schedules: {daily: "7:00"}
    categories: [台所, 味噌]
    languages: [ja]
"""


def written(home: Path, *categories: str) -> None:
    """An `ids.json` with a feed for each category, one of which is gone, and a tag's."""
    kinds = [("category", name, "") for name in categories]
    kinds += [("category", "昔", "2026-01-01T00:00:00Z"), ("tag", "札", "")]
    lines = [
        f'{{"path": "{kind}/{name}/{format_}", "kind": "{kind}", "name": "{name}", "format": "rss",'
        f' "changed": "2026-01-01T00:00:00Z", "digest": "x", "gone": "{gone}"}},'
        for kind, name, gone in kinds
        for format_ in ("feed.xml", "atom.xml")
    ]
    text = "\n".join(['{"version": 2,', '"ledger": null,', '"feeds": [', *lines, "null],", '"posts": [', "null]}"])
    (home / "new.json").write_text(text, encoding="utf-8")
    (home / "new.json").replace(home / "ids.json")


def test_a_form_offers_what_its_newsletters_have_and_follows_the_builds(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    said: list[str] = []
    menu = Menu(open_app(tmp_path, {}), said.append)
    assert menu.offer(["weekly"]).categories == ()

    written(tmp_path, "庭", "投資分析")
    weekly, kitchen, both = menu.offer(["weekly"]), menu.offer(["kitchen", "nothing"]), menu.offer()

    assert (weekly.categories, kitchen.categories) == (("庭", "投資分析"), ("台所", "味噌"))
    assert set(both.categories) == {"庭", "投資分析", "台所", "味噌"}
    assert (weekly.frequencies, both.frequencies) == (
        (Frequency.INSTANT, Frequency.WEEKLY),
        (Frequency.INSTANT, Frequency.DAILY, Frequency.WEEKLY),
    )
    assert (weekly.usual, both.usual) == (Frequency.WEEKLY, None)
    assert (both.languages, kitchen.languages) == (("ja", "en"), ("ja",))
    assert menu.offer(["nothing"]).names == both.names == ("weekly", "kitchen")

    (tmp_path / "ids.json").write_text("<<<<<<< HEAD", encoding="utf-8")
    assert menu.offer(["weekly"]).categories == ("庭", "投資分析")
    assert "ids.json" in said[0]
