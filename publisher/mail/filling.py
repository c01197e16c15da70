"""A stored mail, compiled once, and filled for each recipient."""

import hashlib
from collections.abc import Mapping

from publisher.core.lines import one_line
from publisher.mail.filled import Filled
from publisher.model.field import FieldValue
from publisher.model.mailing import Rendered
from publisher.templating import FIELD, Pending

KNOWN = ("email", "name", "language", "unsubscribe_url", "preferences_url")
"""What every mail may ask of its recipient, as `subscriber.email` and so on; beside these the site's own fields."""


class Filling:
    """The texts of a mail, ready for recipients. Raises TemplateError where one of them is torn apart."""

    def __init__(self, rendered: Rendered) -> None:
        marker = rendered.marker
        self._subject = Pending(rendered.subject, marker, html=False, name="subject")
        self._html = Pending(rendered.html, marker, html=True, name="html")
        self._preheader = Pending(rendered.preheader, marker, html=False, name="preheader")
        self._text = Pending(rendered.text, marker, html=False, name="text")

    def fill(self, recipient: Mapping[str, FieldValue]) -> Filled:
        """One mail: values are escaped in the HTML, plain in text and subject; raises TemplateError.

        `unsubscribe_url` and `preferences_url` are given ready percent-encoded. The reader's own fields are given as
        `fields.company`; those that they have no value of are left out.
        """
        return Filled(
            subject=one_line("".join(self._subject.fill(recipient))),
            html_pieces=self._html.fill(recipient),
            text_pieces=self._text.fill(recipient),
        )

    def preheader(self, recipient: Mapping[str, FieldValue]) -> str:
        """The line that inboxes show; apart, since the HTML holds it too, and a mail is printed without it."""
        return one_line("".join(self._preheader.fill(recipient)))


def asks_for_fields(rendered: Rendered) -> bool:
    """Whether a mail may ask for fields of its recipient; a text that speaks of them in such words may, too."""
    texts = (rendered.subject, rendered.preheader, rendered.html, rendered.text)
    return any(rendered.marker in text and FIELD in text for text in texts)


def marker_for(content: str) -> str:
    """A marker derived from `content` and absent from it.

    Alphanumeric, so that neither HTML escaping nor premailer's URL quoting changes it. Derived, so that the same
    mail has the same bytes, and so that no post can hold it: writing it down would change it.
    """
    marker = "later" + hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()[:32]
    return marker if marker not in content else marker_for(content + marker)
