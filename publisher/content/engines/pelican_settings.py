"""What a Pelican site's configuration says, as values; the defaults are those of Pelican's settings.py."""

from typing import TypeAlias

from publisher.content.engines.pelican_slugs import SlugRules
from publisher.content.nouns import Rules, Settings
from publisher.struct import field

Pairs: TypeAlias = tuple[tuple[str, str], ...]

MARKDOWN = ("md", "markdown", "mkd", "mdown")
RST = ("rst",)
HTML = ("htm", "html")

TEMPLATES = {
    "ARTICLE_URL": "{slug}.html",
    "ARTICLE_SAVE_AS": "{slug}.html",
    "ARTICLE_LANG_URL": "{slug}-{lang}.html",
    "ARTICLE_LANG_SAVE_AS": "{slug}-{lang}.html",
    "DRAFT_URL": "drafts/{slug}.html",
    "DRAFT_LANG_URL": "drafts/{slug}-{lang}.html",
    "PAGE_URL": "pages/{slug}.html",
    "PAGE_LANG_URL": "pages/{slug}-{lang}.html",
    "DRAFT_PAGE_URL": "drafts/pages/{slug}.html",
    "DRAFT_PAGE_LANG_URL": "drafts/pages/{slug}-{lang}.html",
    "STATIC_URL": "{path}",
    "CATEGORY_URL": "category/{slug}.html",
    "TAG_URL": "tag/{slug}.html",
    "AUTHOR_URL": "author/{slug}.html",
    "INDEX_SAVE_AS": "index.html",
}
"""The settings that make addresses, and Pelican's own values for them."""


class PelicanSettings(Settings, frozen=True):
    """The settings that decide what is a post, when it was and where it is.

    Paths are relative to PATH, "" for PATH itself, without slashes at their ends. `article_excludes` holds PAGE_PATHS
    too. `templates` are those of TEMPLATES that the site sets. `default_date` is a date, `fs` for that of the file, or
    empty. `path_metadata` are EXTRA_PATH_METADATA's values by path, sorted. `translation_id` are the keys whose
    values a post and its translations share; none where there are no translations.
    """

    siteurl: str = ""
    default_lang: str = "en"
    author: str = ""
    article_paths: tuple[str, ...] = ("",)
    article_excludes: tuple[str, ...] = ("pages",)
    page_paths: tuple[str, ...] = ("pages",)
    ignore_files: tuple[str, ...] = (".*",)
    extensions: tuple[str, ...] = (*MARKDOWN, *RST, *HTML)
    templates: Pairs = ()
    folder_is_category: bool = True
    default_category: str = "misc"
    default_date: str = ""
    default_metadata: Pairs = ()
    path_metadata: tuple[tuple[str, Pairs], ...] = ()
    filename_pattern: str = r"(?P<date>\d{4}-\d{2}-\d{2}).*"
    path_pattern: str = ""
    slug_source: str = "title"
    slugs: SlugRules = field(default_factory=SlugRules)
    translation_id: tuple[str, ...] = ("slug",)

    def template(self, key: str) -> str:
        """The value of one of TEMPLATES."""
        return dict(self.templates).get(key, TEMPLATES[key])


_DEFAULT = PelicanSettings()


def settings_of(rules: Rules) -> PelicanSettings:
    """The site's settings; Pelican's own where the site has no configuration of Pelican's."""
    return rules.settings if isinstance(rules.settings, PelicanSettings) else _DEFAULT
