"""What people are shown before they agree, word for word. A wording never changes; a new version follows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording in one language, as it stood on the page."""

    version: str
    lang: str
    text: str

    def named(self, organisation: str) -> "Wording":
        """The wording with the organisation's name in it, which is how it is shown and kept."""
        return Wording(self.version, self.lang, self.text.format(organisation=organisation))


SIGN_UP = (
    Wording(
        "sign-up-1",
        "en",
        "{organisation} may send me its newsletter by e-mail, and will use my address for nothing else. "
        "I am 16 or over. I can stop at any time with the link in every mail.",
    ),
)
"""The words at the sign-up button, newest last."""

RETURN = Wording("return-1", "en", "Put me back on the list. {organisation} may send me its newsletter again.")
"""The words at the button for people who left by mistake."""

SWITCH_ON = Wording("switch-on-1", "en", "{organisation} may send me this newsletter. I can switch it off at any time.")
"""The words at the newsletters on the preference page."""

LEAVE_OUT = Wording(
    "leave-out-1",
    "en",
    "{organisation} keeps what I tick here encrypted, and uses it only to leave these things out of my mails. "
    "I can change it at any time. It is wiped when I unsubscribe from everything.",
)
"""The words at what a reader would rather not read now: explicit consent, because it tells of their health."""


def sign_up_wording(version: str = "") -> Wording:
    """The sign-up words of a version; the newest for a version that never was."""
    return next((wording for wording in SIGN_UP if wording.version == version), SIGN_UP[-1])
