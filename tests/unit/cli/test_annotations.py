"""Problems as continuous integration takes them."""

from pathlib import Path

from publisher.cli.annotations import github, sarif
from publisher.errors import Problem, Severity

PLACED = Problem("_posts/日誌, 一:1.md", 3, 8, Severity.WARNING, "yaml-surprise", "100%\nです")
WHOLE = Problem("_config.yml", 0, 0, Severity.ERROR, "setting-not-read", "だめ")
OWN = Problem("PUBLISHER_MAIL__PORT", 0, 0, Severity.ERROR, "config", "だめ")


def test_an_annotation_is_one_line_whatever_names_and_messages_hold() -> None:
    folder = Path("/repo/blog")

    assert github(PLACED, folder, Path("/repo")) == (
        "::warning file=blog/_posts/日誌%2C 一%3A1.md,line=3,col=8,title=yaml-surprise::100%25%0Aです"
    )
    assert github(WHOLE, folder, Path("/repo")) == "::error file=blog/_config.yml,title=setting-not-read::だめ"
    assert github(WHOLE, folder, Path("/elsewhere")) == "::error file=_config.yml,title=setting-not-read::だめ"


def test_a_log_names_each_rule_once_with_its_meaning_and_no_line_where_there_is_none() -> None:
    (run,) = sarif([PLACED, WHOLE, OWN, PLACED])["runs"]

    rules = {rule["id"]: rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]}
    assert list(rules) == ["config", "setting-not-read", "yaml-surprise"]
    assert rules["yaml-surprise"] != "yaml-surprise"
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert places[0]["artifactLocation"]["uri"] == "_posts/%E6%97%A5%E8%AA%8C%2C%20%E4%B8%80%3A1.md"
    assert places[0]["region"] == {"startLine": 3, "startColumn": 8}
    assert "region" not in places[1]
    assert [result["level"] for result in run["results"]] == ["warning", "error", "error", "warning"]
