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


class NothingToUndo(Exception):
    """Nobody at the desk has changed the issue, or everything is undone already."""


class NotEligible(Exception):
    """The story or article may not be in this issue: no consent, out of date, or in an issue before."""


class NothingToCorrect(Exception):
    """The item is a story that readers may not be sent (any more): a mail would only speak of it once more."""


class SlugTaken(Exception):
    """Another newsletter has this short name in its addresses already."""


class RoleMayNotApprove(Exception):
    """The account's role may not approve issues of this newsletter."""


class EditedByYourself(Exception):
    """Whoever changed an issue last does not approve it while a colleague can."""


class ApprovedAlready(Exception):
    """This person has said yes to these words; somebody else is to say the next yes."""


class ChangedSinceApproval(Exception):
    """The words are not those that were approved: a story or an article in the issue was changed since."""


class NotOverridable(Exception):
    """There is no such finding on the issue, or a law or a storyteller's no stands behind it."""


class SecondPersonNeeded(Exception):
    """Whoever asked for an override cannot agree to it."""
