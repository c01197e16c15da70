"""What `_config.yml` says of a Jekyll site."""

from pathlib import Path

from publisher.content.codes import Code
from publisher.content.engines.settings import author_of, read_settings, site_url, zone_of
from publisher.content.nouns import Engine, Survey
from publisher.content.plaintext import without_tags
from publisher.content.values import Fields, Scalar, Value
from publisher.errors import Problem

FILE = "_config.yml"
# Keys of `defaults` that would give a post another address, date or group than its own front matter does.
_TELLING = frozenset(
    {"permalink", "categories", "category", "tags", "tag", "date", "published", "slug", "lang", "author"}
)


def survey(folder: Path) -> Survey:
    """The settings of `_config.yml`; all None where there is no such file."""
    problems: list[Problem] = []
    fields = read_settings(folder, FILE, problems) if (folder / FILE).exists() else Fields()
    _warn_of_defaults(fields, problems)
    description = fields.text("description")
    return Survey(
        engine=Engine.JEKYLL,
        title=without_tags(fields.text("title") or "") or None,
        url=site_url(fields.text("url"), fields.text("baseurl") or ""),
        language=(fields.text("lang", "locale") or "").replace("_", "-") or None,
        timezone=zone_of(fields, "timezone", FILE, problems),
        description=" ".join(description.split()) if description else None,
        author=author_of(fields.get("author")),
        permalink=_posts_permalink(fields.get("collections")) or fields.text("permalink"),
        output=(fields.text("destination") or "_site").removeprefix("./").rstrip("/"),
        content=(fields.text("collections_dir") or ".").strip("/"),
        problems=tuple(sorted(problems)),
    )


def _posts_permalink(collections: Value | None) -> str | None:
    posts = collections.get("posts") if isinstance(collections, dict) else None
    permalink = posts.get("permalink") if isinstance(posts, dict) else None
    return permalink.text if isinstance(permalink, Scalar) else None


def _warn_of_defaults(fields: Fields, problems: list[Problem]) -> None:
    defaults = fields.get("defaults")
    for default in defaults if isinstance(defaults, list) else []:
        values = default.get("values") if isinstance(default, dict) else None
        telling = sorted(_TELLING & set(values)) if isinstance(values, dict) else []
        if telling:
            line, column = fields.places["defaults"]
            message = f"defaults: {', '.join(telling)} is not followed in this version; set it in the posts"
            problems.append(Code.SETTING_NOT_READ.warning(FILE, line, column, message))
