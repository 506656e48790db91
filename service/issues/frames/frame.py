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

    hello: str
    """What a composed draft begins with, until its editors write something else."""
    letter_of: str
    """What a draft is called until then: `{newsletter}` and `{day}`."""
    good_to_know: str
    """Headings of its items, where the recipe has none of its own."""
    worth_reading: str
    dates_ahead: str
    from_network: str
    prompt_words: str
    """Under a question to readers."""

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

    quiet_line: str
    """Beside a discreet subject, 40 to 110 characters."""
    quiet_story: str
    """Discreet link words by kind of page; the `{number}` keeps them apart."""
    quiet_article: str
    quiet_elsewhere: str
    quiet_visit: str

    correction: str
    """The `{subject}` of an issue, in that of its correction."""
    correction_line: str
    """Beside it: `{day}`."""
    correction_heading: str
    correction_sorry: str
    """`{subject}`, `{day}`, and `{elsewhere}` where the wrong item was a story."""
    correction_elsewhere: str
    correction_was: str
    """Before what was wrong; `correction_right` before what is right."""
    correction_right: str

    archive: str
    """On the page of an issue in the archive: the way to all the others."""
    issue_of: str
    """`{newsletter}` and `{day}`."""
    sent_on: str
    """`{day}`, here and below."""
    part_wrong: str
    """Above the issue; `part_wrong_words` after it."""
    part_wrong_words: str
    all_corrections: str
    correction_of: str
    gone_story: str
    """Where something stood that went with its story."""
    gone_correction: str
    no_fault: str
    one_fault: str
    """`{faults}`, which are in English."""
    more_faults: str
    """And their `{number}`, from 2 on."""

    months: tuple[str, ...]
    """Twelve names as they stand in a date."""
    day: str
    """`{day}`, `{month}` and `{year}`."""
    day_of_year: str
    """`{day}` and `{month}`."""
    whole_month: str
    dated: str
    """A line of a list of dates: `{when}` and `{what}`."""
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
        return self._dated(self.day, on)

    def say_day_of_year(self, on: date) -> str:
        """A date without its year: 7 April."""
        return self._dated(self.day_of_year, on)

    def say_month(self, on: date) -> str:
        """The whole month of a date: all of April."""
        return self._dated(self.whole_month, on)

    def name_letter(self, newsletter: str, on: date) -> str:
        """What the issue of a day is called that has no name of its own: Monthly news, 7 April 2026."""
        return self.letter_of.format(newsletter=newsletter, day=self.say_day(on))

    def _dated(self, pattern: str, on: date) -> str:
        number = self.first if on.day == 1 else str(on.day)
        return pattern.format(day=number, month=self.months[on.month - 1], year=on.year)
