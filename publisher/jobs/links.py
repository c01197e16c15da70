"""The addresses in a mail that are its reader's own, beside the way out; the same at any time, as the mail is."""

from datetime import datetime

from publisher.feeds.urls import uri
from publisher.jobs.mailbag import GOOD_FOR
from publisher.jobs.ways_by_mail import way_in, way_to_change, way_to_choose
from publisher.mail.tokens import confirm_token, preferences_token
from publisher.struct import Struct


class Links(Struct, frozen=True):
    """Where readers come: below `web_url`, or by mail to `requests`, or to the `sender` where a person reads it.

    `secret` is what tokens are signed with.
    """

    secret: bytes
    web_url: str | None
    requests: str | None
    sender: str

    def confirm(self, sign_up_uid: str, until: datetime) -> str:
        """Where a sign-up is said yes to, until then; in ASCII."""
        token = confirm_token(self.secret, sign_up_uid, until)
        return self._page("confirm", token) if self.web_url else way_in(self.requests, self.sender, token)

    def preferences(self, email: str, newsletter: str | None, dated: datetime) -> str:
        """Where a reader sees and changes what they get, in a mail of that Date; in ASCII."""
        if not self.web_url:
            return way_to_change(self.requests, self.sender, newsletter)
        return self._page("preferences", preferences_token(self.secret, email, dated + GOOD_FOR))

    def choose(self, email: str, until: datetime, choices: str) -> str:
        """The mail in which a reader changes what they have, believed until then; in ASCII."""
        return way_to_choose(self.requests, self.sender, preferences_token(self.secret, email, until), choices)

    def _page(self, name: str, token: str) -> str:
        return f"{uri(self.web_url or '').rstrip('/')}/{name}/{token}"
