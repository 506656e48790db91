"""What the tests of the stand-in share: a letter to change, and someone who receives webhooks."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple

import httpx

from tests.standins.sendgrid import SendGridStandin
from tests.standins.sendgrid_answers import Json

KEY = "SG.test"


def letter(*addresses: str, **changes: Any) -> Json:
    """A body SendGrid accepts, one personalization a reader, each with a delivery id; `None` leaves a field out."""
    body: Json = {
        "from": {"email": "letters@example.org", "name": "Letters"},
        "subject": "Hello -name-",
        "content": [
            {"type": "text/plain", "value": "Dear -name-"},
            {"type": "text/html", "value": "<p>Dear -name-</p>"},
        ],
        "personalizations": [to(address) for address in addresses or ("ada@example.org",)],
    }
    return {field: value for field, value in {**body, **changes}.items() if value is not None}


def to(address: str, **changes: Any) -> Json:
    """A personalization for one reader."""
    name = address.partition("@")[0]
    greeting = {"substitutions": {"-name-": name.title()}, "custom_args": {"delivery": f"d-{name}"}}
    return {"to": [{"email": address}], **greeting, **changes}


def client_of(standin: SendGridStandin, key: str = KEY) -> httpx.Client:
    """A client with the key, as the product would be configured."""
    return httpx.Client(base_url=standin.url, headers={"Authorization": f"Bearer {key}"}, verify=False, timeout=5)


class Post(NamedTuple):
    """One webhook post as it arrived."""

    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """A web server that keeps every post and answers `statuses` in turn, the last one for ever."""

    def __init__(self, *statuses: int) -> None:
        self.posts: list[Post] = []
        self._statuses = list(statuses or (204,))
        self._arrived = threading.Condition()

    def __enter__(self) -> Receiver:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.keep(Post(dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(receiver.next_status())
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hooks/sendgrid/events"

    def keep(self, post: Post) -> None:
        with self._arrived:
            self.posts.append(post)
            self._arrived.notify_all()

    def next_status(self) -> int:
        return self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]

    def wait_for(self, count: int) -> None:
        """Until so many posts have come. Raises AssertionError after five seconds."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.posts) >= count, timeout=5)
