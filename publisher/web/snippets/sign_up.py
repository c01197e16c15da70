"""The piece of HTML by which any page of a static site signs readers up."""

from urllib.parse import quote

from publisher.app import App
from publisher.errors import UsageError
from publisher.jobs.requests_address import requests_address
from publisher.jobs.site import resolve
from publisher.mail import mailto, parse_mailbox
from publisher.model.newsletter import Newsletter
from publisher.web.room import Room


def snippet(app: App, newsletter: str | None, *, script: bool) -> str:
    """A form that posts to `/subscribe` below `web.url`; where there is none, links that write a mail.

    Of all newsletters, or of one; with `script` the form is answered in place. In the words of the site's language.
    NotFound where the newsletter is none, UsageError where there is nothing to sign up for, TemplateError.
    """
    chosen = [app.newsletter(newsletter)] if newsletter else app.newsletters()
    if not chosen:
        raise UsageError("no newsletter is configured", hint="add one under 'newsletters:' in config.yaml")
    site, url = resolve(app.config).site, app.config.settings.web.url
    room = Room(app, site, say=lambda _text: None)
    language = room.language([])
    action = f"{room.subscribe_url}?newsletter={quote(newsletter)}" if newsletter else room.subscribe_url
    facts = {
        "site": site,
        "newsletters": chosen,
        "mails": [] if url else [(one.title, _mail(app, one)) for one in chosen],
        "action": action,
        "script": f"{room.subscribe_url}.js" if script else None,
        "wording": room.wording(language),
        "language": language,
    }
    return app.templates().render("web/snippet.html.j2", **facts).rstrip()


def _mail(app: App, newsletter: Newsletter) -> str:
    """To where requests are read, else to the sender."""
    requests = requests_address(app.config, newsletter.name)
    if requests is None:
        if newsletter.sender is None:
            hint = "set newsletters.NAME.from, or web.url where 'publisher serve' answers"
            raise UsageError(f"nobody can write to the newsletter {newsletter.name!r}: it has no sender", hint=hint)
        requests = parse_mailbox(newsletter.sender).address
    return mailto(requests.email, f"subscribe {newsletter.name}")
