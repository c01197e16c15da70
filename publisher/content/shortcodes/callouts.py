"""The boxes that most themes have: a note, a warning, each with a title at times."""

from publisher.content.shortcodes.parse import Tag

# hugo-notice, Docsy, Relearn, LoveIt and DoIt, Congo and Blowfish, Hextra, Geekdoc and Book; Zola's themes alike.
_NAMES = frozenset(
    {"admonition", "alert", "callout", "caution", "danger", "hint", "important", "info", "note", "notice", "tip"}
) | {"warning"}


def is_callout(tag: Tag) -> bool:
    """Whether the shortcode is a box around what stands between its tags."""
    return tag.name.lower() in _NAMES


def title_of(tag: Tag) -> str:
    """The box's title; LoveIt gives it as the second of two words without names, after the kind."""
    return tag.get("title", 1 if tag.name == "admonition" else None)
