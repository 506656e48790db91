"""What we write to readers beside the issues: whether it was they who signed up, and what happens next."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """These words in one language. `{…}` stands where a name or a link goes.

    A subject and the `_line` beside it are seen over shoulders. `_here` ends before an address in the text part, where
    HTML has a button or a link.
    """

    lang: str
    """A primary language: `fr`."""

    hello: str
    """With a `{name}`."""
    hello_nobody: str
    """Without one."""
    unsubscribe: str

    quiet_name: str
    """What a newsletter is called for discreet readers, where it has no discreet name of its own."""
    quiet_sender: str

    confirm_subject: str
    confirm_line: str
    """`{newsletter}`, here and below."""
    confirm_heading: str
    confirm_words: str
    confirm_words_here: str
    confirm_button: str
    confirm_time: str
    confirm_not_asked: str
    confirm_not_me: str
    """Around the words of a `{link}`, which are `confirm_not_me_link`."""
    confirm_not_me_link: str
    confirm_not_me_here: str
    confirm_why: str

    welcome_subject: str
    welcome_line: str
    welcome_heading: str
    welcome_from_now: str
    welcome_read: str
    welcome_quiet: str
    welcome_quiet_here: str
    welcome_button: str
    welcome_keep: str
    welcome_why: str

    already_subject: str
    already_line: str
    already_heading: str
    already_words: str
    already_spam: str
    already_break: str
    already_break_here: str
    already_button: str
    already_not_you: str
    already_why: str

    def greet(self, name: str) -> str:
        """The greeting of somebody, who may have told us no name."""
        return self.hello.format(name=name) if name else self.hello_nobody
