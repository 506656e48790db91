"""Consent: what people are asked, the exact words they are asked in, and what their newest answers allow.

Answers are only ever added. The newest record of a story and scope counts, also when it is a no or has ended.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.stories.model import Method, Revision, Scope, Story, StoryConsent

LASTS = timedelta(days=730)
"""How long a yes holds: 24 months, the default of DOMAIN 2.6."""

STATEMENTS_VERSION = "2026-06"
"""Changed with every change of the words below; records keep both the version and the words themselves."""

ASKED_WHILE_TELLING = (
    "If you say Yes, you agree that {organisation} may publish your story in that place, with the details about your "
    "health that are in it, for up to two years."
)
ASKED_FOR_APPROVAL = (
    "I have read this version. I agree that {organisation} may publish it, with the details about my health that it "
    "has in it, in the places where I said Yes, for up to two years."
)
READ_AND_CONTACT = (
    "I agree that {organisation} may read my story, with the details about my health that are in it, and write to me "
    "about it."
)


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a story may appear: its name for tables, and the question."""

    label: str
    question: str


PLACES: Mapping[Scope, Place] = {
    Scope.WEB: Place(
        "Our website",
        "May we put your story on our website? Anyone can read it there, and people who search the web may find it.",
    ),
    Scope.NEWSLETTER: Place(
        "Our e-mail newsletter",
        "May we put your story in our e-mail newsletter? E-mails cannot be called back once they are in an inbox. "
        "We only put a few lines there, with a link.",
    ),
    Scope.ARCHIVE: Place(
        "Old newsletters on our website", "May those few lines stay on our website, where we keep old newsletters?"
    ),
    Scope.SOCIAL: Place(
        "Social media", "May we share your story on our social media pages? Other people can copy it from there."
    ),
    Scope.PRESS: Place("Newspapers, radio and television", "May we show your story to journalists?"),
    Scope.PARTNERS: Place("Other patient groups", "May other patient groups that we work with show your story?"),
    Scope.PRINT: Place("Print", "May we print your story, in a leaflet for example? Paper cannot be called back."),
    Scope.TRANSLATION: Place("Other languages", "May we have your story translated into other languages?"),
    Scope.TRAINING: Place("Talks and training", "May we use your story when we teach nurses, doctors and others?"),
    Scope.AI_TRAINING: Place(
        "Training of computer programs (AI)",
        "May your story be used to train computer programs? What such a program has learned cannot be taken out again.",
    ),
}
"""The ten places in the order they are asked, each by itself and without a default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How answers reached us. `recorded_by` is `editor:<id>`, empty when the storyteller gave them on our own pages."""

    method: Method
    preamble: str
    given_by: str = "self"
    recorded_by: str = ""
    witness: str = ""


def statement(scope: Scope, preamble: str, organisation: str) -> str:
    """The exact words that stood before the answer for `scope`."""
    opening = preamble.format(organisation=organisation)
    return opening if scope is Scope.READ_AND_CONTACT else f"{opening} {PLACES[scope].question}"


def record_answers(
    story: Story,
    answers: Mapping[Scope, bool],
    words: Revision,
    source: Source,
    *,
    organisation: str,
    given_at: datetime,
) -> None:
    """Add one record for each answer, given for exactly `words`; a yes ends LASTS after `given_at`."""
    for scope, granted in answers.items():
        about_words = scope is not Scope.READ_AND_CONTACT
        story.consents.append(
            StoryConsent(
                scope=scope,
                granted=granted,
                revision_hash=words.hash if about_words else "",
                statement=statement(scope, source.preamble, organisation),
                statement_version=STATEMENTS_VERSION,
                lang="en-GB",
                given_by=source.given_by,
                method=source.method,
                recorded_by=source.recorded_by,
                witness=source.witness,
                given_at=given_at,
                expires_at=given_at + LASTS if granted and about_words else None,
            )
        )


def newest_answers(consents: Iterable[StoryConsent]) -> dict[Scope, StoryConsent]:
    """The newest record of each scope, from records in the order they were added."""
    return {record.scope: record for record in consents}


def grants(story: Story, words_hash: str, now: datetime) -> frozenset[Scope]:
    """Where exactly these words may stand at `now`: the rule of `visibility.visible_stories` for one story in hand."""
    return frozenset(
        scope
        for scope, newest in newest_answers(story.consents).items()
        if newest.granted
        and newest.revision_hash == words_hash
        and (newest.expires_at is None or newest.expires_at > now)
    )
