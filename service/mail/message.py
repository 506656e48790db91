"""What leaves the house: one mailing to one or many recipients, and the port through which it leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr
from typing import Protocol, Self


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox with the name to show."""

    email: str
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `Name <box@example.org>` (RFC 5322). Raises ValueError when there is no address in it."""
        name, email = parseaddr(text)
        if "@" not in email:
            raise ValueError(f"not a mail address: {text!r}")
        return cls(email, name)

    def __str__(self) -> str:
        return formataddr((self.name, self.email))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One person in a mailing. `delivery` is opaque; `slots` fills what the mailing left open, by whole tags."""

    to: Address
    delivery: str
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """One text for many. `subject`, `text`, `html` and header values may hold slots such as `%%greeting%%`.

    Slots in `html` are filled as they are: whoever fills them has escaped them. An empty `html` makes a mail of plain
    text only. `name` is an opaque word for provider
    statistics (never a list or a condition). `headers` are the List-*, Feedback-ID and Auto-Submitted headers.
    """

    name: str
    sender: Address
    subject: str
    text: str
    html: str
    lang: str
    recipients: Sequence[Recipient]
    reply_to: Address | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mailing was taken. `message_id` is the transport's word for it; `rejected` maps deliveries to reasons."""

    message_id: str
    rejected: Mapping[str, str] = field(default_factory=dict)


class TryLater(Exception):
    """The transport certainly did not take it, and may take it later; `after` so many seconds, when it said so."""

    def __init__(self, reason: str, *, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Rejected(Exception):
    """The transport certainly refused the mailing for good; the message is its own words, for the operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Misconfigured(Rejected):
    """The transport would refuse every mailing: a wrong key, a sender it does not know. A person has to mend it."""


class OutcomeUnknown(Exception):
    """The mailing may or may not have been taken: the reply was lost. Never send it again blindly."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Mailer(Protocol):
    """The port for single letters; issues leave through `bulk.BulkMailer`."""

    def hand_over(self, mailing: Mailing) -> Receipt:
        """Give the mailing to the transport. Raises TryLater, Rejected or OutcomeUnknown, and nothing else."""

    def close(self) -> None:
        """Let go of open connections."""
