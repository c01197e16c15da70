"""What Eleventy's configuration says of the site. It is a program: it is read, never run."""

import posixpath
from pathlib import Path

from publisher.content.codes import Code
from publisher.content.engines import eleventy_script as said
from publisher.content.engines import eleventy_site as around
from publisher.content.engines.eleventy_settings import EleventySettings
from publisher.content.engines.js_text import MAX_SCRIPT
from publisher.content.engines.js_values import Script
from publisher.content.engines.settings import author_of, site_url
from publisher.content.file_text import decode
from publisher.content.nouns import Engine, Served, Survey
from publisher.content.values import Value
from publisher.errors import ContentError, Problem
from publisher.struct import replace

# TemplateConfig.js, in its order.
_NAMES = (
    ".eleventy.js", "eleventy.config.js", "eleventy.config.mjs", "eleventy.config.cjs", ".eleventy.mjs", ".eleventy.cjs"
)  # fmt: skip
IGNORE = (".eleventyignore", "_publisher/")


def is_eleventys(folder: Path) -> bool:
    """Whether there is a configuration of Eleventy, or a package.json that asks for it."""
    return _file(folder) is not None or around.depends(around.package(folder))


def survey(folder: Path) -> Survey:
    """The site's settings by its configuration, package.json and global data; all None where none says any."""
    problems: list[Problem] = []
    file = _file(folder) or ""
    script = Script(_text(folder, file, problems) if file else "")
    flags = around.flags(around.package(folder))
    told = {key: posixpath.normpath(flags[key]) for key in ("input", "output") if key in flags}
    inner = {key: path for key, path in told.items() if not path.startswith(("/", ".."))}
    dirs = said.directories(script, file, problems) | inner
    settings = said.read(said.located(dirs), script, file, problems)
    about = around.metadata(folder, settings.data) or said.feed_metadata(script)
    prefix = flags.get("pathprefix") or said.text(said.option(script, "pathPrefix")) or ""
    return Survey(
        engine=Engine.ELEVENTY,
        title=around.first_text(about, "title", "name"),
        url=_url(around.first_text(about, "url", "base", "baseUrl", "baseURL"), prefix),
        language=(around.first_text(about, "language", "lang", "locale") or "").replace("_", "-") or settings.language,
        description=around.first_text(about, "description", "subtitle"),
        author=author_of(about.get("author")),
        output=dirs.get("output", "_site"),
        content=settings.input or ".",
        problems=tuple(sorted(problems)),
        settings=_completed(folder, settings, script),
        served=_served(folder, settings, script),
        ignore=IGNORE,
        looked_at=(settings.data, settings.includes, *filter(None, [settings.layouts]), *_ignore_files(settings.input)),
    )


def _completed(folder: Path, settings: EleventySettings, script: Script) -> EleventySettings:
    git: tuple[Value, ...] = tuple(value for values in said.calls(script, "setUseGitIgnore") for value in values)
    files = _ignore_files(settings.input)[:2]
    if "false" not in [said.text(value) for value in git]:
        files = (*files, ".gitignore")
    ignores = {*settings.ignores, *around.ignored(folder, *sorted(set(files)))}
    headers = around.headers(folder, settings.layouts or settings.includes)
    return replace(settings, ignores=tuple(sorted(ignores)), headers=headers)


def _ignore_files(input_: str) -> tuple[str, ...]:
    return (".eleventyignore", f"{input_}/.eleventyignore".lstrip("/"), ".gitignore")


def _served(folder: Path, settings: EleventySettings, script: Script) -> tuple[Served, ...]:
    return tuple(dict.fromkeys([*said.feeds(script), *around.templates(folder, settings.input)]))


def _url(url: str | None, prefix: str) -> str | None:
    """The address pages are served at; many sites write the prefix into their metadata too."""
    known = site_url(url)
    base = prefix.strip("/")
    return known if not base or (known or "").endswith(f"/{base}/") else site_url(url, base)


def _file(folder: Path) -> str | None:
    return next((name for name in _NAMES if (folder / name).is_file()), None)


def _text(folder: Path, file: str, problems: list[Problem]) -> str:
    try:
        with (folder / file).open("rb") as opened:
            text = decode(opened.read(4 * MAX_SCRIPT + 1), file)
    except ContentError as error:
        problems += error.problems
        return ""
    except OSError as error:
        problems.append(Code.UNREADABLE_FILE.error(file, 0, 0, f"cannot be read: {error.strerror or error}"))
        return ""
    if len(text) > MAX_SCRIPT:
        message = f"the script is over {MAX_SCRIPT // 1024} KB and is not read"
        problems.append(Code.SETTING_NOT_READ.warning(file, 1, 1, message))
    return text
