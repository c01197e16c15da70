"""The operator's commands on readers."""

from pathlib import Path

from support.site import Site


def test_a_reader_is_shown_and_then_forgotten(site: Site) -> None:
    site.ok("subscriber", "add", "hanako@example.jp", "--name", "山田 花子", "--category", "庭")

    shown = site.ok("subscriber", "show", "Hanako@example.jp").out
    assert "山田 花子" in shown
    assert "weekly: confirmed" in shown
    assert "by: added by the operator" in shown
    held = site.ok("subscriber", "show", "hanako@example.jp", "--json").json
    assert held["subscriptions"][0]["categories"] == ["庭"]

    refused = site.run("subscriber", "forget", "hanako@example.jp")
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert "backups" in site.ok("subscriber", "forget", "hanako@example.jp", "--yes").err
    assert "hanako" not in everything(site.folder)
    assert "forgotten already" in site.ok("subscriber", "forget", "hanako@example.jp", "--yes").err
    assert "gets no mail: asked to be forgotten" in site.ok("subscriber", "show", "hanako@example.jp").out
    assert site.run("subscriber", "show", "dare@example.jp").code == 2


def everything(folder: Path) -> str:
    return "".join(one.read_bytes().decode(errors="replace") for one in folder.glob("publisher.db*"))
