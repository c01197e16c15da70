"""The part of the site that a post lies in."""

from publisher.content.nouns import Engine, Rules

_BUNDLES = ("index.", "_index.")


def section_of(source: str, rules: Rules) -> str:
    """The section of a file: the first folder below the content folder, as Hugo and Zola count; "" for none.

    In Jekyll, whose posts lie in folders of fixed names, it is what holds `_posts`, or the collection's name.
    A post that is a folder of its own is no section. Hugo's mounts and the content folders of its languages are none.
    """
    if rules.engine is Engine.HUGO:
        # Here, not above: no other engine needs it.
        from publisher.content.engines.hugo_pages import place_at

        return place_at(rules, source.removeprefix(rules.prefix)).parent.partition("/")[0]
    below = source.removeprefix(rules.prefix).split("/")
    folders, name = below[:-1], below[-1]
    if rules.engine is Engine.JEKYLL:
        return _of_jekyll(folders)
    if name.startswith(_BUNDLES):
        folders = folders[:-1]
    return folders[0] if folders else ""


def _of_jekyll(folders: list[str]) -> str:
    if "_posts" in folders:
        return "/".join(folders[: folders.index("_posts")])
    return next((folder[1:] for folder in folders if folder.startswith("_")), "")
