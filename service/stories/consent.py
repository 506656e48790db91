"""Consent: what people are asked, the exact words they are asked in, and what their newest answers allow.

Answers are only ever added. The newest record of a story and scope counts, also when it is a no or has ended.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from service.stories.agreements import act_of, after, standing
from service.stories.errors import BadEnd
from service.stories.model import (
    Act,
    Assent,
    GivenBy,
    Method,
    Revision,
    Scope,
    Story,
    StoryConsent,
    StoryPhoto,
    StoryPhotoPerson,
)

LASTS = timedelta(days=730)
"""How long a yes holds: 24 months, the default of DOMAIN 2.6."""

STATEMENTS_VERSION = "2026-11"
"""Changed with every change of the words below; records keep both the version and the words themselves."""

ASKED_WHILE_TELLING = (
    "If you say Yes, you agree that {organisation} may publish your story in that place, with the details about "
    "{your_health} that are in it, for up to two years."
)
ASKED_FOR_APPROVAL = (
    "I have read this version. I agree that {organisation} may publish it, with the details about {my_health} that it "
    "has in it, in the places where I said Yes, for up to two years."
)
ASKED_UNTIL = (
    "I have read this version. I agree that {organisation} may publish it, with the details about {my_health} that it "
    "has in it, in the places where I said Yes, until {until}."
)
HEALTH: Mapping[GivenBy, tuple[str, str]] = {
    GivenBy.SELF: ("my health", "your health"),
    GivenBy.GUARDIAN: ("my child’s health", "your child’s health"),
    GivenBy.NEXT_OF_KIN: ("the health of the person it tells of", "the health of the person it tells of"),
    GivenBy.PROXY: ("the health of the person it tells of", "the health of the person it tells of"),
}
"""Whose health the words above speak of, said by who answers and said to them."""
TAKEN_BACK = "I do not agree any more that {organisation} may show my story there."
NOT_THEIRS_TO_GIVE = "{organisation} found that this agreement was given by somebody who could not give it."
READ_AND_CONTACT = (
    "I agree that {organisation} may read my story, with the details about {my_health} that are in it, and write "
    "to me about it."
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
    """Who answered, in which role, and how it reached us.

    `recorded_by` is `editor:<id>`, empty when the storyteller answered on our own pages; `proven_by` names what proved
    the address (`draft:<id>`, `portal_session:<id>`). `until` ends a yes earlier than LASTS.
    """

    method: Method
    preamble: str
    given_by: GivenBy = GivenBy.SELF
    relation: str = ""
    parental_responsibility: bool | None = None
    assent: Assent = Assent.NOT_ASKED
    recorded_by: str = ""
    witness: str = ""
    proven_by: str = ""
    until: datetime | None = None


def opening(preamble: str, organisation: str, given_by: GivenBy, until: datetime | None = None) -> str:
    """One of the sentences above, as it is said to somebody who answers in that role."""
    mine, yours = HEALTH[given_by]
    ends = f"{until.day} {until:%B %Y}" if until else ""
    return preamble.format(organisation=organisation, my_health=mine, your_health=yours, until=ends)


def statement(
    scope: Scope, preamble: str, organisation: str, until: datetime | None = None, *, given_by: GivenBy
) -> str:
    """The exact words that stood before the answer for `scope`."""
    said = opening(preamble, organisation, given_by, until)
    return said if scope is Scope.READ_AND_CONTACT else f"{said} {PLACES[scope].question}"


def record_answers(
    story: Story,
    answers: Mapping[Scope, bool],
    words: Revision,
    source: Source,
    *,
    organisation: str,
    given_at: datetime,
) -> None:
    """Add one record for each answer, given for exactly `words`. A yes ends at `source.until`, or after LASTS.

    Raises BadEnd for an end that has passed or is later than LASTS.
    """
    for scope, granted in answers.items():
        about = "" if scope is Scope.READ_AND_CONTACT else words.hash
        act = act_of(granted, answers_about(story.consents, scope), about)
        _add(story, scope, act, about, source, organisation=organisation, given_at=given_at)


def record_photo_answers(
    story: Story,
    photo: StoryPhoto,
    person: StoryPhotoPerson,
    answers: Mapping[Scope, bool],
    source: Source,
    *,
    organisation: str,
    given_at: datetime,
) -> None:
    """The same for one person who can be recognised on a photo: the answer is for exactly this asset."""
    for scope, granted in answers.items():
        before = answers_about(story.consents, scope, person.id)
        act = act_of(granted, before, photo.asset_key)
        _add(story, scope, act, photo.asset_key, source, organisation=organisation, given_at=given_at, person=person)


def record_people(
    story: Story,
    agreed: Mapping[int, bool],
    answers: Mapping[Scope, bool],
    source: Source,
    *,
    organisation: str,
    given_at: datetime,
) -> None:
    """What people on photos of the story said, by their row ids: a yes counts for the places with a yes in `answers`.

    Of somebody who is not named in `agreed` nothing is recorded. Raises BadEnd.
    """
    for photo, person in _people_on_photos(story):
        if person.id in agreed:
            said = {scope: wanted and agreed[person.id] for scope, wanted in answers.items()}
            record_photo_answers(story, photo, person, said, source, organisation=organisation, given_at=given_at)


def renew_people(
    story: Story, scopes: Iterable[Scope], source: Source, *, organisation: str, given_at: datetime
) -> None:
    """Keep every yes of people on photos for these places, as its teller says that they still agree. Raises BadEnd."""
    for (photo, person), scope in product(_people_on_photos(story), list(scopes)):
        newest = next(reversed(answers_about(story.consents, scope, person.id)), None)
        if newest is not None and newest.granted and newest.revision_hash == photo.asset_key:
            yes = {scope: True}
            record_photo_answers(story, photo, person, yes, source, organisation=organisation, given_at=given_at)


def record_act(
    story: Story, scopes: Iterable[Scope], act: Act, source: Source, *, organisation: str, given_at: datetime
) -> None:
    """Add one record for each scope that narrows, renews, withdraws or voids what was agreed, for the same words."""
    for scope in scopes:
        newest = newest_answers(story.consents).get(scope)
        about = newest.revision_hash if newest else ""
        _add(story, scope, act, about, source, organisation=organisation, given_at=given_at)


def answers_about(
    consents: Iterable[StoryConsent], scope: Scope, photo_person_id: int | None = None
) -> list[StoryConsent]:
    """The records of one agreement, in the order they were added."""
    return [each for each in consents if each.scope is scope and each.photo_person_id == photo_person_id]


def newest_answers(consents: Iterable[StoryConsent]) -> dict[Scope, StoryConsent]:
    """The newest record of each scope about the words, from records in the order they were added."""
    return {record.scope: record for record in consents if record.photo_person_id is None}


def grants(story: Story, words_hash: str, now: datetime) -> frozenset[Scope]:
    """Where exactly these words may stand at `now`: the rule of `visibility.visible_stories` for one story in hand."""
    return frozenset(
        scope
        for scope, newest in newest_answers(story.consents).items()
        if newest.granted
        and newest.revision_hash == words_hash
        and (newest.expires_at is None or newest.expires_at > now)
        and may_answer(story, newest, now)
    )


def may_answer(story: Story, record: StoryConsent, now: datetime) -> bool:
    """Whether a record still speaks for the story: once a child is of age, only what they said themselves since."""
    if story.of_age_at is None or story.of_age_at > now:
        return True
    return record.given_by is GivenBy.SELF and record.given_at >= story.of_age_at


def photos_agreed(story: Story, scope: Scope, now: datetime) -> bool:
    """Whether everybody on every photo of the story agreed to `scope`, for exactly that photo."""
    return all(_photo_agreed(story, photo, person, scope, now) for photo, person in _people_on_photos(story))


def _people_on_photos(story: Story) -> list[tuple[StoryPhoto, StoryPhotoPerson]]:
    return [(photo, person) for photo in story.photos if photo.removed_at is None for person in photo.people]


def _photo_agreed(story: Story, photo: StoryPhoto, person: StoryPhotoPerson, scope: Scope, now: datetime) -> bool:
    newest = next(reversed(answers_about(story.consents, scope, person.id)), None)
    return (
        newest is not None
        and newest.granted
        and newest.revision_hash == photo.asset_key
        and (newest.expires_at is None or newest.expires_at > now)
    )


def _add(
    story: Story,
    scope: Scope,
    act: Act,
    about: str,
    source: Source,
    *,
    organisation: str,
    given_at: datetime,
    person: StoryPhotoPerson | None = None,
) -> None:
    granted = act in {Act.GIVE, Act.RENEW}
    after(standing(answers_about(story.consents, scope, person.id if person else None), given_at), act)
    end = _end(source.until, given_at) if granted and scope is not Scope.READ_AND_CONTACT else None
    story.consents.append(
        StoryConsent(
            scope=scope,
            granted=granted,
            act=act,
            revision_hash=about,
            photo_person_id=person.id if person else None,
            statement=statement(scope, source.preamble, organisation, end, given_by=source.given_by),
            statement_version=STATEMENTS_VERSION,
            lang="en-GB",
            given_by=source.given_by,
            relation=source.relation,
            parental_responsibility=source.parental_responsibility,
            assent=source.assent,
            method=source.method,
            recorded_by=source.recorded_by,
            witness=source.witness,
            proven_by=source.proven_by,
            given_at=given_at,
            expires_at=end,
        )
    )


def _end(until: datetime | None, given_at: datetime) -> datetime:
    latest = given_at + LASTS
    if until is not None and not given_at < until <= latest:
        raise BadEnd
    return until or latest
