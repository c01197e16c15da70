"""What Hugo's configuration says of a site."""

import re
from pathlib import Path
from posixpath import commonpath, normpath
from zoneinfo import ZoneInfo

from publisher.content.codes import Code
from publisher.content.engines.hugo_feeds import served_feeds
from publisher.content.engines.hugo_files import SUFFIXES, Config, load, mapping_of, text_of, texts_of
from publisher.content.engines.hugo_languages import base_url, disabled_names, of_language, read_languages
from publisher.content.engines.hugo_settings import Cascade, HugoSettings, Language, Mount
from publisher.content.engines.hugo_targets import read_cascades
from publisher.content.engines.settings import author_of, read_settings
from publisher.content.nouns import Engine, Survey
from publisher.content.values import Scalar, Value, texts
from publisher.errors import Problem
from publisher.struct import replace

_KEYS = frozenset({"baseurl", "locale", "languagecode", "contentdir", "publishdir", "defaultcontentlanguage"})
_LONGEST_PATTERN = 200


def is_hugos(folder: Path) -> bool:
    """Whether there is a `hugo.*`, a `config/_default`, Hugo's two folders, or a `config.*` with keys that only Hugo
    has: Publisher's own configuration is a config.yaml too. One that cannot be read is Hugo's beside `content`."""
    if any((folder / f"hugo{suffix}").is_file() for suffix in SUFFIXES) or (folder / "config" / "_default").is_dir():
        return True
    if (folder / "content").is_dir() and (folder / "archetypes").is_dir():
        return True
    for suffix in SUFFIXES:
        if (folder / f"config{suffix}").is_file():
            problems: list[Problem] = []
            fields = read_settings(folder, f"config{suffix}", problems).folded()
            # One that is broken says nothing of whose it is; taken for nobody's, it would be passed over in silence.
            broken = bool(problems) and (folder / "content").is_dir()
            return suffix == ".toml" or broken or not _KEYS.isdisjoint(fields)
    return False


def survey(folder: Path) -> Survey:
    """The settings of the site's own files, of its production environment, without those of themes and modules."""
    problems: list[Problem] = []
    config = load(folder, problems)
    languages = read_languages(config, problems)
    settings = _settings(config, languages, problems)
    default = of_language(config, languages[0].name)
    params = default.mapping("params")
    found = Survey(
        engine=Engine.HUGO,
        title=default.text("title"),
        url=base_url(config),
        language=languages[0].tag if _says_language(config) else None,
        timezone=_timezone(config, problems),
        description=default.text("description") or next(iter(texts(params.get("description"))), None),
        author=author_of(default.values.get("author")) or author_of(params.get("author")),
        output=_folder(config, config.text("publishdir"), "public", "publishDir", problems),
        content=_common([mount.folder for mount in settings.mounts]),
        settings=settings,
        served=served_feeds(config, languages[0]),
    )
    return replace(found, problems=tuple(sorted((*problems, *_unread(config)))))


def _settings(config: Config, languages: tuple[Language, ...], problems: list[Problem]) -> HugoSettings:
    default = of_language(config, languages[0].name)
    return HugoSettings(
        languages=languages,
        disabled=disabled_names(config),
        mounts=_mounts(config, languages, problems),
        cascades=_cascades(config, languages),
        ignored=_ignored(config, problems),
        drafts=config.says("builddrafts"),
        summary_length=_number(default.values.get("summarylength"), 70),
        cjk=default.says("hascjklanguage"),
    )


def _says_language(config: Config) -> bool:
    return bool(config.text("locale", "languagecode", "defaultcontentlanguage") or config.mapping("languages"))


def _timezone(config: Config, problems: list[Problem]) -> str | None:
    name = config.text("timezone")
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        problems.append(config.error(Code.UNKNOWN_ZONE, "timezone", f"timezone: there is no time zone '{name}'"))
        return None
    return name


def _folder(config: Config, text: str | None, default: str, key: str, problems: list[Problem]) -> str:
    """A folder of the site as a path below it; the default, with a warning, where it lies outside."""
    path = normpath((text or default).replace("\\", "/"))
    if not path.startswith(("/", "..")):
        return path
    message = f"{key}: '{path[:60]}' is outside the site's folder; '{default}' is taken"
    problems.append(config.warning(Code.SETTING_NOT_READ, key.lower(), message))
    return default


def _common(folders: list[str]) -> str:
    return commonpath([f"/{folder}" if folder != "." else "/" for folder in folders]).strip("/") or "."


def _mounts(config: Config, languages: tuple[Language, ...], problems: list[Problem]) -> tuple[Mount, ...]:
    """Where content lies: the mounts of `module`, else each language's `contentDir`."""
    mounted = _module_mounts(config, problems)
    if mounted:
        return mounted
    shared = _folder(config, config.text("contentdir"), "content", "contentDir", problems)
    found = []
    for language in languages:
        own = text_of(mapping_of(config.mapping("languages").get(language.name)).get("contentdir"))
        folder = _folder(config, own, shared, "contentDir", problems)
        found.append(Mount(folder, "", "" if folder == shared else language.name))
    return tuple(dict.fromkeys(found))


def _module_mounts(config: Config, problems: list[Problem]) -> tuple[Mount, ...]:
    listed = config.mapping("module").get("mounts")
    entries = [mapping_of(entry) for entry in listed] if isinstance(listed, list) else []
    found = []
    for entry in entries:
        target = normpath(text_of(entry.get("target")) or "static")
        if target != "content" and not target.startswith("content/"):
            continue
        source = normpath(text_of(entry.get("source")) or "content")
        if source.startswith(("/", "..")) or not entry.keys().isdisjoint({"files", "includefiles", "excludefiles"}):
            message = f"module.mounts: the mount of '{source[:60]}' is read whole, or not at all outside the site"
            problems.append(config.warning(Code.SETTING_NOT_READ, "module", message))
        if not source.startswith(("/", "..")):
            found.append(Mount(source, target.removeprefix("content").strip("/"), _mount_language(entry)))
    return tuple(dict.fromkeys(found))


def _mount_language(entry: dict[str, Value]) -> str:
    matrix = mapping_of(mapping_of(entry.get("sites")).get("matrix"))
    return next(iter(texts_of(entry.get("lang")) + texts_of(matrix.get("languages"))), "").lower()


def _cascades(config: Config, languages: tuple[Language, ...]) -> tuple[Cascade, ...]:
    found = read_cascades(config.values.get("cascade"), ())
    for language in languages:
        own = mapping_of(config.mapping("languages").get(language.name))
        found = read_cascades(own.get("cascade"), (language.name,)) + found
    return found


def _ignored(config: Config, problems: list[Problem]) -> tuple[str, ...]:
    found = []
    for text in texts_of(config.values.get("ignorefiles")):
        try:
            re.compile(text)
        except (re.error, OverflowError, RecursionError):
            text = ""
        if text and len(text) <= _LONGEST_PATTERN:
            found.append(text)
        else:
            message = "ignoreFiles: a pattern is not read; files that it means are taken for posts"
            problems.append(config.warning(Code.SETTING_NOT_READ, "ignorefiles", message))
    return tuple(found)


def _number(value: Value | None, default: int) -> int:
    text = value.text if isinstance(value, Scalar) else ""
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else default


def _unread(config: Config) -> list[Problem]:
    """What changes which posts there are, and is not followed."""
    found = []
    if config.says("buildexpired"):
        message = "buildExpired: is not followed; an expired post leaves the feeds"
        found.append(config.warning(Code.SETTING_NOT_READ, "buildexpired", message))
    sources = texts_of(config.mapping("frontmatter").get("expirydate"))
    if any(source.lower() not in (":default", "expirydate") for source in sources):
        message = "frontmatter.expiryDate: is not followed; expiryDate is what counts"
        found.append(config.warning(Code.SETTING_NOT_READ, "frontmatter", message))
    for key in ("roles", "versions"):
        if config.mapping(key):
            found.append(config.warning(Code.SETTING_NOT_READ, key, f"{key}: are not followed"))
    return found
