"""What init writes."""

from pathlib import Path

import pytest

from publisher.config import load_config
from publisher.errors import UsageError
from publisher.jobs.init import init


def test_the_config_it_writes_is_valid_and_commented(tmp_path: Path) -> None:
    made = init(tmp_path)

    config = load_config(None, {}, tmp_path)
    assert made.config == config.file
    assert list(config.settings.newsletters) == ["weekly"]
    assert config.settings.newsletters["weekly"].schedules == {"weekly": "mon 09:00"}
    assert made.config.read_text(encoding="utf-8").count("#") > 10


@pytest.mark.parametrize("title", ['引用"符"', "コロン: と # 井桁", "\\逆斜線", "改 行"])
def test_a_title_of_any_kind_is_written_so_that_it_reads_back(tmp_path: Path, title: str) -> None:
    import json

    (tmp_path / "_config.yml").write_text(f"title: {json.dumps(title, ensure_ascii=False)}\n", encoding="utf-8")

    init(tmp_path)

    assert load_config(None, {}, tmp_path).settings.site.title == title


def test_japanese_posts_make_a_japanese_site_mailed_in_tokyo(tmp_path: Path) -> None:
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_posts/2026-01-05-a.md").write_text("ひらがなの本文です。", encoding="utf-8")

    init(tmp_path)

    settings = load_config(None, {}, tmp_path).settings
    assert settings.site.language == "ja"
    assert settings.site.timezone == "UTC", "as Jekyll reads dates where _config.yml names no zone on a server"
    assert settings.newsletters["weekly"].timezone == "Asia/Tokyo"


def test_a_config_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    init(tmp_path)
    before = (tmp_path / "config.yaml").read_bytes()

    with pytest.raises(UsageError, match=r"config\.yaml is there already"):
        init(tmp_path)

    assert (tmp_path / "config.yaml").read_bytes() == before
