"""Message after message over one connection: one round trip each where the server offers PIPELINING (RFC 2920, 5321).

What is certain and what is not: until the last byte of a message has left, the server has not taken it. After that only
its reply tells, so a connection lost at that point leaves exactly that one message unknown.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from service.mail.bulk import Deferral, GroupReceipt
from service.mail.message import Misconfigured, TryLater
from service.mail.smtp_wire import Lost, NotWritten, Reply, Wire

SIGN_IN_AGAIN = frozenset({530, 534, 535, 538})
"""Replies about how we signed in (RFC 4954): the server said nothing about the mail, and an operator can mend it."""
TOO_LARGE = 552
CLOSING = 421
GO_ON = 354
ABOUT_POLICY = "5.7."
"""Enhanced codes that speak of who we are and what we may (RFC 3463, 3.8), not of the person we write to."""
A_PATTERN = 10
"""So many refusals about policy in one group, and not one message taken, are about us."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message ready to leave. `body` is dot-stuffed and ends with its dot."""

    delivery: str
    sender: str
    to: str
    body: bytes


class Notes(Protocol):
    """Where it is written down what is done (see smtp_journal). Every method may raise TryLater."""

    def sent(self, delivery: str) -> None:
        """The message is about to leave."""

    def told(self, verdict: str, delivery: str, words: str) -> None:
        """The server has spoken."""

    def flush(self) -> None:
        """Nothing must be waiting to be written now."""


class Ended(Exception):
    """The server takes no more over this connection. Whoever is left certainly was not taken."""


class About(Enum):
    """Whom a refusal speaks of, by the command that was refused."""

    SENDER = "MAIL"
    PERSON = "RCPT"
    TEXT = "DATA"


class Round:
    """The letters of one hand-over, and what became of them."""

    def __init__(self, letters: Iterator[Letter], notes: Notes, rejected: dict[str, str]) -> None:
        """`letters` are made when they are needed; whoever cannot be written to puts the reason into `rejected`."""
        self.notes = notes
        self.accepted: set[str] = set()
        self.message_id = ""
        self.rejected = rejected
        self.deferred: dict[str, Deferral] = {}
        self.unknown: dict[str, str] = {}
        self._back: deque[Letter] = deque()
        self._letters = letters
        self._last: deque[Letter] = deque()
        self._policy = 0

    def take(self) -> Letter | None:
        """The next letter, or None."""
        if self._back:
            return self._back.popleft()
        return next(self._letters, None) or (self._last.popleft() if self._last else None)

    def left(self) -> bool:
        """True while there is somebody to write to."""
        letter = self.take()
        self.put_back(letter)
        return letter is not None

    def has_news(self) -> bool:
        """True when something is known of somebody that the ledger has to keep."""
        return bool(self.accepted or self.rejected or self.deferred or self.unknown)

    def put_back(self, letter: Letter | None) -> None:
        """It certainly was not taken, and comes next."""
        if letter is not None:
            self._back.appendleft(letter)

    def put_last(self, letter: Letter | None) -> None:
        """The connection was lost over it. It may be to blame, so everybody else goes first."""
        if letter is not None:
            self._last.append(letter)

    def defer_rest(self, everybody: Iterable[str], refusal: TryLater | Misconfigured) -> None:
        """Nobody takes the others for now. Their letters are not even made: that may mean to wait for their turn."""
        deferral = Deferral(refusal.reason, refusal.after if isinstance(refusal, TryLater) else None)
        known = self.accepted | self.rejected.keys() | self.deferred.keys() | self.unknown.keys()
        self.deferred |= {delivery: deferral for delivery in everybody if delivery not in known}

    def taken(self, letter: Letter, reply: Reply) -> None:
        """The server has it."""
        self.accepted.add(letter.delivery)
        self.message_id = str(reply)
        self.notes.told("accepted", letter.delivery, self.message_id)

    def refused(self, letter: Letter, reply: Reply) -> None:
        """The server does not want it, for now (4xx) or for good (5xx)."""
        words = str(reply)
        if reply.code < 500:
            self.deferred[letter.delivery] = Deferral(words)
            self.notes.told("deferred", letter.delivery, words)
        else:
            self._policy += reply.enhanced.startswith(ABOUT_POLICY)
            self.rejected[letter.delivery] = words
            self.notes.told("rejected", letter.delivery, words)

    def receipt(self) -> GroupReceipt:
        """What became of everybody. Raises Misconfigured when every refusal was about us and nobody was taken."""
        if self._policy >= A_PATTERN and self._policy == len(self.rejected) and not (self.accepted or self.unknown):
            raise Misconfigured(next(iter(self.rejected.values())))
        return GroupReceipt(self.message_id, self.rejected, self.deferred, self.unknown)


def converse(wire: Wire, letters: Round) -> None:
    """Send every letter of the round. Raises Ended when the connection ends first; who is left is in the round still.

    Raises Misconfigured when the server does not know our sender, and TryLater when the notes cannot be written.
    """
    _Conversation(wire, letters).run()


class _Conversation:
    """One letter on the wire, and the next one, whose first commands leave together with it."""

    def __init__(self, wire: Wire, letters: Round) -> None:
        self._wire = wire
        self._round = letters
        self._current: Letter | None = None
        self._following: Letter | None = None
        self._was_reset = False

    def run(self) -> None:
        try:
            self._current = self._round.take()
            self._open(self._current)
            while self._current is not None:
                self._following = self._round.take()  # made while the server is still busy
                self._transact(self._current)
                self._current, self._following = self._following, None
            self._read_reset()
        except Lost as lost:
            self._round.put_last(self._current)
            self._current = None
            raise Ended(f"the connection to the mail server was lost: {lost}") from lost
        finally:
            self._round.put_back(self._following)
            self._round.put_back(self._current)
            self._round.notes.flush()

    def _transact(self, letter: Letter) -> None:
        refusal = self._permission(letter)
        if refusal is None:
            self._send(letter)
        else:
            self._round.refused(letter, refusal)
            self._current = None
            self._reset()

    def _open(self, letter: Letter | None) -> None:
        """Say all that may be said before the server has to answer."""
        if letter is not None and self._wire.pipelining:
            self._wire.say(_opening(letter))

    def _reset(self) -> None:
        """End a transaction that was refused half-way, and begin the next one."""
        following = _opening(self._following) if self._following and self._wire.pipelining else b""
        self._wire.say(b"RSET\r\n" + following)
        self._was_reset = True

    def _read_reset(self) -> None:
        if self._was_reset:
            self._was_reset = False
            _heed(self._wire.reply())

    def _permission(self, letter: Letter) -> Reply | None:
        """None when the server waits for the text, else its refusal of this letter. Raises Ended and Misconfigured."""
        self._read_reset()
        replies = self._replies_in_one() if self._wire.pipelining else self._replies_in_turn(letter)
        refusals = [(about, reply) for about, reply in replies if not (reply.good or reply.code == GO_ON)]
        if not refusals:
            return None
        about, reply = refusals[0]
        if about is About.SENDER:
            _judge_sender(reply)
        return reply

    def _replies_in_one(self) -> list[tuple[About, Reply]]:
        replies = [(about, _heed(self._wire.reply())) for about in About]
        *before, (_, go_on) = replies
        if go_on.code == GO_ON and not all(reply.good for _, reply in before):
            self._wire.say(b".\r\n")  # nobody is to get this: the server refuses the empty text (RFC 2920, 3.1)
            _heed(self._wire.reply())
        return replies

    def _replies_in_turn(self, letter: Letter) -> list[tuple[About, Reply]]:
        replies = []
        for about, command in zip(About, _opening(letter).splitlines(keepends=True), strict=True):
            self._wire.say(command)
            replies.append((about, _heed(self._wire.reply())))
            if not (replies[-1][1].good or about is About.TEXT):
                break
        return replies

    def _send(self, letter: Letter) -> None:
        following = _opening(self._following) if self._following and self._wire.pipelining else b""
        self._round.notes.sent(letter.delivery)
        try:
            self._wire.say_message(letter.body, following)
        except NotWritten as lost:
            self._round.notes.told("deferred", letter.delivery, str(lost))
            raise
        try:
            reply = self._wire.reply()
            if reply.code // 100 == 3:
                raise Lost(f"the reply cannot be read: {reply}")
        except Lost as lost:
            self._round.unknown[letter.delivery] = f"the mail server did not say whether it took it: {lost}"
            self._current = None
            raise
        self._settle(letter, reply)

    def _settle(self, letter: Letter, reply: Reply) -> None:
        if reply.good:
            self._wire.was_useful = True
            self._round.taken(letter, reply)
        else:
            self._round.refused(letter, reply)
        self._current = None
        if reply.code == CLOSING:
            raise Ended(str(reply))
        if not self._wire.heard(len(About)):
            self._round.notes.flush()


def _opening(letter: Letter) -> bytes:
    return f"MAIL FROM:<{letter.sender}>\r\nRCPT TO:<{letter.to}>\r\nDATA\r\n".encode()


def _heed(reply: Reply) -> Reply:
    """A reply about the connection speaks of nobody's mail. Raises Ended."""
    if reply.code == CLOSING or reply.code in SIGN_IN_AGAIN:
        raise Ended(str(reply))
    return reply


def _judge_sender(reply: Reply) -> None:
    """A refused MAIL speaks of us, unless it is about the size of this one letter. Raises Ended or Misconfigured."""
    if reply.code < 500:
        raise Ended(str(reply))
    if reply.code != TOO_LARGE:
        raise Misconfigured(str(reply))
