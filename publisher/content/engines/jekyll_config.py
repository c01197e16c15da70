"""What `_config.yml` and the files that belong to it say of a Jekyll site."""

from pathlib import Path

from publisher.content.codes import Code
from publisher.content.engines.jekyll_defaults import defaults_of
from publisher.content.engines.jekyll_feeds import feed_settings, served_feeds, uses
from publisher.content.engines.jekyll_settings import MARKDOWN, Collection, JekyllSettings
from publisher.content.engines.settings import author_of, read_settings, site_url, zone_of
from publisher.content.nouns import Engine, Survey
from publisher.content.permalinks import STYLES, unknown_placeholder
from publisher.content.plaintext import without_tags
from publisher.content.values import Fields, Scalar, Value, texts
from publisher.errors import Problem
from publisher.model.post import Author

# In Jekyll's order (configuration.rb, config_files).
FILES = ("_config.yml", "_config.yaml", "_config.toml")
_EXCLUDE = (
    *(".sass-cache", ".jekyll-cache", "gemfiles", "Gemfile", "Gemfile.lock", "node_modules"),
    *("vendor/bundle/", "vendor/cache/", "vendor/gems/", "vendor/ruby/"),
)
_DATA = (".yml", ".yaml", ".json")
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def is_jekylls(folder: Path) -> bool:
    """Whether Jekyll's configuration is there."""
    return any((folder / file).is_file() for file in FILES)


def survey(folder: Path) -> Survey:
    """The settings of `_config.yml`, `.yaml` or `.toml`; all None where there is no such file."""
    problems: list[Problem] = []
    file = next((name for name in FILES if (folder / name).exists()), FILES[0])
    fields = read_settings(folder, file, problems) if (folder / file).exists() else Fields()
    problems += [*_unread(fields, file), *_bad_permalink(fields, file)]
    root, collections_dir = _folder(fields, "source"), _folder(fields, "collections_dir")
    authors = _authors(folder, root, fields, problems)
    author = author_of(fields.get("author"))
    description = fields.text("description")
    return Survey(
        engine=Engine.JEKYLL,
        title=without_tags(fields.text("title", "name") or "") or None,
        url=site_url(fields.text("url"), fields.text("baseurl") or ""),
        language=(fields.text("lang", "locale") or "").replace("_", "-") or None,
        timezone=zone_of(fields, "timezone", file, problems),
        description=" ".join(description.split()) if description else None,
        author=dict(authors).get(author.name, author) if author else None,
        permalink=_posts_permalink(fields.get("collections")) or fields.text("permalink"),
        output=(fields.text("destination") or "_site").removeprefix("./").rstrip("/"),
        content=f"{root}{collections_dir}".rstrip("/") or ".",
        problems=tuple(sorted(problems)),
        settings=_settings(folder, fields, root, collections_dir, authors),
        served=served_feeds(folder, root, fields),
        looked_at=(f"{root}{_folder(fields, 'data_dir') or '_data/'}", "Gemfile", "Gemfile.lock"),
    )


def _settings(
    folder: Path, fields: Fields, root: str, collections_dir: str, authors: tuple[tuple[str, Author], ...]
) -> JekyllSettings:
    separator = fields.get("excerpt_separator")
    extensions = fields.text("markdown_ext")
    return JekyllSettings(
        root=root,
        collections_dir=collections_dir,
        defaults=defaults_of(fields.get("defaults")),
        collections=_collections(fields),
        include=tuple(texts(fields.get("include"))),
        exclude=(*texts(fields.get("exclude")), *_EXCLUDE),
        markdown=tuple(f".{each.strip().lower()}" for each in extensions.split(",")) if extensions else MARKDOWN,
        show_drafts=fields.says_yes("show_drafts"),
        unpublished=fields.says_yes("unpublished"),
        separator=separator.text if isinstance(separator, Scalar) else None,
        authors=authors,
        nfkc=_folds_ids(folder),
        languages=_languages(folder, fields),
    )


def _folder(fields: Fields, key: str) -> str:
    """A folder below the site's, "" for the site's own, else with a slash at its end."""
    text = (fields.text(key) or "").removeprefix("./").strip("/")
    return f"{text}/" if text not in ("", ".") else ""


def _posts_permalink(collections: Value | None) -> str | None:
    """A collection's permalink is a template even where it is the name of a style."""
    posts = collections.get("posts") if isinstance(collections, dict) else None
    permalink = posts.get("permalink") if isinstance(posts, dict) else None
    return f"/{permalink.text.lstrip('/')}" if isinstance(permalink, Scalar) and permalink.text else None


def _bad_permalink(fields: Fields, file: str) -> list[Problem]:
    """Told once, at its place: in each post it would look like a fault of the post. Jekyll stops at it, too."""
    value = fields.scalar("permalink")
    unknown = unknown_placeholder(value.text) if value else None
    if value is None or unknown is None:
        return []
    message = f"permalink: there is no placeholder ':{unknown}'"
    return [Code.BAD_PERMALINK.error(file, value.line, value.column, message)]


def _collections(fields: Fields) -> tuple[Collection, ...]:
    """The collections with pages whose documents jekyll-feed puts into a feed."""
    known, fed = fields.get("collections"), feed_settings(fields).get("collections")
    named = list(fed) if isinstance(fed, dict) else list(texts(fed))
    return tuple(
        Collection(label, _collection_permalink(meta, fields.text("permalink") or "date"))
        for label, meta in (known.items() if isinstance(known, dict) else ())
        if label != "posts" and label in named and isinstance(meta, dict) and _is_true(meta.get("output"))
    )


def _is_true(value: Value | None) -> bool:
    return isinstance(value, Scalar) and value.text.lower() in ("true", "yes", "on")


def _collection_permalink(meta: dict[str, Value], style: str) -> str:
    """Jekyll's add_permalink_suffix: the site's style gives the end only."""
    own = meta.get("permalink")
    if isinstance(own, Scalar) and own.text:
        return f"/{own.text.lstrip('/')}"
    if style == "pretty" or style.endswith("/"):
        return "/:collection/:path/"
    has_ending = (style in STYLES and style != "weekdate") or style.endswith(":output_ext")
    return "/:collection/:path:output_ext" if has_ending else "/:collection/:path"


def _authors(folder: Path, root: str, fields: Fields, problems: list[Problem]) -> tuple[tuple[str, Author], ...]:
    """The people in the data file `authors`, by key."""
    data = f"{root}{_folder(fields, 'data_dir') or '_data/'}"
    file = next((f"{data}authors{suffix}" for suffix in _DATA if (folder / f"{data}authors{suffix}").is_file()), None)
    if file is None:
        return ()
    found = ((key, author_of(value)) for key, value in read_settings(folder, file, problems).items())
    return tuple((key, author) for key, author in found if author)


def _folds_ids(folder: Path) -> bool:
    """Whether the Addressable of Gemfile.lock is one before 2.8.2, which used NFKC where later ones use NFC (#492)."""
    try:
        lock = (folder / "Gemfile.lock").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    _, found, rest = lock.partition("    addressable (")
    numbers = [int(part) for part in rest.partition(")")[0].split(".") if part.isdecimal() and len(part) < 6]
    return bool(found) and numbers < [2, 8, 2]


def _languages(folder: Path, fields: Fields) -> tuple[str, ...]:
    if not uses(folder, fields, "jekyll-polyglot"):
        return ()
    default = fields.text("default_lang") or "en"
    return (default, *(each for each in texts(fields.get("languages")) if each != default))


def _unread(fields: Fields, file: str) -> list[Problem]:
    """A warning for each setting that changes which posts there are, but cannot be followed."""
    found = []
    limit, encoding = fields.text("limit_posts") or "0", fields.text("encoding") or "utf-8"
    if limit != "0":
        found.append(
            ("limit_posts", f"limit_posts: {limit} leaves older posts without a page; they are read all the same")
        )
    if encoding.lower() not in _UTF8:
        found.append(("encoding", f"encoding: posts are read as UTF-8, not as {encoding}"))
    return [Code.SETTING_NOT_READ.warning(file, *fields.places[key], message) for key, message in found]
