"""What can be the case with stories."""


class NoSuchStory(Exception):
    """There is no such story."""


class NotFromHere(Exception):
    """The state the story is in does not allow this action; the message names both."""


class ConsentMissing(Exception):
    """The storyteller has not agreed to these exact words standing on the website, or the agreement has ended."""


class EditedMeanwhile(Exception):
    """The words are no longer those the editor had in front of them; nothing was overwritten."""


class DraftGone(Exception):
    """The draft was never there, or is older than `drafts.LASTS`."""


class DraftUnfinished(Exception):
    """A question of the draft is still open."""


class ProofExpired(Exception):
    """The link that proves the address is older than `drafts.PROOF_LASTS`."""


class ProofUnknown(Exception):
    """No draft waits for this link: it was replaced by a newer one, or was never ours."""
