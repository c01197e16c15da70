"""The stable words for what can be wrong with a mail, and how many faults of one kind become one finding."""

from collections.abc import Iterable
from enum import StrEnum

from publisher.errors import Severity
from publisher.struct import Struct

_LONGEST = 90


class LintCode(StrEnum):
    """One kind of fault; `meaning` says it in one line, for the documentation, `advice` what is wrong and the way out,
    for whoever has to mend it."""

    meaning: str
    advice: str

    def __new__(cls, word: str, meaning: str, advice: str) -> "LintCode":
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        member.advice = advice
        return member

    TOO_LARGE = (
        "mail-too-large",
        "The HTML is over 102 KB; Gmail hides the rest.",
        "Gmail shows the first 102 KB and hides the rest, the way out of the newsletter with it; shorten what is "
        "heaviest",
    )
    LARGE = (
        "mail-large",
        "The HTML is over four fifths of the 102 KB that Gmail shows.",
        "Gmail hides what is beyond 102 KB; little is left",
    )
    NO_SUBJECT = "no-subject", "The subject is empty.", "the subject is empty; write one"
    LONG_SUBJECT = (
        "long-subject",
        "The subject is wider than 70 columns, 35 Japanese characters.",
        "mail programs cut it off; shorten it, or let what matters stand first",
    )
    SHOUTED_SUBJECT = (
        "shouted-subject",
        "The subject is in capitals only.",
        "spam filters count a subject in capitals against you; write it in small letters",
    )
    NO_PREHEADER = (
        "no-preheader",
        "There is no preheader.",
        "there is no preheader, so inboxes show the first words of the mail behind the subject; write one",
    )
    PREHEADER_REPEATS = (
        "preheader-repeats",
        "The preheader says what the subject says.",
        "the preheader is the subject once more; inboxes show both in one line, so let it say something else",
    )
    UNRESOLVED_VARIABLE = (
        "unresolved-variable",
        "A variable of a template or of another mail program stands in the text as it was written.",
        "readers will see this as it stands; replace it, or set it as code if it is meant to be seen",
    )
    NO_TEXT = (
        "no-text",
        "The plain text is empty, or has hardly a tenth of what the HTML says.",
        "who reads mail as plain text gets next to nothing; mend the template that ends in .txt.j2",
    )
    NO_ADDRESS = (
        "no-postal-address",
        "The sender's postal address is not set, or does not stand in the mail.",
        "many countries want the sender's postal address in every newsletter; write it into site.address, and keep "
        "look.address in your templates",
    )
    NO_UNSUBSCRIBE = (
        "no-unsubscribe",
        "The HTML or the plain text has no link that leads out of the newsletter.",
        "there is no link that leads out of the newsletter; put {{ subscriber.unsubscribe_url }} into the template",
    )
    BAD_UNSUBSCRIBE = (
        "bad-unsubscribe",
        "The link that leads out of the newsletter is not https, or readers cannot reach it.",
        "readers cannot leave the newsletter by this link; set web.url to an https address that all can reach",
    )
    IMAGE_WITHOUT_ALT = (
        "image-without-alt",
        "An image has no alt text.",
        'many mail programs show the alt text in place of images; describe the image, or write alt="" for decoration',
    )
    LARGE_IMAGE = (
        "large-image",
        "An image is over 1 MB, or wider than 1200 pixels.",
        "600 pixels are shown, 1200 on sharp screens; make the image smaller",
    )
    IMAGE_FORMAT = (
        "image-format",
        "An image is WebP, AVIF, SVG or another format that not every mail program shows.",
        "Outlook for Windows does not show this format; use PNG, JPEG or GIF in mails",
    )
    DATA_IMAGE = (
        "data-image",
        "An image stands in the HTML itself, as a data: address.",
        "Gmail and Outlook do not show images that stand in the HTML; make the image a file",
    )
    MISSING_IMAGE = (
        "mail-missing-image",
        "A mail's image is a file of the site that is not there, or has no address.",
        "there is no such image; correct its address, or add the file",
    )
    TRACKING_PIXEL = (
        "tracking-pixel",
        "An image from elsewhere that is too small to be seen.",
        "this image tells another server who reads the mail and when; remove it",
    )
    RELATIVE_ADDRESS = (
        "relative-address",
        "A link or an image has no scheme and host.",
        "a mail has no address of its own that this could be below; write the whole address, with https://",
    )
    HTTP_ADDRESS = "http-address", "A link or an image is http.", "others can read and change it on its way; use https"
    LOCAL_ADDRESS = (
        "local-address",
        "A link or an image leads to a machine or a network that readers cannot reach.",
        "only your own machine or network can reach it; use the public address",
    )
    PLACEHOLDER_ADDRESS = (
        "placeholder-address",
        "A link or an image leads to the host that stands for the site's address before it is known.",
        "the site's address is not known; write it into site.url",
    )
    BAD_ADDRESS = (
        "bad-address",
        "A link or an image has an address that no mail program opens, such as javascript: or file:.",
        "mail programs do not open such an address; correct it, or remove it",
    )
    EMPTY_LINK = "empty-link", "A link has no address.", "the link leads nowhere; give it an address, or remove it"
    LINK_WITHOUT_TEXT = (
        "link-without-text",
        "A link has neither text nor an image with alt text.",
        "who cannot see images sees no link, and screen readers spell out its address; give it words",
    )
    DEAD_ANCHOR = (
        "dead-anchor",
        "A link leads to a place in the mail that is not there.",
        "the mail has no such place; correct the link, or write the whole address of the page",
    )
    DEAD_LINK = (
        "mail-dead-link",
        "A link in a mail to an address of the site at which there is nothing.",
        "the site has nothing there; correct the link",
    )
    DROPPED_ELEMENT = (
        "dropped-element",
        "The HTML has a form, a script, a frame, a video or another thing that mail programs remove.",
        "most mail programs remove it; link to a page that has it",
    )
    LOW_CONTRAST = (
        "low-contrast",
        "A text has less contrast with its background than 4.5:1, or 3:1 where it is large or code.",
        "the text is hard to read; make it darker, or what is behind it lighter",
    )
    LOW_CONTRAST_DARK = (
        "low-contrast-dark",
        "The same in dark mode.",
        "the text is hard to read in dark mode; give text and background their colours together, or neither of them",
    )

    def error(self, place: str) -> "Fault":
        """A fault that most readers suffer from, or that the law forbids: the mail should not go out like this."""
        return Fault(self, Severity.ERROR, place)

    def warning(self, place: str) -> "Fault":
        """A fault that some readers suffer from."""
        return Fault(self, Severity.WARNING, place)


class Fault(Struct, frozen=True):
    """One fault at one place; `place` names it so that a writer finds it, empty where the mail as a whole has it."""

    code: LintCode
    severity: Severity
    place: str


class Finding(Struct, frozen=True):
    """All faults of one kind: `message` names the first of them, how many more there are, and the way out."""

    code: LintCode
    severity: Severity
    message: str


def gather(faults: Iterable[Fault]) -> tuple[Finding, ...]:
    """One finding for each code and severity, errors first, else in the order in which they were found."""
    places: dict[tuple[LintCode, Severity], dict[str, None]] = {}
    for fault in faults:
        places.setdefault((fault.code, fault.severity), {})[fault.place] = None
    found = [Finding(code, severity, _message(code, list(at))) for (code, severity), at in places.items()]
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.ERROR))


def place(what: str, heading: str) -> str:
    """`what`, shortened, and the heading it stands below."""
    return f"{shortened(what)} below “{shortened(heading, 40)}”" if heading else shortened(what)


def shortened(text: str, longest: int = _LONGEST) -> str:
    """`text` in one line and at most `longest` characters; of a long one both ends stay, for addresses differ there."""
    line = " ".join(text[: 20 * longest].split())
    half = longest // 2
    return line if len(line) <= longest else f"{line[:half]}…{line[-half:]}"


def _message(code: LintCode, places: list[str]) -> str:
    more = f", and {len(places) - 1} more" if len(places) > 1 else ""
    return f"{places[0]}{more}: {code.advice}" if places[0] else code.advice
