"""Settings: found, read with their places, checked, and turned into nouns."""

from publisher.config.blame import place_of, refusal
from publisher.config.effective import database_file, database_url, newsletter, newsletters, secret, shown
from publisher.config.load import HOME_NAME, Config, find_config, load_config
from publisher.config.mail_settings import ServerSettings
from publisher.config.private import exposed, unsafe
from publisher.config.servers import mail_key, mail_of, servers
from publisher.config.signing import believes_ledger, signing_keys

__all__ = [
    "HOME_NAME",
    "Config",
    "ServerSettings",
    "believes_ledger",
    "database_file",
    "database_url",
    "exposed",
    "find_config",
    "load_config",
    "mail_key",
    "mail_of",
    "newsletter",
    "newsletters",
    "place_of",
    "refusal",
    "secret",
    "servers",
    "shown",
    "signing_keys",
    "unsafe",
]
