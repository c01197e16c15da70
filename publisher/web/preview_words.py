"""The words of the preview's page, by language."""

import json
from collections.abc import Mapping
from functools import cache

from publisher.packaged import templates


@cache
def words(language: str) -> tuple[str, Mapping[str, str]]:
    """The nearest language that there are words in, ja-JP, ja, then en, and its words."""
    for tongue in (language, language.split("-")[0], "en"):
        file = templates() / "web" / f"preview.{tongue}.json"
        if file.is_file():
            break
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return tongue, found
