"""Bad input against the real house: the right page, one sentence, nothing stored, nobody named in the log."""

import http.client
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPMessage
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from service.delivery.model import EventPost
from service.mail.model import Notice
from service.stories.model import Story
from service.subscribers.model import Subscriber
from tests.journeys.content import a_newsletter
from tests.journeys.house import House, wait_for
from tests.standins.sendgrid import SendGridStandin

pytestmark = pytest.mark.journey
SECRET_WORD = "Zanzibar"
ONE_CLICK = b"List-Unsubscribe=One-Click"
NO_HEADERS: Mapping[str, str] = {}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    """What the house said."""

    status: int
    page: str
    headers: HTTPMessage

    @property
    def heading(self) -> str:
        """The page's one heading."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page, re.DOTALL)
        return found[1].strip() if found else ""


def ask(
    house: House, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = NO_HEADERS
) -> Answer:
    """One request over a real socket."""
    connection = http.client.HTTPConnection("127.0.0.1", house.settings.port, timeout=20)
    connection.request(method, path, body, dict(headers))
    answer = connection.getresponse()
    page = answer.read().decode(errors="replace")
    connection.close()
    return Answer(answer.status, page, answer.headers)


def form_token(house: House) -> str:
    """The signed age of a form, old enough for a hand to have filled it in."""
    found = re.search(r'name="form_token" value="([^"]+)"', ask(house, "GET", "/").page)
    assert found
    time.sleep(1.1)
    return found[1]


def stored(house: House) -> list[int]:
    """How many subscribers, stories, notices and event posts there are."""
    with house.services.database.read() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Subscriber, Story, Notice, EventPost)
        ]


@pytest.fixture
def place(house: Callable[..., House]) -> Iterator[House]:
    """A house with a newsletter and a worker, and the provider's key."""
    with SendGridStandin(api_key="SG.test") as standin:
        built = house(SENDGRID_WEBHOOK_KEY=standin.webhook_public_key)
        a_newsletter(built.services)
        built.start("web")
        yield built


def test_bad_input_gets_the_right_page_and_leaves_nothing(place: House) -> None:
    """Every door in turn, and then a look at the tables and the log."""
    token = form_token(place)

    def sign_up(**fields: str) -> Answer:
        return ask(place, "POST", "/subscribe", urlencode({"form_token": token, **fields}).encode(), FORM)

    expected = {
        "a malformed address": (sign_up(email=f"{SECRET_WORD} at example"), 422),
        "an injected header": (sign_up(email=f"a@example.test\r\nBcc: {SECRET_WORD}@example.test"), 422),
        "HTML as an address": (sign_up(email=f"<script>{SECRET_WORD}</script>@example.test"), 422),
        "a megabyte of name": (sign_up(email="a@example.test", name=SECRET_WORD * 130_000), 413),
        "a form that is not ours": (sign_up(email="a@example.test", form_token="forged"), 400),
        "a filled honeypot": (sign_up(email="a@example.test", website=SECRET_WORD), 303),
        "an unknown confirmation": (ask(place, "GET", f"/confirm/{SECRET_WORD}"), 404),
        "an unknown unsubscribe": (ask(place, "GET", f"/unsubscribe/{SECRET_WORD}"), 404),
        "a forged unsubscribe": (
            ask(place, "POST", "/unsubscribe/" + "A" * 22, ONE_CLICK, FORM),
            404,
        ),
        "an unknown preference": (ask(place, "GET", f"/preferences/{SECRET_WORD}"), 404),
        "an unknown draft": (ask(place, "GET", f"/stories/share/{SECRET_WORD}/who"), 404),
        "an unknown story": (ask(place, "GET", "/stories/%00%F0%9F%92%A9"), 404),
        "an unknown proof": (ask(place, "POST", f"/stories/share/prove/{SECRET_WORD}"), 404),
        "a desk without a session": (ask(place, "POST", "/desk/stories/1/publish", b"", FORM), 303),
        "a sign-in without CSRF": (ask(place, "POST", "/desk/sign-in", b"email=a&password=b", FORM), 400),
        "an unsigned event": (ask(place, "POST", "/hooks/sendgrid/events", json.dumps([]).encode()), 401),
        "a wrong method": (ask(place, "DELETE", "/subscribe"), 405),
        "an id beyond all ids": (ask(place, "GET", "/desk/issues/99999999999999999999999999"), 404),
        "a NUL in the search": (ask(place, "GET", f"/search?q=%00{SECRET_WORD}"), 200),
    }

    assert {name: answer.status for name, (answer, _) in expected.items()} == {
        name: status for name, (_, status) in expected.items()
    }
    assert [name for name, (answer, status) in expected.items() if status >= 400 and not answer.heading] == []
    assert all("<script>Zanzibar" not in answer.page for answer, _ in expected.values())
    assert stored(place) == [0, 0, 0, 0]
    wait_for(lambda: ask(place, "GET", "/healthz").status == 200)
    assert SECRET_WORD not in place.log.read_text()
    assert "example.test" not in place.log.read_text()


def test_a_house_is_polite_to_strangers(place: House) -> None:
    """Security headers on every page, and no cookie for a reader."""
    for path in ("/", "/stories", "/nowhere"):
        answer = ask(place, "GET", path)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
