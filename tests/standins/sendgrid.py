"""A stand-in for SendGrid: a real HTTP server on loopback that accepts, refuses and fails as the real one does.

In a test:   with SendGridStandin(api_key="SG.test") as standin: ... standin.url ... standin.messages()
By itself:   python -m tests.standins.sendgrid --port 8025 --api-key SG.test --log accepted.jsonl --keep counts

It is held to SENDGRID.md. Its own endpoints are under /_control/ (sendgrid_control.py), the faults it can be ordered
to show are in sendgrid_faults.py, the events it can post in sendgrid_events.py (EventOrder), the account's switches in
sendgrid_account.py (Account).
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from tests.standins import sendgrid_api, sendgrid_control
from tests.standins.sendgrid_account import Account
from tests.standins.sendgrid_answers import Answer, Json, Request
from tests.standins.sendgrid_auto_events import AutoEvents
from tests.standins.sendgrid_events import EventOrder
from tests.standins.sendgrid_faults import MAIL_SEND, Behaviour
from tests.standins.sendgrid_ledger import Keep
from tests.standins.sendgrid_messages import Message
from tests.standins.sendgrid_provider import Provider
from tests.standins.sendgrid_wire import Door


class SendGridStandin:
    """The server with its provider. Entering the context opens the door, leaving it closes every connection.

    `keep="counts"` holds no bodies; `log` is the append-only acceptance log; `auto_events` posts processed and
    delivered every so many seconds; further keywords are switches of the Account.
    """

    def __init__(
        self,
        api_key: str,
        *,
        port: int = 0,
        keep: Keep = "all",
        log: Path | None = None,
        webhook_url: str | None = None,
        auto_events: float | None = None,
        **switches: Any,
    ) -> None:
        self._provider = Provider(Account(api_key, **switches), keep=keep, log=log)
        self._provider.webhook(webhook_url)
        self._auto = AutoEvents(self._provider, auto_events) if auto_events else None
        self._moving = threading.Lock()
        self._left = False
        self.port = port

    def __enter__(self) -> SendGridStandin:
        self._open_door()
        if self._auto:
            self._auto.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._auto:
            self._auto.stop()
        with self._moving:
            self._left = True
            self._door.close()
        self._provider.close()

    @property
    def url(self) -> str:
        """What SENDGRID_API_URL is set to."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def webhook_public_key(self) -> str:
        """What SENDGRID_WEBHOOK_KEY is set to: base64 of the DER SubjectPublicKeyInfo."""
        return self._provider.key.public

    @property
    def erased(self) -> list[str]:
        """Every address that was asked to be erased."""
        return list(self._provider.erased)

    def requests(self) -> list[Json]:
        """Each accepted request in order: `message_id`, `time`, `recipients` (how many) and `body` as parsed."""
        return [
            {"message_id": one.message_id, "time": one.accepted_at, "recipients": one.size, "body": one.body}
            for one in self._provider.ledger.acceptances()
        ]

    def messages(self, to: str | None = None) -> list[Message]:
        """Each accepted copy as delivered, in order; `to` picks one address."""
        return list(self._provider.messages(to))

    def counts(self, *, doubles: bool = True) -> Json:
        """`requests`, `recipients`, `refused`, `answers` by status; with `doubles` also `going_out` (accepted and not
        cancelled in time), `doubles` by address and `delivery_doubles` by delivery id among those."""
        return self._provider.ledger.counts(self._provider.now(), doubles=doubles)

    def reset(self) -> None:
        """Forget what was accepted, the rules and the suppressions."""
        self._provider.reset()
        if self._auto:
            self._auto.forget()

    def behave(self, *rules: Json) -> None:
        """Follow these rules and no others (sendgrid_faults.py). Raises ValueError for one that cannot be read."""
        self._provider.behaviour.follow(*rules)

    def configure(self, **switches: Any) -> None:
        """Turn switches of the account."""
        self._provider.account.configure(**switches)

    def webhook(self, url: str | None = None, *, private_key: str | None = None, rotate: bool = False) -> Json:
        """Set where events go and which key signs them; returns `url`, `public_key` and `private_key`."""
        return self._provider.webhook(url, private_key=private_key, rotate=rotate)

    def post_events(self, **order: Any) -> Json:
        """Post events of what has left (fields of EventOrder); returns the status of each post and how many events."""
        return self._provider.post_events(EventOrder(**order))

    def suppress(self, name: str, address: str, *, created: int | None = None, **details: str) -> None:
        """Put an address on the bounces, blocks, invalid_emails, spam_reports or unsubscribes, now or at `created`."""
        self._provider.suppressions.add(name, address, created or int(self._provider.now()), **details)

    def set_clock(self, ahead: float) -> None:
        """Live so many seconds ahead of the machine's clock, until `reset`."""
        self._provider.ahead = ahead

    def going_out(self) -> list[str]:
        """The message ids of accepted requests that have left, or will: without those called back in time."""
        provider = self._provider
        return [
            one.message_id for one in provider.ledger.acceptances() if provider.ledger.going_out(one, provider.now())
        ]

    def go_away(self, seconds: float) -> None:
        """Refuse connections for a while, from now on, having cut those there are."""
        with self._moving:
            self._door.close()
        back = threading.Timer(seconds, self._come_back)
        back.daemon = True
        back.start()

    def _come_back(self) -> None:
        with self._moving:
            if not self._left:
                self._open_door()

    def _open_door(self) -> None:
        self._door = Door(self.port, self)
        self.port = self._door.server_port
        self._door.open()

    @property
    def behaviour(self) -> Behaviour:
        """For the door: the rules in force."""
        return self._provider.behaviour

    @property
    def era(self) -> int:
        """For the door: how often it was reset."""
        return self._provider.ledger.era

    def serve(self, request: Request) -> Answer:
        """For the door: judge one request."""
        if request.path.startswith(sendgrid_control.PREFIX):
            return sendgrid_control.serve(self, request)
        return sendgrid_api.serve(self._provider, request)

    def answered(self, request: Request, status: int | None) -> None:
        """For the door: count the answers to mail/send."""
        if request.path == MAIL_SEND:
            self._provider.ledger.answered(status)


def main(arguments: list[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT. The first line on stdout is JSON: url and webhook_public_key."""
    options = vars(_parser().parse_args(arguments))
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with SendGridStandin(**options) as standin:
        sys.stdout.write(json.dumps({"url": standin.url, "webhook_public_key": standin.webhook_public_key}) + "\n")
        sys.stdout.flush()
        stopping.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.standins.sendgrid", description="A stand-in for SendGrid.")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--api-key", required=True)
    parser.add_argument("--log", type=Path, help="append one JSON line per accepted request to this file")
    parser.add_argument("--keep", choices=["all", "counts"], default="all")
    parser.add_argument("--webhook-url", help="where events are posted")
    parser.add_argument("--auto-events", type=float, metavar="SECONDS", help="post events by itself this often")
    return parser


if __name__ == "__main__":
    main()
