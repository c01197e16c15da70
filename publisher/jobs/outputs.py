"""Which folders feeds may be written to: none that the engine reads its site from, because it serves none of those."""

from os.path import normpath
from pathlib import Path, PurePosixPath

from publisher.config import Config, refusal
from publisher.content import Engine, Survey

_READ = {
    Engine.JEKYLL: frozenset({"_posts", "_drafts", "_includes", "_layouts", "_data", "_sass"}),
    Engine.HUGO: frozenset({"archetypes", "assets", "content", "data", "i18n", "layouts", "themes"}),
    Engine.ELEVENTY: frozenset({"_includes", "_data"}),
    Engine.ZOLA: frozenset({"content", "sass", "templates", "themes"}),
}
"""Folders that engines read: those whose name starts with `_` anywhere, the others at the top."""
_CONTENT_IS_READ_ONLY = frozenset({Engine.HUGO, Engine.ZOLA})


def require_served(config: Config, found: Survey, content: str, output: str) -> None:
    """ConfigError where `output` is a folder of posts, of templates or of Publisher's own.

    Feeds would reach nobody there, and what lies in the output folder is not looked through for posts.
    """
    place = Path(normpath(config.folder / output))
    inside = place.relative_to(config.folder) if place.is_relative_to(config.folder) else None
    fault = inside and _fault(config, found.engine, PurePosixPath(content), PurePosixPath(inside.as_posix()))
    if fault:
        hint = "name the folder that your site is served from"
        if config.settings.feeds.output is not None and not _same(found.output, content):
            hint += f", or leave the key out: it is '{found.output}' then"
        raise refusal(config, "feeds.output", f"{output!r} is {fault}", hint=hint)


def _fault(config: Config, engine: Engine, content: PurePosixPath, output: PurePosixPath) -> str | None:
    if not _same(content, ".") and (output == content or _is_below(output, content, engine)):
        return "where the posts are"
    own = config.home if config.home != config.folder else config.home / "templates"
    if (config.folder / output).is_relative_to(own):
        return "where Publisher's own files are"
    known = _READ.get(engine, frozenset())
    read = next((name for name in output.parts if name in known and (name[0] == "_" or name == output.parts[0])), None)
    return f"no folder that is served: {engine} reads {read!r}" if read else None


def _is_below(output: PurePosixPath, content: PurePosixPath, engine: Engine) -> bool:
    return engine in _CONTENT_IS_READ_ONLY and output.is_relative_to(content)


def _same(one: PurePosixPath | str, other: str) -> bool:
    return PurePosixPath(one) == PurePosixPath(other)
