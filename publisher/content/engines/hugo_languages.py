"""The languages of a Hugo site (langs/config.go, config/allconfig/allconfig.go)."""

import re
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from publisher.content.codes import Code
from publisher.content.engines.hugo_files import Config, mapping_of, text_of, texts_of, truth_of
from publisher.content.engines.hugo_settings import DATES, PUBLISH_DATES, Language
from publisher.content.engines.hugo_targets import read_permalinks
from publisher.content.engines.settings import site_url
from publisher.content.values import Scalar, Value
from publisher.errors import Problem

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z")
_OLDER = {"publishdate": ("pubdate", "published"), "lastmod": ("modified",), "expirydate": ("unpublishdate",)}
_DEFAULTS = {"date": ("date", "publishdate", "lastmod"), "publishdate": ("publishdate", "date")}


def disabled_names(config: Config) -> tuple[str, ...]:
    """The languages whose pages are not made."""
    listed = {text.lower() for text in texts_of(config.values.get("disablelanguages"))}
    own = {key for key, value in config.mapping("languages").items() if truth_of(mapping_of(value).get("disabled"))}
    return tuple(sorted(listed | own))


def default_name(config: Config) -> str:
    """The key of the default language: as set, else English where that is among them, else the first by weight."""
    names = _names(config)
    said = (config.text("defaultcontentlanguage") or "").lower()
    if said and (said in names or not names):
        return said
    return "en" if "en" in names or not names else names[0]


def read_languages(config: Config, problems: list[Problem]) -> tuple[Language, ...]:
    """The enabled languages, the default one first."""
    default = default_name(config)
    names = [default, *(name for name in _names(config) if name != default)]
    return tuple(_language(config, name, default, len(names) > 1, problems) for name in names)


def of_language(config: Config, name: str) -> Config:
    """The settings with a language's own laid over the site's."""
    return config.over(mapping_of(config.mapping("languages").get(name)))


def _names(config: Config) -> list[str]:
    off = disabled_names(config)
    found = {name: mapping_of(value) for name, value in config.mapping("languages").items() if name not in off}
    return sorted(found, key=lambda name: (_weight(found[name].get("weight")), name))


def _weight(value: object) -> float:
    text = value.text if isinstance(value, Scalar) else ""
    number = int(text) if re.fullmatch(r"[-+]?[0-9]{1,9}", text) else 0
    return number or float("inf")


def _language(config: Config, name: str, default: str, several: bool, problems: list[Problem]) -> Language:
    merged = of_language(config, name)
    own = mapping_of(config.mapping("languages").get(name))
    prefix, host = _prefix(config, name, default, several)
    if prefix is None:
        message = f"languages.{name}.baseURL: another host than the site's; its pages are left out"
        problems.append(config.warning(Code.SETTING_NOT_READ, "languages", message))
    taxonomies = _taxonomies(merged)
    return Language(
        name=name,
        tag=_tag(config, own, name, default),
        prefix=prefix,
        host=host,
        timezone=_zone(config, own, name, problems),
        permalinks=read_permalinks(merged.values.get("permalinks")),
        ugly=_ugly(merged),
        keeps_case=merged.says("disablepathtolower"),
        drops_accents=merged.says("removepathaccents"),
        dates=_sources(merged, "date", DATES),
        publish_dates=_sources(merged, "publishdate", PUBLISH_DATES),
        categories=_categories(taxonomies),
        tags=tuple(key for key in taxonomies if key == "tags"),
        plural_titles=merged.says("pluralizelisttitles", True),
        capital_titles=merged.says("capitalizelisttitles", True),
    )


def _prefix(config: Config, name: str, default: str, several: bool) -> tuple[str | None, bool]:
    """What stands before a language's addresses, and whether that is because of its own base URL."""
    languages = config.mapping("languages")
    hosts = any("baseurl" in mapping_of(value) for value in languages.values())
    if hosts and several:
        root = urlsplit(base_url(config) or "")
        own = urlsplit(site_url(of_language(config, name).text("baseurl")) or "")
        if (own.scheme, own.netloc) != (root.scheme, root.netloc) or not own.path.startswith(root.path):
            return None, True
        return own.path[len(root.path) :].strip("/"), True
    if name != default or config.says("defaultcontentlanguageinsubdir"):
        return name, False
    return "", False


def base_url(config: Config) -> str | None:
    """The root of the site: its own base URL, else that of its default language."""
    return site_url(config.text("baseurl")) or site_url(of_language(config, default_name(config)).text("baseurl"))


def _tag(config: Config, own: dict[str, Value], name: str, default: str) -> str | None:
    said = text_of(own.get("locale")) or text_of(own.get("languagecode"))
    if not said and name == default:
        said = config.text("locale", "languagecode")
    tag = (said or name).replace("_", "-")
    return tag if _TAG.match(tag) else None


def _zone(config: Config, own: dict[str, Value], name: str, problems: list[Problem]) -> str | None:
    zone = text_of(own.get("timezone"))
    if zone is None or zone == config.text("timezone"):
        return None
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        message = f"languages.{name}.timeZone: there is no time zone '{zone}'"
        problems.append(config.error(Code.UNKNOWN_ZONE, "languages", message))
        return None
    return zone


def _ugly(config: Config) -> tuple[str, ...]:
    value = config.values.get("uglyurls")
    if isinstance(value, dict):
        return tuple(sorted(key for key, item in value.items() if truth_of(item)))
    return ("*",) if truth_of(value) else ()


def _sources(config: Config, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Where a date is looked for: what `frontmatter` says, `:default` and the keys' older names filled in."""
    given = config.mapping("frontmatter")
    if key not in given:
        return default
    found: list[str] = []
    for text in texts_of(given[key]):
        for source in _DEFAULTS[key] if text.lower() == ":default" else (text.lower(),):
            found += [source, *_OLDER.get(source, ())]
    return tuple(dict.fromkeys(found))


def _taxonomies(config: Config) -> list[str]:
    if "taxonomies" not in config.values:
        return ["tags", "categories"]
    found = [(text_of(value) or "").lower() for value in config.mapping("taxonomies").values()]
    return [name for name in found if name]


def _categories(taxonomies: list[str]) -> tuple[str, ...]:
    """`categories`, else the first taxonomy that is neither tags nor people."""
    others = [name for name in taxonomies if name not in ("tags", "authors", "author")]
    return ("categories",) if "categories" in others else tuple(others[:1])
