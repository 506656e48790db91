"""What the rules refuse at the desk, as a sentence at the place of the review page where it can be mended."""

from collections.abc import Mapping

from service.stories.errors import (
    ChangesUndecided,
    ClaimedByAnother,
    ConsentMissing,
    EditedMeanwhile,
    FactCheckMissing,
    HeldBack,
    HiddenByAnother,
    NotFromHere,
    PhotoConsentMissing,
    ReasonMissing,
    ThirdPartiesUnchecked,
    TooEarly,
)

Refusal = (
    ChangesUndecided,
    ClaimedByAnother,
    ConsentMissing,
    EditedMeanwhile,
    FactCheckMissing,
    HeldBack,
    HiddenByAnother,
    NotFromHere,
    PhotoConsentMissing,
    TooEarly,
)
"""For `except`: what a press of a button can meet."""

SENTENCES: Mapping[type[Exception], tuple[str, str]] = {
    ChangesUndecided: ("changes", "A change is still open. Its teller accepts or rejects each one first."),
    ClaimedByAnother: ("standing", "A colleague is working on this story. Ask them to pass it on."),
    ConsentMissing: (
        "agreed",
        "The storyteller has not agreed to exactly these words standing on the website, or the agreement has ended.",
    ),
    EditedMeanwhile: (
        "words",
        "Somebody else changed the words just now. Nothing was done and nothing was overwritten. "
        "These are the new words: read them before you press again.",
    ),
    FactCheckMissing: ("facts", "The facts are not checked yet. A reviewer signs exactly these words off first."),
    HeldBack: ("cases", "This story is held back. Nothing of it goes out until its case is closed."),
    HiddenByAnother: ("standing", "Whoever hid this story brings it back: its teller, or the editors."),
    NotFromHere: ("standing", "Somebody has moved this story on. This page now shows where it stands."),
    PhotoConsentMissing: ("photos", "Somebody on a photo has not agreed. Ask them, or take the photo out."),
    ReasonMissing: ("changes", "Say in plain words why you made each change."),
    ThirdPartiesUnchecked: ("third_parties", "Look for other people in the story first, and tick that you have."),
    TooEarly: ("publishing", "Its teller asked us to wait. Give it a day, and it is published then."),
}
"""Refusal -> (the id of the place, the sentence)."""


def said(refusal: Exception) -> dict[str, str]:
    """The error summary for a refusal."""
    place, sentence = SENTENCES[type(refusal)]
    return {place: sentence}
