"""What a scan of an Eleventy site goes by."""

from publisher.content.nouns import Rules, Settings


class EleventySettings(Settings, frozen=True):
    """What the configuration says, as Eleventy 3 would, of what posts need.

    `input`, `data`, `includes` and `layouts` are folders relative to the site's, "" for itself; `layouts` is None where
    they are among the includes. `collection` is what the site's own feed is made of, `globs` the files of it where the
    configuration names them, relative to the site's folder; `ignores` are globs too. `data_name` is what a folder's
    data files are called instead of the folder's name, `suffixes` what stands before `.json` or `.js`.
    `global_permalink` and `global_layout` hold for pages that say none; `filters` are those the configuration makes,
    as programs. `headers` are the layouts' front matter by path below their folder. `language` is the i18n plugin's.
    """

    input: str = ""
    data: str = "_data"
    includes: str = "_includes"
    layouts: str | None = None
    collection: str | None = None
    globs: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    data_name: str | None = None
    suffixes: tuple[str, ...] = (".11tydata", "")
    deep_merge: bool = True
    dynamic_permalinks: bool = True
    excerpt: str | None = None
    aliases: tuple[tuple[str, str], ...] = ()
    global_permalink: str | None = None
    global_layout: str | None = None
    filters: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    language: str | None = None


DEFAULT = EleventySettings()


def settings_of(rules: Rules) -> EleventySettings:
    """The rules' own, else what a site without any configuration has."""
    return rules.settings if isinstance(rules.settings, EleventySettings) else DEFAULT


def inside(rules: Rules, below: str) -> str:
    """A file's path below the input folder, which its address follows even where the content folder is deeper."""
    folder = settings_of(rules).input
    file = rules.prefix + below
    return file.removeprefix(f"{folder}/") if folder else file
