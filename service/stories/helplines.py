"""Whom somebody in danger can call now, by country: shown when words of danger were written, whatever else is down.

The lists are short on purpose: in a bad moment nobody reads ten lines. Check the numbers once a year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HelpLine:
    """`call` is what is dialled, `text` what is sent to which number; either may be empty."""

    name: str
    says: str
    call: str = ""
    text: str = ""

    @property
    def link(self) -> str:
        """A `tel:` address (RFC 3966) without blanks; empty where nothing is dialled."""
        return "tel:" + self.call.replace(" ", "") if self.call else ""


HELPLINES: Mapping[str, Sequence[HelpLine]] = {
    "GB": (
        HelpLine("Emergency", "If you or somebody else is in danger right now.", "999"),
        HelpLine("Samaritans", "To talk about anything that troubles you. Free, day and night.", "116 123"),
        HelpLine("SHOUT", "If you would rather type than talk. Free, day and night.", text="SHOUT to 85258"),
        HelpLine("Childline", "For everybody under 19. Free, day and night.", "0800 1111"),
        HelpLine("National Domestic Abuse Helpline", "If somebody hurts or frightens you. Free.", "0808 2000 247"),
    ),
    "IE": (
        HelpLine("Emergency", "If you or somebody else is in danger right now.", "112"),
        HelpLine("Samaritans", "To talk about anything that troubles you. Free, day and night.", "116 123"),
        HelpLine("Text About It", "If you would rather type than talk. Free.", text="HELLO to 50808"),
        HelpLine("Childline", "For everybody under 18. Free.", "1800 66 66 66"),
        HelpLine("Women’s Aid", "If somebody hurts or frightens you. Free.", "1800 341 900"),
    ),
    "US": (
        HelpLine("Emergency", "If you or somebody else is in danger right now.", "911"),
        HelpLine("988 Lifeline", "Call or text, to talk about anything. Free, day and night.", "988", "988"),
        HelpLine("Crisis Text Line", "If you would rather type than talk. Free.", text="HOME to 741741"),
        HelpLine("Childhelp", "About a child who is hurt or in danger. Free.", "1-800-422-4453"),
        HelpLine("Domestic Violence Hotline", "If somebody hurts or frightens you. Free.", "1-800-799-7233"),
    ),
}
"""Country of `HELPLINES` in the settings -> lines, the most urgent first."""
