"""What can be the case with newsletters and issues."""


class BadRule(Exception):
    """A newsletter's rule, wall time or zone cannot be read; the message is one sentence that says which."""


class BadRecipe(Exception):
    """A newsletter's recipe asks for something we do not know; the message names it."""


class NoSuchIssue(Exception):
    """There is no such issue, item or newsletter."""


class NotPossibleNow(Exception):
    """The issue's state does not allow this move; the message says both."""


class ChangedMeanwhile(Exception):
    """Somebody saved the issue after the page in hand was shown; nothing was overwritten."""


class NothingToSend(Exception):
    """The issue has nothing in it that readers may see."""


class NotEligible(Exception):
    """The story or article may not be in this issue: no consent, out of date, or in an issue before."""
