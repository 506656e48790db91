"""The SMTP transport: one message a person, a group at a time, over connections that are kept."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from ssl import SSLContext

from service.mail.bulk import Circular, Group, GroupReceipt, Slot
from service.mail.compiled import CompiledMail, date_bytes
from service.mail.message import Address, Mailing, Misconfigured, OutcomeUnknown, Receipt, Rejected, TryLater
from service.mail.mime import mailbox, plain
from service.mail.smtp_conversation import Ended, Letter, Notes, Round, converse
from service.mail.smtp_journal import Journals
from service.mail.smtp_limits import DomainLimits
from service.mail.smtp_server import REPLY_SECONDS, Server
from service.mail.smtp_servers import Servers

LARGEST_GROUP = 100


class NoNotes:
    """For a single letter, whose outcome its own row keeps."""

    def sent(self, delivery: str) -> None:
        """Nothing."""

    def told(self, verdict: str, delivery: str, words: str) -> None:
        """Nothing."""

    def flush(self) -> None:
        """Nothing."""


class SmtpMailer:
    """Hands mail to the servers of SMTP_URL. `largest` is how many messages may be in doubt of the ledger at once."""

    largest = LARGEST_GROUP

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime],
        journals: Journals | None = None,
        bounces: Address | None = None,
        limits: DomainLimits | None = None,
        context: SSLContext | None = None,
        reply_seconds: float = REPLY_SECONDS,
    ) -> None:
        """Opens nothing yet. Raises BadSetting for `url`.

        Each group keeps a journal in `journals`, or none without. With `bounces` the envelope says `bounces+KEY@…`, so
        that a report names the delivery it is about. `context` replaces the system's trust in certificates.
        """
        self._clock = clock
        self._limits = limits
        self._journals = journals
        self._bounces = plain(bounces).rpartition("@")[::2] if bounces else None
        self._servers = Servers(Server.parse_all(url), clock=clock, context=context, reply_seconds=reply_seconds)

    def prepare(self, circular: Circular) -> "PreparedSmtp":
        """Compile a text."""
        return PreparedSmtp(self, CompiledMail(circular), plain(circular.sender))

    def hand_over(self, mailing: Mailing) -> Receipt:
        """Give one letter to a server; its reply is the receipt's id. What it refuses for good is in `rejected`."""
        if len(mailing.recipients) != 1:
            raise Rejected(f"one letter by SMTP goes to one person, not to {len(mailing.recipients)}")
        circular, group = _alone(mailing)
        receipt = self._deliver(self.prepare(circular), group, group.people(), NoNotes())
        for deferral in receipt.deferred.values():
            raise TryLater(deferral.reason, after=deferral.after)
        for reason in receipt.unknown.values():
            raise OutcomeUnknown(reason)
        return Receipt(receipt.message_id, receipt.rejected)

    def deliver(self, prepared: "PreparedSmtp", group: Group) -> GroupReceipt:
        """Deliver a group and write each message down as it leaves. Raises TryLater when the disk takes nothing.

        Each attempt begins with somebody else, so that no letter that a server cannot bear stands before the others.
        """
        group = group.beginning_with(group.attempt - 1)
        people = self._limits.in_turn(group, self._clock) if self._limits else group.people()
        if self._journals is None:
            return self._deliver(prepared, group, people, NoNotes())
        journal = self._journals.begin((group.batch_id, group.attempt, group.worker))
        try:
            return self._deliver(prepared, group, people, journal)
        finally:
            journal.close()

    def close(self) -> None:
        """Let go of idle connections."""
        self._servers.close()

    def _deliver(
        self, prepared: "PreparedSmtp", group: Group, people: Iterable[tuple[str, ...]], notes: Notes
    ) -> GroupReceipt:
        """Offer every letter to one server after the other until each is taken, refused, or nobody takes it now."""
        rejected: dict[str, str] = {}
        letters = Round(self._letters(prepared, people, rejected), notes, rejected)
        tried: set[Server] = set()
        try:
            while letters.left():
                try:
                    with self._servers.wire(tried) as wire:
                        converse(wire, letters)
                except Ended:
                    continue
        except (TryLater, Misconfigured) as refusal:
            if not letters.has_news():
                raise
            letters.defer_rest(group.deliveries, refusal)
        return letters.receipt()

    def _letters(
        self, prepared: "PreparedSmtp", people: Iterable[tuple[str, ...]], rejected: dict[str, str]
    ) -> Iterator[Letter]:
        """Their messages, each made when it is asked for. Whoever cannot be written to is put into `rejected`."""
        date = date_bytes(self._clock())
        for delivery, address, name, *words in people:
            try:
                to = mailbox(address)
                body = prepared.mail.write(delivery, to, name, words, date=date)
            except Rejected as refusal:
                rejected[delivery] = refusal.reason
                continue
            yield Letter(delivery, self._envelope_sender(prepared.sender, delivery), to, body)

    def _envelope_sender(self, sender: str, delivery: str) -> str:
        if self._bounces is None:
            return sender
        local, domain = self._bounces
        return f"{local}+{delivery}@{domain}"


@dataclass(frozen=True, slots=True)
class PreparedSmtp:
    """A Circular as the bytes of its message."""

    mailer: SmtpMailer
    mail: CompiledMail
    sender: str

    def hand_over(self, group: Group) -> GroupReceipt:
        """One message after the other; each has an outcome of its own."""
        return self.mailer.deliver(self, group)


def _alone(mailing: Mailing) -> tuple[Circular, Group]:
    """A mailing to one person as a circular with that person in its group."""
    [person] = mailing.recipients
    circular = Circular(
        key=0,
        name=mailing.name,
        sender=mailing.sender,
        reply_to=mailing.reply_to,
        subject=mailing.subject,
        text=mailing.text,
        html=mailing.html,
        lang=mailing.lang,
        headers=mailing.headers,
        slots=[Slot(tag=tag, column=column) for column, tag in enumerate(person.slots)],
    )
    group = Group(
        batch_id=0,
        deliveries=[person.delivery],
        addresses=[person.to.email],
        names=[person.to.name],
        words=[[word] for word in person.slots.values()],
    )
    return circular, group
