"""Which section a post lies in, as its engine counts."""

from pathlib import Path

import pytest

from publisher.content import Engine, Rules, section_of, survey


def rules(folder: Path, engine: Engine, **files: str) -> Rules:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    found = survey(folder, engine)
    return Rules(
        engine=engine,
        folder=folder,
        content=found.content,
        url="https://midori.example/",
        timezone="Asia/Tokyo",
        permalink=None,
        exclude=(),
        settings=found.settings,
    )


@pytest.mark.parametrize(
    ("engine", "source", "section"),
    [
        (Engine.JEKYLL, "_posts/2026-11-24-味噌.md", ""),
        (Engine.JEKYLL, "_posts/冬/2026-11-24-味噌.md", ""),
        (Engine.JEKYLL, "台所/_posts/2026-11-24-味噌.md", "台所"),
        (Engine.JEKYLL, "_recipes/味噌.md", "recipes"),
        (Engine.HUGO, "content/日記/冬/味噌.md", "日記"),
        (Engine.HUGO, "content/日記/味噌/index.md", "日記"),
        (Engine.HUGO, "content/味噌/index.md", ""),
        (Engine.HUGO, "content/味噌.md", ""),
        (Engine.ZOLA, "content/日記/味噌.md", "日記"),
        (Engine.ZOLA, "content/日記/味噌/index.md", "日記"),
        (Engine.ZOLA, "content/味噌.md", ""),
        (Engine.PELICAN, "日記/味噌.md", "日記"),
        (Engine.PLAIN, "日記/味噌.md", "日記"),
        (Engine.PLAIN, "味噌.md", ""),
    ],
)
def test_a_section_is_where_the_engine_has_it(tmp_path: Path, engine: Engine, source: str, section: str) -> None:
    assert section_of(source, rules(tmp_path, engine)) == section


def test_the_content_folder_of_a_language_is_no_section_in_hugo(tmp_path: Path) -> None:
    languages = "[languages.ja]\ncontentDir = 'content/ja'\n[languages.en]\ncontentDir = 'content/en'\n"
    hugo = rules(tmp_path, Engine.HUGO, hugo_toml=f"defaultContentLanguage = 'ja'\n{languages}")

    assert section_of("content/ja/日記/味噌.md", hugo) == "日記"
    assert section_of("content/en/diary/miso/index.md", hugo) == "diary"
    assert section_of("content/ja/味噌.md", hugo) == ""
