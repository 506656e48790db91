"""What can be the case with sign-ups and subscriptions."""


class BadAddress(Exception):
    """What was typed is not an e-mail address that we can write to."""


class NoSuchNewsletter(Exception):
    """There is no newsletter to sign up for under that name."""


class ConfirmationSpent(Exception):
    """The confirmation link was used before, or is too old."""


class AddressSuppressed(Exception):
    """The address must not be written to, whatever its reader presses."""


class NothingHeld(Exception):
    """The link was ours, but everything behind it has been erased."""


class TooLateToReturn(Exception):
    """The subscription ended too long ago, or never began: the way back is a new sign-up."""


class BadPause(Exception):
    """The pause would end in the past, or in more than two years."""


class ImportRefused(Exception):
    """The file cannot be read as a list of subscribers; the message is one sentence that says why."""
