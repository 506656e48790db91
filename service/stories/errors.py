"""What can be the case with stories."""


class NoSuchStory(Exception):
    """There is no such story, or it is not this person's."""


class NotFromHere(Exception):
    """The state the story is in does not allow this action; the message names both."""


class ConsentMissing(Exception):
    """The storyteller has not agreed to these exact words standing on the website, or the agreement has ended."""


class PhotoConsentMissing(Exception):
    """Somebody on a photo has not agreed that it may be shown on the website."""


class HeldBack(Exception):
    """A case is open; until somebody has resolved it, no reader sees the story."""


class FactCheckMissing(Exception):
    """The story makes medical claims, and no reviewer has signed these exact words off."""


class TooEarly(Exception):
    """Its teller asked us to wait, or the time to think again is not over."""


class HiddenByAnother(Exception):
    """Whoever hid the story brings it back: not the editors for its teller, nor its teller for the editors."""


class ClaimedByAnother(Exception):
    """Another editor is at work on it; the claim ends by itself."""


class ThirdPartiesUnchecked(Exception):
    """Nobody has said that other people in the story were looked at."""


class ReasonMissing(Exception):
    """A change has no reason in plain words."""


class AnswerMissing(Exception):
    """A place has no answer; each is asked for by itself, and nothing is a yes by silence."""


class ChangesUndecided(Exception):
    """The storyteller has neither accepted nor rejected every change yet."""


class OtherRole(Exception):
    """The answer comes from somebody who does not answer for this story."""


class BadEnd(Exception):
    """An agreement cannot end on that day: it has passed, or is later than allowed."""


class EditedMeanwhile(Exception):
    """The words are no longer those the person had in front of them; nothing was overwritten."""


class DraftGone(Exception):
    """The draft was never there, or is older than `drafts.LASTS`."""


class DraftSent(Exception):
    """The draft has become a story; it is changed in the portal from now on."""


class DraftUnfinished(Exception):
    """A question of the draft is still open."""


class ProofExpired(Exception):
    """The link that proves the address is older than `drafts.PROOF_LASTS`."""


class ProofUnknown(Exception):
    """No draft waits for this link: it was replaced by a newer one, or was never ours."""


class EntrySpent(Exception):
    """The mailed link into the portal was used, is older than 30 minutes, or was never ours."""


class SessionOver(Exception):
    """Nobody has used this session for half an hour, or it was never ours."""


class NoSuchPhoto(Exception):
    """There is no such photo, or it belongs to somebody else's draft."""


class TooManyPhotos(Exception):
    """A story has up to `photos.MOST_PHOTOS`."""
