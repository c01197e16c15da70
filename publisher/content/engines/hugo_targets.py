"""Rules for the pages of a target, as they are written (resources/page/page_matcher.go, permalinks.go)."""

from publisher.content.engines.hugo_globs import matches
from publisher.content.engines.hugo_settings import Cascade, Permalink, Target, freeze, lowered
from publisher.content.values import Scalar, Value, texts

_STRUCTURE = frozenset({"kind", "path", "lang", "cascade", "target", "_target", "params"})
_KINDS = frozenset({"page", "home", "section", "taxonomy", "term"})


def read_cascades(value: Value | None, languages: tuple[str, ...]) -> tuple[Cascade, ...]:
    """A `cascade`, a mapping or a list of them; `languages` are those it is for where it names none itself."""
    entries = value if isinstance(value, list) else [value]
    found = (_cascade(lowered(entry), languages) for entry in entries if isinstance(entry, dict))
    return tuple(cascade for cascade in found if cascade.values)


def _cascade(entry: Value, languages: tuple[str, ...]) -> Cascade:
    assert isinstance(entry, dict)
    params = entry.get("params")
    given = {**entry, **params} if isinstance(params, dict) else entry
    values = tuple((key, freeze(item)) for key, item in given.items() if key not in _STRUCTURE)
    return Cascade(read_target(entry.get("target", entry.get("_target")), languages), values)


def read_target(value: Value | None, languages: tuple[str, ...] = ()) -> Target:
    """A `target` with its path, kind, environment and languages."""
    if not isinstance(value, dict):
        return Target(languages=languages)
    entry = {key.lower(): item for key, item in value.items()}
    own = (*texts(entry.get("lang")), *texts(_within(entry, "sites", "matrix", "languages")))
    path, kind, environment = (next(iter(texts(entry.get(key))), "").lower() for key in ("path", "kind", "environment"))
    return Target(path, kind, environment, own or languages)


def _within(value: Value | None, *keys: str) -> Value | None:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def fits(target: Target, kind: str, path: str, language: str) -> bool:
    """Whether a target means a page of the production site; `path` is logical, with a slash before it."""
    return (
        (not target.kind or matches(target.kind, kind))
        and (not target.path or matches(target.path, path))
        and (not target.environment or matches(target.environment, "production"))
        and (not target.languages or _is_among(target.languages, language))
    )


def _is_among(globs: tuple[str, ...], language: str) -> bool:
    denied = [glob[1:].strip() for glob in globs if glob.startswith("!")]
    allowed = [glob for glob in globs if not glob.startswith("!")]
    wanted = not allowed or any(matches(glob, language) for glob in allowed)
    return wanted and not any(matches(glob, language) for glob in denied)


def read_permalinks(value: Value | None) -> tuple[Permalink, ...]:
    """The `permalinks` of a configuration: by section, by kind and section, or a list of targets with patterns.

    Hugo takes the first that fits, in no order of its own where they are a mapping; here the longer section is first.
    """
    if isinstance(value, list):
        entries = [{key.lower(): item for key, item in entry.items()} for entry in value if isinstance(entry, dict)]
        return tuple(
            Permalink(read_target(entry.get("target")), pattern)
            for entry in entries
            for pattern in texts(entry.get("pattern"))
        )
    if not isinstance(value, dict):
        return ()
    found = []
    for key, item in value.items():
        if isinstance(item, Scalar):
            found += [_of_section(key, kind, item.text) for kind in ("page", "term")]
        elif isinstance(item, dict) and key.lower() in _KINDS:
            found += [_of_section(name, key.lower(), text) for name, text in _texts_in(item)]
    return tuple(sorted(found, key=lambda rule: (-len(rule.target.path), rule.target.path, rule.target.kind)))


def _texts_in(value: dict[str, Value]) -> list[tuple[str, str]]:
    return [(key, item.text) for key, item in value.items() if isinstance(item, Scalar)]


def _of_section(section: str, kind: str, pattern: str) -> Permalink:
    name = section.lower().strip(" /")
    return Permalink(Target(f"/{{{name},{name}/**}}" if name else "/*", kind), pattern)
