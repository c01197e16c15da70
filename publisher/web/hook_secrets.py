"""What the providers' posts are verified with, from `mail.events`: read when the server starts, and refused there."""

from collections.abc import Callable
from pathlib import Path

from publisher.config import Config, refusal, secret, unsafe
from publisher.jobs.events import Fetch
from publisher.mail.providers import Provider
from publisher.web.hook_keys import SendgridKey, sendgrid_key
from publisher.web.hook_mailgun import mailgun
from publisher.web.hook_post import Reader
from publisher.web.hook_postmark import postmark
from publisher.web.hook_sendgrid import sendgrid
from publisher.web.hook_ses import Ses


def readers(config: Config, fetch: Fetch, say: Callable[[str], None]) -> dict[Provider, Reader]:
    """What reads the posts of each provider that is configured; ConfigError where a key or a password cannot be had."""
    events = config.settings.mail.events
    found: dict[Provider, Reader] = {}
    if events.ses:
        found[Provider.SES] = Ses(events.ses.topics, fetch, say).read
    if events.postmark:
        password = _secret(config, "mail.events.postmark.password_file", events.postmark.password_file)
        found[Provider.POSTMARK] = postmark(events.postmark.user, password)
    if events.mailgun:
        found[Provider.MAILGUN] = mailgun(_secret(config, "mail.events.mailgun.key_file", events.mailgun.key_file))
    if events.sendgrid:
        found[Provider.SENDGRID] = sendgrid(_public_key(config, events.sendgrid.public_key))
    return found


def _public_key(config: Config, text: str) -> SendgridKey:
    try:
        return sendgrid_key(text)
    except ValueError as error:
        hint = "copy the Verification Key of the Event Webhook, from Settings, Mail Settings, Event Webhooks"
        raise refusal(config, "mail.events.sendgrid.public_key", f"is no key: {error}", hint=hint) from error


def _secret(config: Config, key: str, file: str) -> str:
    """The one line in `file`, relative to home; ConfigError, which shows nothing of it."""
    path = config.home / file
    fault = _fault(path)
    if fault:
        raise refusal(config, key, f"{path} {fault[0]}", hint=fault[1])
    return secret(config, key, file)


def _fault(path: Path) -> tuple[str, str] | None:
    """What is unsafe about a secret's file, and the way out; None also where there is none to be read."""
    try:
        return unsafe(path, path.stat(), "make up events")
    except OSError:
        return None
