"""The words of a letter that are not its editors': what a newsletter says in every issue, whatever is in it."""

from dataclasses import dataclass
from datetime import date

from service.languages import direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """These words in one language. `{…}` stands where a name, a title or a number goes."""

    lang: str
    """A primary language: `fr`."""

    web_copy: str
    unsubscribe: str
    choose: str
    why: str
    """Why they get it: `{newsletter}`."""

    greeting: str
    """With a `{name}`."""
    greeting_nobody: str
    """Without one."""
    inside: str
    """Begins the line beside the subject; titles follow."""

    before_you_read: str
    speaks_of: str
    """A content note, after `before_you_read`: `{notes}`."""
    nameless: str
    """Somebody who wants no name shown."""
    name_and_country: str
    """`{name}` and `{country}`."""
    on_host: str

    read_story: str
    read_article: str
    read_elsewhere: str
    """`{title}` and `{host}`."""
    visit: str
    tell_us: str

    a_story: str
    away_heading: str
    """Above stories for somebody who rested; `away_words` under it."""
    away_words: str
    quarter_heading: str
    """The same for somebody who gets four letters a year."""
    quarter_words: str

    hard_day: str
    """Above the helplines; `hard_day_words` under it."""
    hard_day_words: str
    call: str
    """`{phone}`."""

    quiet_name: str
    """What a newsletter is called for discreet readers, where it has no discreet name of its own."""
    quiet_sender: str
    quiet_line: str
    """Beside a discreet subject, 40 to 110 characters."""
    quiet_story: str
    """Discreet link words by kind of page; the `{number}` keeps them apart."""
    quiet_article: str
    quiet_elsewhere: str
    quiet_visit: str

    months: tuple[str, ...]
    """Twelve names as they stand in a date."""
    day: str
    """`{day}`, `{month}` and `{year}`."""
    first: str = "1"
    """The first day of a month as it stands in a date."""

    @property
    def dir(self) -> str:
        """`ltr` or `rtl`."""
        return direction(self.lang)

    def greet(self, name: str) -> str:
        """The greeting of somebody, who may have told us no name."""
        return self.greeting.format(name=name) if name else self.greeting_nobody

    def say_day(self, on: date) -> str:
        """A date in a sentence: 7 April 2026."""
        number = self.first if on.day == 1 else str(on.day)
        return self.day.format(day=number, month=self.months[on.month - 1], year=on.year)
