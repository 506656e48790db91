"""Pages and sign-ups a second, eight clients at a time, over real sockets."""

import http.client
import itertools
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

from service.cli.demo import seed_demo
from tests.journeys.house import House, a_house
from tests.servers import valkey

CLIENTS = 8
SECONDS = 4
ROUNDS = 3
_numbers = itertools.count()

Request = Callable[[http.client.HTTPConnection], None]


def web_figures(folder: Path) -> Iterator[tuple[str, str]]:
    """Home page, a story, an article, and sign-ups on SQLite."""
    database = f"sqlite:///{folder / 'bench.sqlite3'}"
    with valkey() as socket, a_house(database, socket, folder, TRUSTED_PROXIES="1", LOG_LEVEL="ERROR") as house:
        seed_demo(house.services)
        house.start("web")
        pages = {
            "home page": "/",
            "story page": "/stories/the-bench-outside-ward-six",
            "article page": "/understanding-all/what-is-all",
        }
        for name, path in pages.items():
            yield f"{name}, requests/s", _rate(house, _get(path))
        yield "sign-up, requests/s", _rate(house, _sign_up(_form_token(house)))


def _rate(house: House, request: Request) -> str:
    rounds = [_round(house.settings.port, request) for _ in range(ROUNDS)]
    return f"{statistics.median(rounds):.0f} (runs {', '.join(f'{one:.0f}' for one in rounds)})"


def _round(port: int, request: Request) -> float:
    counts = [0] * CLIENTS
    deadline = time.monotonic() + SECONDS

    def client(place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while time.monotonic() < deadline:
            request(connection)
            counts[place] += 1
        connection.close()

    threads = [threading.Thread(target=client, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def _get(path: str) -> Request:
    def request(connection: http.client.HTTPConnection) -> None:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)

    return request


def _form_token(house: House) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", house.settings.port, timeout=10)
    connection.request("GET", "/")
    page = connection.getresponse().read().decode()
    connection.close()
    time.sleep(1.1)  # a form that is answered faster than a hand can is asked to press again
    found = re.search(r'name="form_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found[1]


def _sign_up(token: str) -> Request:
    def request(connection: http.client.HTTPConnection) -> None:
        number = next(_numbers)
        body = urlencode(
            {"email": f"bench{number}@example.org", "form_token": token, "website": "", "placement": "footer"}
        )
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        }
        connection.request("POST", "/subscribe", body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status < 400, answer.status

    return request
