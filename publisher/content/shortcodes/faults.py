"""What is wrong with the shortcodes of one post."""

from publisher.content.codes import Code
from publisher.content.shortcodes.embeds import is_embed
from publisher.content.shortcodes.parse import Call
from publisher.content.world import Page
from publisher.struct import Struct, field

MOST = 100
_WAY_OUT = "`content.source: built` takes the post from the page the engine has built"


def why(call: Call) -> str:
    """Why a shortcode is not rendered, what is shown instead, and what to do."""
    if is_embed(call.tag):
        return "does not say what it shows; it stays in the text"
    kept = "it stays in the text" if call.inner is None else "only what stands between its tags is kept"
    return f"is not known, and the site's own templates are not run; {kept}; {_WAY_OUT}"


class Faults(Struct):
    """The faults by what they say, each with the first of its offsets into the text and how many there are: one
    shortcode used a hundred times is one line for the writer. After MOST of them the others are only counted."""

    found: dict[tuple[Code, str], tuple[int, int]] = field(default_factory=dict)
    untold: int = 0

    def note(self, code: Code, offset: int, message: str) -> None:
        """Note a fault at an offset."""
        key = (code, message)
        if key not in self.found and len(self.found) >= MOST:
            self.untold += 1
            return
        first, count = self.found.get(key, (offset, 0))
        self.found[key] = min(first, offset), count + 1

    def tell(self, page: Page, text: str) -> None:
        """Warn of each, at its first place in `text`, the page's body; in one pass, however many there are."""
        line, at, start = page.source.front.body_line, 0, 0
        for offset, count, code, message in sorted((*place, *key) for key, place in self.found.items()):
            line += text.count("\n", at, offset)
            start = max(start, text.rfind("\n", at, offset) + 1)
            at = offset
            page.warn(code, line, offset - start + 1, f"{message} (and {count - 1} more)" if count > 1 else message)
        if self.untold:
            message = f"{self.untold} more faults of this post's shortcodes are not told"
            page.warn(Code.SHORTCODE_NOT_RENDERED, line, 1, message)
