"""The words a story's rows are described with: where it stands, where it may appear, who said so, and how."""

from enum import StrEnum


class StoryState(StrEnum):
    """Where a story stands (docs/glossary.md). Only `published` ones can be public, and only with consent."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_EDIT = "in_edit"
    FACT_CHECK = "fact_check"
    WITH_STORYTELLER = "with_storyteller"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    RETIRED = "retired"
    HIDDEN = "hidden"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class Scope(StrEnum):
    """A place in which a story may appear; each is asked for by itself.

    `training` is teaching people (talks), `ai_training` is teaching machines: two questions (DOMAIN 2.1).
    """

    READ_AND_CONTACT = "read_and_contact"
    WEB = "web"
    NEWSLETTER = "newsletter"
    ARCHIVE = "archive"
    SOCIAL = "social"
    PRESS = "press"
    PARTNERS = "partners"
    PRINT = "print"
    TRANSLATION = "translation"
    TRAINING = "training"
    AI_TRAINING = "ai_training"


class Naming(StrEnum):
    """How a storyteller wants to be named."""

    FULL = "full"
    FIRST = "first"
    PSEUDONYM = "pseudonym"
    ANONYMOUS = "anonymous"


class Method(StrEnum):
    """How an answer about consent reached us."""

    WEB = "web"
    REPLY_MAIL = "reply_mail"
    PHONE = "phone"
    PAPER = "paper"


class GivenBy(StrEnum):
    """In which role somebody answers for a story."""

    SELF = "self"
    GUARDIAN = "guardian"
    NEXT_OF_KIN = "next_of_kin"
    PROXY = "proxy"


class Assent(StrEnum):
    """What the child says whose guardian answers; empty where no child is asked."""

    NOT_ASKED = ""
    YES = "yes"
    NO = "no"
    TOO_YOUNG = "too_young"


class Act(StrEnum):
    """What a record of the ledger does to an agreement (DOMAIN 2.6)."""

    GIVE = "give"
    DECLINE = "decline"
    RENEW = "renew"
    NARROW = "narrow"
    WITHDRAW = "withdraw"
    VOID = "void"
    """The authority has ended: the child is of age, the wrong person signed, a proven mistake."""


class HoldKind(StrEnum):
    """Why a story is held back from every reader until somebody has looked."""

    SAFEGUARDING = "safeguarding"
    THIRD_PARTY = "third_party"
    IMAGE = "image"
    EDITOR = "editor"
    GIVEN_AWAY = "given_away"
    """Taken back, and perhaps with others: see `elsewhere`. Nobody opens it by hand."""
