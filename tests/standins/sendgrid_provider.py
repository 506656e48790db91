"""The provider itself, without HTTP: one account, what it accepted, and the events it posts."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from time import time

from tests.standins.sendgrid_account import Account, RateWindow, Suppressions
from tests.standins.sendgrid_answers import Answer, Json, Request, refusal
from tests.standins.sendgrid_events import SUPPRESSED_BY, EventOrder, compose, in_batches
from tests.standins.sendgrid_faults import Behaviour
from tests.standins.sendgrid_ledger import Acceptance, Keep, Ledger
from tests.standins.sendgrid_mail import Mail
from tests.standins.sendgrid_messages import Message, message_for
from tests.standins.sendgrid_rules import problems
from tests.standins.sendgrid_schedule import Batches, Fate
from tests.standins.sendgrid_webhook import Envelope, SigningKey


class Provider:
    """Everything behind the API."""

    def __init__(self, account: Account, *, keep: Keep = "all", log: Path | None = None) -> None:
        self.account = account
        self.batches = Batches()
        self.ledger = Ledger(self.batches, keep=keep, log=log)
        self.suppressions = Suppressions()
        self.behaviour = Behaviour()
        self.rate = RateWindow(account)
        self.key = SigningKey()
        self.webhook_url: str | None = None
        self.erased: list[str] = []
        self.ahead = 0.0
        """Seconds by which its clock is ahead of the machine's, so that scheduled mail need not be waited for."""

    def now(self) -> float:
        """Unix time by its own clock."""
        return time() + self.ahead

    def send(self, request: Request) -> Answer:
        """POST /v3/mail/send: 202 and the message id, 200 in sandbox mode, or everything that is wrong with it."""
        if not (request.headers.get("Content-Type") or "").startswith("application/json"):
            return refusal(415)
        try:
            body = json.loads(self._unpacked(request))
        except ValueError:
            return refusal(400)
        now = self.now()
        if found := problems(Mail(body, now, self.batches, self.account.ip_pools)):
            return refusal(400, *found)
        if body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return Answer(200)
        return Answer(202, headers={"X-Message-Id": self.ledger.accept(body, now, request.era)})

    def _unpacked(self, request: Request) -> bytes:
        """gzip is for accounts that asked for it (A1); for others it is read as it is, and so is not JSON."""
        if request.headers.get("Content-Encoding") != "gzip" or not self.account.gzip:
            return request.body
        try:
            return gzip.decompress(request.body)
        except (OSError, EOFError, zlib.error) as broken:
            raise ValueError("not gzip") from broken

    def messages(self, to: str | None = None) -> Iterator[Message]:
        """Every accepted copy in order, or those of one address."""
        now = self.now()
        for acceptance in self.ledger.acceptances():
            for recipient in acceptance.recipients():
                if to is None or recipient.address.casefold() == to.casefold():
                    fate = self.batches.fate(acceptance.batch_id, recipient.release, now)
                    yield message_for(acceptance, recipient, fate)

    def webhook(self, url: str | None = None, *, private_key: str | None = None, rotate: bool = False) -> Json:
        """Where events go, and the key they are signed with: the given one, a new one, or the one in use."""
        self.webhook_url = url or self.webhook_url
        if private_key or rotate:
            self.key = SigningKey(private_key)
        return {"url": self.webhook_url, "public_key": self.key.public, "private_key": self.key.private}

    def envelope(self, order: EventOrder) -> Envelope:
        """Raises ValueError when no address for the webhook is known."""
        url = order.url or self.webhook_url
        if url is None:
            raise ValueError("no webhook url")
        key = SigningKey() if order.wrong_key else self.key
        return Envelope(url, None if order.unsigned else key, order.age)

    def post_events(self, order: EventOrder) -> Json:
        """Post the ordered events of everything that has left, batch after batch; the status of each post."""
        envelope = self.envelope(order)
        groups = (self.events_of(acceptance, order) for acceptance in self.ledger.acceptances())
        batches = in_batches(order.spoiled(groups), order.batch_size)
        posts = [{"status": envelope.post(batch), "events": len(batch)} for batch in batches]
        return {"posts": posts, "events": sum(post["events"] for post in posts)}

    def events_of(self, acceptance: Acceptance, order: EventOrder) -> list[Json]:
        """The ordered events of one accepted request. Bounces, complaints and the like fill the suppression lists."""
        now = self.now()
        events = []
        for place, recipient in enumerate(acceptance.recipients()):
            left = self.batches.fate(acceptance.batch_id, recipient.release, now) is Fate.SENT
            if left and place % order.every == 0 and order.wants(acceptance, recipient):
                for kind in order.kinds_for(recipient.address):
                    events.append(compose(kind, acceptance, place, recipient, now))
                    self._suppress(kind, recipient.address, int(now))
        return events

    def _suppress(self, kind: str, address: str, now: int) -> None:
        if kind in SUPPRESSED_BY:
            self.suppressions.add(SUPPRESSED_BY[kind], address, now)

    def reset(self) -> None:
        """Forget what was accepted, the rules, the suppressions and the time; account, batch ids and key stay.

        A request that is under way, such as one that is to be accepted late, is forgotten too.
        """
        self.ahead = 0.0
        self.ledger.reset()
        self.behaviour.follow()
        self.suppressions.clear()
        self.erased.clear()

    def close(self) -> None:
        self.ledger.close()
