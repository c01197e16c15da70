"""Each third-party package has one door; rooms stay small."""

import ast
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "publisher"

DOORS = {
    "alembic": {"store/schema.py", "store/migrations"},
    "apscheduler": {"schedule.py"},
    "cryptography": {"mail/dkim_keys.py", "web/hook_keys.py"},
    "cssselect": {"mail/lint_css.py"},
    "cssutils": {"mail/inline.py"},
    "dateutil": {"content/engines/pelican_dates.py"},
    "dns": {"mx.py"},
    "docutils": {"content/rst.py"},
    "email_validator": {"mail/address.py"},
    "fastapi": {"web/api"},
    "feedgen": {"feeds/generator.py"},
    "feedparser": {"feeds/foreign.py"},
    "frontmatter": {"content/front_handlers.py"},
    "httpx": {"http.py"},
    "imaplib": {"imap.py"},
    "imagesize": {"content/picture_sizes.py"},
    "itsdangerous": {"mail/tokens.py"},
    "jinja2": {"templating"},
    "liquid": {"content/liquid"},
    "lxml": {"content/built.py", "feeds/generator.py", "mail"},
    "markdown_it": {"content/markdown.py", "content/markdown_rules.py", "content/attribute_lists.py"},
    "mdit_py_plugins": {"content/markdown.py", "content/markdown_rules.py"},
    "msgspec": {"struct.py"},
    "nh3": {"content/safe.py"},
    "premailer": {"mail/inline.py"},
    "pygments": {"content/highlight.py"},
    "pydantic": {
        "config/fields.py",
        "config/feeds_schema.py",
        "config/hooks_schema.py",
        "config/mail_schema.py",
        "config/newsletter_schema.py",
        "config/own_fields_schema.py",
        "config/schema.py",
        "config/server_schema.py",
        "config/validate.py",
        "config/web_schema.py",
        "web/api",
    },
    "pydantic_core": {"config/fields.py"},
    "rich": {"cli/talk.py"},
    "sqlalchemy": {"store", "jobs"},
    "starlette": {
        "web/api",
        "web/server.py",
        "web/app.py",
        "web/approve.py",
        "web/confirm.py",
        "web/files.py",
        "web/hooks.py",
        "web/lazy_api.py",
        "web/leave.py",
        "web/pages.py",
        "web/preferences.py",
        "web/preview.py",
        "web/room.py",
        "web/subscribe.py",
        "web/visits.py",
    },
    "tinytag": {"content/sound.py"},
    "typer": {"cli"},
    "unidecode": {"content/engines/pelican_slugs.py", "content/engines/zola_slugs.py"},
    "uvicorn": {"web/server.py", "web/patience.py"},
    "watchfiles": {"daemon/watching.py"},
    "wcwidth": {"core/columns.py"},
}
"""Where each package may be imported: a file, or a folder. jobs hold connections by type, and open none."""


def imports() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                found[name.partition(".")[0]].add(path.relative_to(PACKAGE).as_posix())
    return found


def test_each_package_has_one_door() -> None:
    found = imports()
    strays = {
        package: sorted(
            file for file in found[package] if not any(file == d or file.startswith(d + "/") for d in doors)
        )
        for package, doors in DOORS.items()
    }

    assert {package: files for package, files in strays.items() if files} == {}
    assert all(found[package] for package in DOORS), "a door to nothing"


def test_no_room_is_over_300_lines() -> None:
    large = {path.name: n for path in PACKAGE.rglob("*.py") if (n := len(path.read_text("utf-8").splitlines())) > 300}

    assert large == {}
