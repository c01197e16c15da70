"""The only door to dnspython: which domains take mail at all."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cached_property

import dns.exception
import dns.name
import dns.resolver

_SECONDS = 2.0
"""For each domain: whoever signs up waits for it."""
_AT_ONCE = 16
_KEPT = timedelta(hours=1)
_MOST = 10_000


class Exchanges:
    """Asks DNS, and remembers for an hour; a class because threads share what is remembered.

    The system's name servers are asked, or the `nameserver`, an address and a port; each domain for so many seconds.
    """

    def __init__(
        self, clock: Callable[[], datetime], seconds: float = _SECONDS, nameserver: tuple[str, int] | None = None
    ) -> None:
        self._clock, self._seconds, self._nameserver = clock, seconds, nameserver
        self._known: dict[str, tuple[bool, datetime]] = {}

    def unmailable(self, domains: Collection[str]) -> set[str]:
        """Those of the domains that surely take no mail: there is no such name, or it says so itself (RFC 7505).

        Where DNS does not answer nobody is turned away. A domain without MX that has an address takes mail (RFC 5321
        section 5.1).
        """
        now = self._clock()
        asked = [one for one in domains if not self._fresh(one, now)]
        if asked:
            with ThreadPoolExecutor(min(len(asked), _AT_ONCE), "mx") as pool:
                found = dict(zip(asked, pool.map(self._takes_none, asked), strict=True))
            if len(self._known) > _MOST:
                self._known.clear()
            self._known |= {domain: (none, now) for domain, none in found.items()}
        return {one for one in domains if self._known[one][0]}

    @cached_property
    def _resolver(self) -> dns.resolver.Resolver:
        if self._nameserver is None:
            return dns.resolver.Resolver()
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = [self._nameserver[0]], self._nameserver[1]
        return found

    def _fresh(self, domain: str, now: datetime) -> bool:
        return domain in self._known and now - self._known[domain][1] < _KEPT

    def _takes_none(self, domain: str) -> bool:
        try:
            answer = self._resolver.resolve(domain, "MX", lifetime=self._seconds)
        except dns.resolver.NXDOMAIN:
            return True
        except dns.resolver.NoAnswer:
            return not (self._has(domain, "A") or self._has(domain, "AAAA"))
        except dns.exception.DNSException:
            return False
        return all(record.exchange == dns.name.root for record in answer)

    def _has(self, domain: str, kind: str) -> bool:
        """Whether there is such a record; also where nobody can tell."""
        try:
            self._resolver.resolve(domain, kind, lifetime=self._seconds)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return False
        except dns.exception.DNSException:
            return True
        return True
