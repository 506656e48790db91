"""The port for issues: one text compiled once, then handed over to group after group of people.

`BulkMailer.prepare` turns a Circular into whatever its transport can repeat cheaply (bytes with slots, escaped or
encoded once). What it gives is kept as long as the variant is being sent and used by several threads at once, so it
changes nothing in itself. Per person only a few short words are filled in. People travel as columns, not as objects:
a group of a thousand is a handful of lists.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from service.mail.message import Address, Mailer, Mailing, Receipt, Recipient
from service.mail.mime import plain_id

_Cell = TypeVar("_Cell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place that a Circular leaves open: `tag` (such as `%%greeting%%`) in the subject, the bodies and the headers.

    It is filled with `before`, then the person's word from column `column` of `Group.words`, then `after`. Two slots
    may share a column. The words of a `token` column are of A-Z, a-z, 0-9, - and _ only (and so need no escaping in any
    encoding); other columns hold what people typed: any text at all, line ends and half characters included. A slot
    that stands in HTML is filled as it is, so its column is escaped for HTML already.
    """

    tag: str
    column: int
    before: str = ""
    after: str = ""
    token: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Circular:
    """One text for many, as `message.Mailing` without its people: see there for what each field may hold.

    `key` names the frozen text for good (the variant's id): the same key is always the same Circular.
    """

    key: int
    name: str
    sender: Address
    subject: str
    text: str
    html: str
    lang: str
    slots: Sequence[Slot]
    reply_to: Address | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The people of one hand-over, in columns of equal length and in the same order everywhere.

    `deliveries` are opaque keys (A-Z, a-z, 0-9, - and _), each of them once. `names` and `addresses` are as people
    typed them. `words[n]` is the column that `Slot.column` n speaks of.
    """

    batch_id: int
    """The row of the ledger, for a transport that keeps a journal of its own. It has been `posting` since the intend
    step; a batch that is tried again keeps its id and comes with a higher `attempt`."""
    attempt: int = 1
    worker: str = ""
    """The name under which the ledger has it `posting`, for the same journal."""
    deliveries: Sequence[str]
    addresses: Sequence[str]
    names: Sequence[str]
    words: Sequence[Sequence[str]]
    send_at: int | None = None
    """Unix seconds at which the provider is to let all of it go; None is at once."""
    send_ats: Sequence[int] | None = None
    """The same person by person, in the order of `deliveries`; it wins over `send_at`."""
    provider_batch: str = ""
    """The provider's own id under which this hand-over can be cancelled; empty when there is none."""

    def __len__(self) -> int:
        return len(self.deliveries)

    def beginning_with(self, place: int) -> "Group":
        """The same people, in the same circle, from another one on. `place` counts from 0 and may go round."""
        if not (first := place % len(self)):
            return self
        return replace(
            self,
            deliveries=_turned(self.deliveries, first),
            addresses=_turned(self.addresses, first),
            names=_turned(self.names, first),
            words=[_turned(column, first) for column in self.words],
            send_ats=self.send_ats and _turned(self.send_ats, first),
        )

    def people(self) -> Iterator[tuple[str, ...]]:
        """(delivery key, address, name, word of column 0, word of column 1 …) of one person after the other."""
        return zip(self.deliveries, self.addresses, self.names, *self.words, strict=True)


def _turned(column: Sequence[_Cell], first: int) -> list[_Cell]:
    return [*column[first:], *column[:first]]


@dataclass(frozen=True, slots=True)
class Deferral:
    """Why one person's mail did not leave for now, and after how many seconds it may be tried; None when not said."""

    reason: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class GroupReceipt:
    """What became of everybody in a group, by delivery key. Whoever is not named was taken.

    Nobody is named twice. A transport that takes a request as a whole names nobody in `deferred` and `unknown`: it
    raises TryLater or OutcomeUnknown for everybody instead.
    """

    message_id: str
    """The transport's word for the hand-over: SendGrid's X-Message-Id, the last reply of a mail server."""
    rejected: Mapping[str, str] = field(default_factory=dict)
    """Certainly refused for good -> the transport's words."""
    deferred: Mapping[str, Deferral] = field(default_factory=dict)
    """Certainly not taken, and may be later."""
    unknown: Mapping[str, str] = field(default_factory=dict)
    """May or may not have been taken -> what happened. Never sent again blindly."""
    rest: float | None = None
    """The transport wants no other hand-over of anybody's for so many seconds; None when it did not say."""


class Prepared(Protocol):
    """A Circular in the form its transport repeats. Safe to use from several threads."""

    def hand_over(self, group: Group) -> GroupReceipt:
        """Give the group to the transport; at most `BulkMailer.largest` people.

        Raises TryLater (certainly nobody's was taken), Rejected (the whole group was refused for good: the ledger
        halves it), Misconfigured (every group would be) or OutcomeUnknown (anybody's may have been), and nothing else.
        """


class BulkMailer(Mailer, Protocol):
    """A transport for issues. `largest` is the most people in one group."""

    largest: int

    def prepare(self, circular: Circular) -> Prepared:
        """Compile a text. It says nothing to the transport. Raises Rejected for a text that no mail can hold."""


@dataclass(frozen=True, slots=True)
class SpelledOut:
    """A Prepared for transports that need no speed: each group becomes a plain Mailing for `Mailer.hand_over`."""

    circular: Circular
    give: Callable[[Mailing], Receipt]

    def hand_over(self, group: Group) -> GroupReceipt:
        """Fill every slot for everybody, and give the mailing on."""
        receipt = self.give(spell_out(self.circular, group))
        return GroupReceipt(receipt.message_id, receipt.rejected)


def spell_out(circular: Circular, group: Group) -> Mailing:
    """The plain mailing that says the same as `circular` filled in for `group`."""
    return Mailing(
        name=circular.name,
        sender=circular.sender,
        subject=circular.subject,
        text=circular.text,
        html=circular.html,
        lang=circular.lang,
        reply_to=circular.reply_to,
        headers=circular.headers,
        recipients=[
            Recipient(
                to=Address(address, name),
                delivery=delivery,
                slots={slot.tag: f"{slot.before}{words[slot.column]}{slot.after}" for slot in circular.slots},
            )
            for delivery, address, name, *words in group.people()
        ],
    )


def gather(mailing: Mailing) -> tuple[Circular, Group]:
    """A plain mailing the other way round: what is the same for everybody, and its people in columns.

    A tag that some of them have no words for stays as it is in their copies.
    """
    tags = list(dict.fromkeys(tag for person in mailing.recipients for tag in person.slots))
    circular = Circular(
        key=0,
        name=mailing.name,
        sender=mailing.sender,
        subject=mailing.subject,
        text=mailing.text,
        html=mailing.html,
        lang=mailing.lang,
        reply_to=mailing.reply_to,
        headers=mailing.headers,
        slots=[Slot(tag=tag, column=column) for column, tag in enumerate(tags)],
    )
    people = mailing.recipients
    return circular, Group(
        batch_id=0,
        deliveries=[plain_id(person.delivery) for person in people],
        addresses=[person.to.email for person in people],
        names=[person.to.name for person in people],
        words=[[person.slots.get(tag, tag) for person in people] for tag in tags],
    )
