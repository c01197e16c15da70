"""check: everything that is wrong with the posts, in every form."""

import json
from pathlib import Path

import pytest
from support.site import Site

SITE = {
    "_config.yml": "title: 投資ブログ\nurl: https://blog.example\ntimezone: Asia/Tokyo\n",
    "_posts/2026-01-05-米国株.md": (
        "---\ntitle: 1.10\ntags: [no, 投資]\n---\n本文 [次](/2026/01/06/ない.html) と [前](2026/01/06/別.html)。\n\n"
        "![図](/images/図.png)\n\n![ある](/images/a.png)\n"
    ),
    "_posts/2026-01-06-別.md": "---\npermalink: /same/\n---\n{% unknown_tag %}\n",
    "_posts/2026-01-07-同じ.md": "---\npermalink: /same/\n---\n本文。\n",
    "_posts/2026-01-08-悪い.md": "---\ntitle：全角\n---\n本文。\n",
    "images/a.png": "png",
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "blog")
    for name, text in SITE.items():
        site.write(name, text)
    site.ok("init")
    return site


def test_each_problem_is_a_line_that_an_editor_can_jump_to(site: Site) -> None:
    done = site.ok("check")

    assert done.out.splitlines() == sorted(done.out.splitlines())
    lines = {line.partition(": ")[0]: line.partition(": ")[2] for line in done.out.splitlines()}
    assert lines["_posts/2026-01-05-米国株.md:2:8"].startswith("warning yaml-surprise: title: ")
    assert lines["_posts/2026-01-05-米国株.md:3:8"].startswith("warning yaml-surprise: tags: ")
    assert lines["_posts/2026-01-05-米国株.md:7:6"].startswith("warning missing-image: /images/図.png")
    assert lines["_posts/2026-01-06-別.md:4:1"].startswith("warning liquid-not-rendered: ")
    assert lines["_posts/2026-01-07-同じ.md:1:1"].startswith("warning duplicate-address: ")
    assert lines["_posts/2026-01-08-悪い.md:2:6"].startswith("error full-width-colon: ")
    assert "a.png" not in done.out
    assert "dead-link" not in done.out, "which pages an engine will make nobody knows before it ran"


def test_where_the_site_is_built_dead_links_are_told(site: Site) -> None:
    site.write("_site/same/index.html", "<p>本文。</p>")
    site.write("_site/2026/01/05/米国株.html", "<p>本文。</p>")

    out = site.ok("check").out

    assert "_posts/2026-01-05-米国株.md:5:8: warning dead-link: /2026/01/06/ない.html" in out


def test_a_second_check_says_the_same_and_sees_what_changed(site: Site) -> None:
    first = site.ok("check").out
    assert site.ok("check").out == first

    site.write("images/図.png", "png")
    assert "missing-image" not in site.ok("check").out


def test_a_picture_whose_name_a_mac_has_decomposed_is_there(site: Site) -> None:
    site.write("_posts/2026-01-09-画像.md", "---\ntitle: 画像\n---\n![が](/images/が.png)\n")
    assert "/images/が.png" in site.ok("check").out

    site.write("images/か\u3099.png", "png")
    assert "/images/が.png" not in site.ok("check").out


def test_errors_fail_only_the_strict(site: Site) -> None:
    assert site.run("check").code == 0
    assert site.run("check", "--strict").code == 65


def test_programs_get_json(site: Site) -> None:
    told = site.ok("check", "--json").json

    assert told == site.ok("check", "--format", "json").json
    assert {problem["code"] for problem in told} >= {"yaml-surprise", "missing-image", "full-width-colon"}
    assert set(told[0]) == {"file", "line", "column", "severity", "code", "message"}


def test_sarif_names_rules_places_and_levels(site: Site) -> None:
    (run,) = site.ok("check", "--format", "sarif").json["runs"]

    rules = {rule["id"]: rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]}
    assert set(rules) == {result["ruleId"] for result in run["results"]}
    (bad,) = [result for result in run["results"] if result["level"] == "error"]
    place = bad["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "_posts/2026-01-08-%E6%82%AA%E3%81%84.md"
    assert place["region"] == {"startLine": 2, "startColumn": 6}


def test_github_annotates_lines(site: Site) -> None:
    lines = site.ok("check", "--format", "github").out.splitlines()

    (bad,) = [line for line in lines if line.startswith("::error ")]
    assert bad.startswith("::error file=_posts/2026-01-08-悪い.md,line=2,col=6,title=full-width-colon::")
    assert all(line.startswith(("::error ", "::warning ")) for line in lines)


def test_checking_writes_neither_feeds_nor_ids(site: Site) -> None:
    site.ok("check")

    names = {path.name for path in (site.folder / "_publisher").iterdir()}
    assert "ids.json" not in names
    assert not (site.folder / "_site").exists()
    assert json.loads(site.ok("build", "--json").out)["posts"] == 3
