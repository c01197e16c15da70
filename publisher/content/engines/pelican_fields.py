"""What a header's values are to Pelican: slug, language, state, names and the address (its contents.py)."""

from datetime import datetime

from publisher.content.codes import Code
from publisher.content.engines.pelican_settings import HTML, RST, PelicanSettings, settings_of
from publisher.content.engines.pelican_slugs import slugify
from publisher.content.engines.pelican_urls import below_root, fill, unescaped
from publisher.content.permalinks import extension
from publisher.content.source import Source
from publisher.content.values import Scalar, Value

ARTICLE, DRAFT, PAGE, DRAFT_PAGE = "ARTICLE", "DRAFT", "PAGE", "DRAFT_PAGE"
"""What a file may be; settings such as ARTICLE_LANG_URL start with it."""


def listed(value: Value | None) -> list[str]:
    """Names as readers.ensure_metadata_list has them: split at `;` if there is one, else at `,`, each once."""
    if isinstance(value, list):
        names = [item.text for item in value if isinstance(item, Scalar)]
    elif isinstance(value, Scalar):
        names = value.text.split(";" if ";" in value.text else ",")
    else:
        names = []
    return list(dict.fromkeys(name.strip() for name in names if name.strip()))


def category_of(source: Source) -> str:
    """The category's name; empty where neither header, folder nor settings give one."""
    return source.fields.text("category") or ""


def author_names(source: Source) -> list[str]:
    """`Authors`, else `Author`, which is one name whatever it holds."""
    names = listed(source.fields.get("authors"))
    own = source.fields.text("author")
    return names or ([own] if own else [])


def status_of(source: Source) -> str:
    """`published` where the header says nothing; in lower case."""
    return (source.fields.text("status") or "published").lower()


def slug_of(source: Source) -> str:
    """`Slug` as it stands, else the slug of the title or of the file's name; empty where there is neither."""
    own = source.fields.text("slug")
    if own:
        return own
    settings = settings_of(source.rules)
    if settings.slug_source == "basename":
        return slugify(source.stem, settings.slugs)
    title = source.fields.get("title")
    named = settings.slug_source == "title" and isinstance(title, Scalar)
    return slugify(title.text, settings.slugs) if named and isinstance(title, Scalar) else ""


def save_as(source: Source) -> str:
    """The pattern for the file that an article is written to, filled or not; empty where it is written to none."""
    own = source.fields.get("save_as")
    if isinstance(own, Scalar):
        return own.text.strip()
    return settings_of(source.rules).template(_key(source, ARTICLE, "SAVE_AS"))


def file_of(source: Source, published: datetime | None) -> str:
    """The file below the output folder that an article is written to; ValueError where it cannot be told."""
    own = source.fields.get("save_as")
    return own.text.strip() if isinstance(own, Scalar) else fill(save_as(source), _names(source, published))


def url_of(source: Source, published: datetime | None, kind: str = ARTICLE) -> str:
    """The address that Pelican's own templates and feeds have, relative to SITEURL or not; ContentError if none."""
    own = source.fields.get("url")
    if isinstance(own, Scalar):
        return own.text.strip()
    key = _key(source, kind, "URL")
    try:
        return fill(settings_of(source.rules).template(key), _names(source, published))
    except ValueError as error:
        message = f"{key}: {error} is nothing that can be filled in for this file"
        raise source.fatal(Code.BAD_PERMALINK, "url", message) from error


def path_of(source: Source, published: datetime | None, kind: str = ARTICLE) -> str:
    """The path below the site's root, Unicode; ContentError where there is none."""
    url = url_of(source, published, kind)
    try:
        return below_root(unescaped(url) if "url" in source.fields else url, source.rules.url)
    except ValueError as error:
        raise source.fatal(Code.BAD_PERMALINK, "url", f"url: {error}") from error


def _key(source: Source, kind: str, what: str) -> str:
    settings = settings_of(source.rules)
    spoken = source.fields.get("lang")
    is_default = not isinstance(spoken, Scalar) or spoken.text == settings.default_lang
    return f"{kind}_{what}" if is_default else f"{kind}_LANG_{what}"


def _names(source: Source, published: datetime | None) -> dict[str, str | datetime]:
    settings = settings_of(source.rules)
    names: dict[str, str | datetime] = {
        key: value.text.strip() for key, value in source.fields.items() if isinstance(value, Scalar)
    }
    spoken = source.fields.get("lang")
    names |= {
        "path": source.below,
        "slug": slug_of(source),
        "lang": spoken.text if isinstance(spoken, Scalar) else settings.default_lang,
        "author": _author_slug(source, settings),
        "category": slugify(category_of(source), settings.slugs, "category"),
        "reader": _reader(source.name),
    }
    names.pop("date", None)
    return names | ({"date": published} if published else {})


def _author_slug(source: Source, settings: PelicanSettings) -> str:
    name = source.fields.text("author") or next(iter(author_names(source)), settings.author)
    return slugify(name, settings.slugs, "author")


def _reader(name: str) -> str:
    kind = extension(name)[1:]
    return "rst" if kind in RST else "html" if kind in HTML else "markdown"
