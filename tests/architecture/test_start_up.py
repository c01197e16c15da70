"""The start-up rule of the design: what an unchanged build may import."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FORBIDDEN = {
    "alembic",
    "apscheduler",
    "cssutils",
    "fastapi",
    "feedgen",
    "jinja2",
    "lxml",
    "markdown_it",
    "nh3",
    "premailer",
    "sqlalchemy",
    "tinytag",
    "uvicorn",
    "watchfiles",
}

PROBE = """
import sys
sys.argv = ["publisher", "build"]
from publisher.cli import main
code = 0
try:
    main()
except SystemExit as end:
    code = end.code or 0
import json
print(json.dumps({"code": code, "modules": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


def build(folder: Path) -> dict[str, object]:
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=folder, capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "posts").mkdir()
    text = '---\ntitle: "日本語"\ndate: 2026-01-05\ncategories: [本]\n---\n\n本文です。\n'
    (tmp_path / "posts" / "a.md").write_text(text, encoding="utf-8")
    (tmp_path / "config.yaml").write_text(
        "site: {url: https://example.jp/}\ncontent: {path: posts}\n", encoding="utf-8"
    )
    return tmp_path


def test_an_unchanged_build_imports_nothing_that_only_changes_need(site: Path) -> None:
    first, second = build(site), build(site)

    assert first["code"] == second["code"] == 0
    assert "feedgen" in first["modules"]  # type: ignore[operator]
    assert FORBIDDEN & set(second["modules"]) == set()  # type: ignore[call-overload]


def test_an_unchanged_build_asks_no_ledger_for_the_pages_of_issues(site: Path) -> None:
    with (site / "config.yaml").open("a", encoding="utf-8") as config:
        config.write(
            'mail: {transport: "maildir:mail"}\nnewsletters:\n'
            "  weekly: {title: みどりの便り, from: a@example.jp, schedules: {daily: '09:00'}}\n"
        )
    for words in (["subscriber", "add", "hanako@example.jp"], ["send", "a", "--newsletter", "weekly", "--yes"]):
        subprocess.run([sys.executable, "-m", "publisher", *words], cwd=site, check=True, capture_output=True)
    first, second = build(site), build(site)

    assert (site / "public/newsletters/weekly/feed.xml").is_file()
    assert "sqlalchemy" not in first["modules"]  # type: ignore[operator]
    assert FORBIDDEN & set(second["modules"]) == set()  # type: ignore[call-overload]


def test_importing_the_package_imports_nothing_else() -> None:
    probe = "import sys, publisher; print(sorted(n for n in sys.modules if n.startswith('publisher')))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['publisher']"
