"""The stable words for what can be wrong with a post or with an engine's own configuration."""

from enum import StrEnum

from publisher.errors import ContentError, Problem, Severity


class Code(StrEnum):
    """One kind of fault; `meaning` says it in one line, for the documentation."""

    meaning: str

    def __new__(cls, word: str, meaning: str) -> "Code":
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member

    UNREADABLE_FILE = "unreadable-file", "The file or folder cannot be opened: no permission, a dangling link, gone."
    TOO_LARGE = "too-large", "The file is over 10 MB; no post is."
    BAD_FILE_NAME = "bad-file-name", "The file's name is not valid UTF-8 or holds control characters."
    LINK_LOOP = "link-loop", "A symbolic link leads to a folder that is read already; it is not entered again."
    UNKNOWN_FORMAT = "unknown-format", "A post in a markup that is not read, such as Textile."
    INVALID_UTF8 = "invalid-utf8", "The file's bytes are not UTF-8; the place is the first bad byte."
    CONTROL_CHARACTER = "control-character", "A character that XML forbids; no feed could carry it."
    UNCLOSED_FRONT_MATTER = "unclosed-front-matter", "The fence that opens the front matter is never closed."
    BROKEN_FRONT_MATTER = "broken-front-matter", "The front matter is not valid YAML, TOML or JSON."
    FULL_WIDTH_COLON = (
        "full-width-colon",
        "A key ends in ： or is followed by an ideographic space; the header would vanish.",
    )
    NO_MAPPING = "no-mapping", "The front matter is text or a list, not keys with values."
    FRONT_MATTER_TOO_LARGE = "front-matter-too-large", "Front matter over 64 KB, nested too deep, or an alias bomb."
    DUPLICATE_KEY = "duplicate-key", "A key stands twice; the last one counts."
    NO_DATE = "no-date", "The post has no date where its engine looks for one."
    IMPOSSIBLE_DATE = "impossible-date", "The date does not exist, such as 2024-02-30."
    UNKNOWN_DATE = "unknown-date", "The date is written in a way its engine does not read."
    UNKNOWN_ZONE = "unknown-zone", "The time zone is not known, or means different zones to different people."
    BAD_LANGUAGE = "bad-language", "The language is not a BCP 47 tag such as ja or pt-BR; it is ignored."
    TOO_MANY_NAMES = "too-many-names", "The post has more than a hundred categories or tags; the first hundred count."
    BAD_PERMALINK = "bad-permalink", "The permalink holds a placeholder that does not exist."
    BAD_NEWSLETTER = "bad-newsletter", "What the post asks of mail under `newsletter` cannot be understood."
    BAD_INTRODUCTION = "bad-introduction", "The editor's introduction, `next.md`, cannot be understood."
    AMBIGUOUS_DATE = "ambiguous-date", "The date can be read in two ways, such as 11-9-2017; the engine's is taken."
    DATE_DIFFERS = "date-differs", "The date lies on another day than its text says, or than its file's name says."
    DATE_NOT_THE_ENGINES = "date-not-the-engines", "The date is clear, but the site's own engine cannot read it."
    DATE_OF_FILE = "date-of-file", "The engine dates the post by its file, which a fresh checkout changes."
    YAML_SURPRISE = "yaml-surprise", "YAML reads the value as something else than text: `no`, `on`, `1.10`, `12:30`."
    NOT_EXECUTED = "not-executed", "A value is a program's, such as `---js`; programs are read, never run."
    BAD_VALUE = "bad-value", "The value is of a kind that its engine stops at, such as `categories: 5`."
    LIQUID_NOT_RENDERED = "liquid-not-rendered", "A Liquid tag or filter that is not known; it stays in the text."
    LIQUID_BROKEN = "liquid-broken", "The post's Liquid is not valid, or ran over its limits; it stays in the text."
    SHORTCODE_NOT_RENDERED = "shortcode-not-rendered", "A shortcode that is not known; it stays in the text."
    MISSING_TARGET = "missing-target", "A tag names a post, an include or a file that is not there."
    BROKEN_MARKUP = "broken-markup", "The post's reStructuredText has a fault; what can be read is kept."
    NO_BUILT_PAGE = "no-built-page", "`content.source: built`, and the output has no page at the post's address."
    DUPLICATE_ADDRESS = "duplicate-address", "Two posts have one address; the site can serve only one of them."
    DEAD_LINK = "dead-link", "A link to an address of the site at which there is nothing."
    MISSING_IMAGE = "missing-image", "An image, a source or a poster of the site that is not there."
    MISSING_MEDIA = "missing-media", "A file that the front matter says belongs to the post is not there, or is empty."
    BAD_MEDIA = "bad-media", "What the front matter says of a file or of an episode cannot be understood."
    UNKNOWN_LENGTH = "unknown-length", "A file elsewhere whose length in bytes the post does not say; feeds say 0."
    DRAFT = "draft", "A text to be sent that is a draft."
    NO_TITLE = "no-title", "A text to be sent, no post of the site, has neither a title nor a heading at its beginning."
    EMPTY_TEXT = "empty-text", "A text to be sent, no post of the site, has nothing but its front matter."
    SETTING_NOT_READ = (
        "setting-not-read",
        "The engine's configuration has a setting that changes addresses and cannot be followed.",
    )

    def error(self, file: str, line: int, column: int, message: str) -> Problem:
        """A fault that leaves the post out."""
        return Problem(file, line, column, Severity.ERROR, self.value, message)

    def warning(self, file: str, line: int, column: int, message: str) -> Problem:
        """A fault that the post survives."""
        return Problem(file, line, column, Severity.WARNING, self.value, message)

    def fatal(self, file: str, line: int, column: int, message: str) -> ContentError:
        """The error as an exception, for where reading the post has to stop."""
        return ContentError([self.error(file, line, column, message)])
