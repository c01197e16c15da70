"""A newsletter, its rhythm, and its periods."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from publisher.struct import Struct


class Frequency(StrEnum):
    """How often a reader gets a digest; `instant` as soon as something is new."""

    INSTANT = "instant"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    @property
    def length(self) -> timedelta:
        """How long one period is where no schedule tells."""
        return timedelta(days={"weekly": 7, "monthly": 31}.get(self, 1))


class Pattern(Struct, frozen=True):
    """The minutes `hours`:`minutes` of the days that fit.

    `days` are days of the month, negative ones from its end: -1 is the last. `weekdays` count from Monday as 0; with
    `nth` only the first (1) or the last (-1) of them in its month. What is empty fits every day. A day fits both
    `days` and `weekdays`, or with `either` one of them, as in cron where both are given.
    """

    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    nth: int | None = None
    either: bool = False


class Recurrence(Struct, frozen=True):
    """A rule of RFC 5545 section 3.3.10, counted from `begin` (its DTSTART) and ending with `until` (both naive).

    Each `step`th day, week, month or year (`freq`) it names the days that fit all that is given, at each of `hours`;
    with `positions` only those of the period's minutes, from 1, or from its end. `weekdays` are (n, weekday), n
    being 0 or the number of that weekday in its month, or in its year where the rule is of years without `months`.
    `week_start` is the weekday with which a week begins.
    """

    freq: str
    step: int
    begin: datetime
    until: datetime
    hours: tuple[int, ...]
    minute: int
    months: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    days_of_year: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0


class Schedule(Struct, frozen=True):
    """A rhythm in local wall-clock time, all of it naive; `rule` None: as posts come out, without fires of its own.

    It begins at `start` and ends with `end`. Nothing goes out on `quiet` weekdays (0 is Monday), nor on the days of
    `excluded`, each from a first to a last one: such a fire falls out, and its posts go with the next.
    """

    rule: Pattern | Recurrence | None
    start: datetime | None = None
    end: datetime | None = None
    quiet: tuple[int, ...] = ()
    excluded: tuple[tuple[date, date], ...] = ()

    @property
    def instant(self) -> bool:
        """Whether posts go as they come out: nobody asks for its next or last fire."""
        return self.rule is None

    def allows(self, wall: datetime) -> bool:
        """Whether something may go out at this local wall time (naive)."""
        day = wall.date()
        return (
            (self.start is None or wall >= self.start)
            and (self.end is None or wall <= self.end)
            and wall.weekday() not in self.quiet
            and not any(first <= day <= last for first, last in self.excluded)
        )


class Utm(Struct, frozen=True):
    """What links to the site say of where a reader comes from: the parameters utm_source, utm_medium, utm_campaign."""

    source: str
    medium: str
    campaign: str


class CatchUp(StrEnum):
    """Which periods get their issue that ended while nothing ran."""

    LATEST = "latest"
    ALL = "all"
    SKIP = "skip"


class Newsletter(Struct, frozen=True):
    """One newsletter as configured.

    `sender` and `reply_to` are mailbox texts (RFC 5322 section 3.4); `sender` is None until set.
    `subject` and `preheader` are templates that replace the packaged ones. `logo` is an absolute address, `accent` a
    colour such as `#1f5a99`, `footer` plain text. `attached` is whether images travel in the mail.
    `categories` None means all, future ones too. `languages` empty means any.
    With `reader_zones` its schedules are in the zone of each reader who has one. `max_age` None stands for the default
    of `catch_up`. A post goes out `hold` after it came out, at least `min_posts` of them, at most `max_posts` in full;
    none that is older than `reach`. With `approve` a scheduled issue waits for the `editor`, a mailbox text like
    `sender`; None stands for the sender. With `welcomes` who confirms a sign-up is greeted by mail. With `archive` its
    issues have pages on the web.
    """

    name: str
    title: str
    sender: str | None
    reply_to: str | None
    subject: str | None
    schedules: dict[Frequency, Schedule]
    timezone: str
    categories: tuple[str, ...] | None
    languages: tuple[str, ...]
    template: str
    preheader: str | None = None
    logo: str | None = None
    accent: str | None = None
    footer: str | None = None
    attached: bool = False
    utm: Utm | None = None
    reader_zones: bool = False
    catch_up: CatchUp = CatchUp.LATEST
    max_age: timedelta | None = None
    hold: timedelta = timedelta(0)
    min_posts: int = 1
    max_posts: int | None = None
    reach: timedelta = timedelta(days=60)
    approve: bool = False
    latest_in_welcome: bool = False
    welcomes: bool = True
    editor: str | None = None
    archive: bool = True

    def frequency_of(self, wanted: Frequency) -> Frequency:
        """What a reader who chose `wanted` gets: that, or the first there is where it is no longer offered."""
        return wanted if wanted in self.schedules else next(iter(self.schedules))


class Period(Struct, frozen=True):
    """The stretch that one scheduled digest covers: after `start`, up to and with `end` (aware).

    `nominal_end` is the local wall time the schedule names, also where DST has no such minute.
    """

    newsletter: str
    frequency: Frequency
    zone: str
    start: datetime
    end: datetime
    nominal_end: datetime

    @property
    def series(self) -> str:
        """Such as `weekly/weekly/Asia~Tokyo`: what it has in common with those before and after it."""
        return f"{self.newsletter}/{self.frequency}/{self.zone.replace('/', '~')}"

    @property
    def key(self) -> str:
        """Such as `weekly/weekly/Asia~Tokyo/2026-11-23T09:00`: what makes a digest unique."""
        return f"{self.series}/{self.nominal}"

    @staticmethod
    def zone_of(key: str) -> str:
        """The zone that a period's key names."""
        return key.split("/")[2].replace("~", "/")

    @property
    def edition(self) -> str:
        """Such as `weekly/weekly/2026-11-23T09:00`: what it has in common with the same local time of other zones."""
        return f"{self.newsletter}/{self.frequency}/{self.nominal}"

    @property
    def nominal(self) -> str:
        """Such as `2026-11-23T09:00`."""
        return f"{self.nominal_end:%Y-%m-%dT%H:%M}"
