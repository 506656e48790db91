"""The sign-up form: it takes what it can, keeps what was typed, and tells nobody who is on the list."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import func, select

from service.app import create_app
from service.bootstrap import Services
from service.subscribers.actions import suppress
from service.subscribers.model import SignUp, Subscriber, SubscriptionConsent, SuppressionReason
from service.web.forms import make_form_token
from service.web.limits import Limit
from service.web.site import signup
from tests.cast import ADA, BEN, CLEO, MAL
from tests.conftest import Clock, Postbox
from tests.subscribers.readers import a_newsletter, ada, ben, cleo, subscription
from tests.web.readers import deliver, sign_up


@pytest.fixture(autouse=True)
def newsletter(services: Services, valkey_socket: str) -> None:
    """There is a newsletter, and nobody has knocked yet."""
    with services.database.unit() as uow:
        a_newsletter(uow.session)
    Redis(unix_socket_path=valkey_socket).flushall()


def stored(services: Services, table: type[Subscriber] | type[SignUp] = Subscriber) -> int:
    """How many rows there are."""
    with services.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_answer_is_the_same_for_every_address(client: FlaskClient, services: Services, clock: Clock) -> None:
    """New, pending, confirmed, unsubscribed and suppressed: the same status, headers and bytes."""
    for made in (ada, ben, cleo):
        made(services.database)
    with services.database.unit() as uow:
        suppress(uow, "dora@example.test", SuppressionReason.HARD_BOUNCE, tokens=services.tokens, now=clock())
    answers = [sign_up(client, services, clock, email) for email in (MAL, BEN, ADA, CLEO, "dora@example.test")]

    assert {(answer.status, answer.data, str(answer.headers)) for answer in answers} == {
        (answers[0].status, answers[0].data, str(answers[0].headers))
    }
    assert "Set-Cookie" not in answers[0].headers


def test_the_next_page_says_what_happens_and_shows_no_address(
    client: FlaskClient, services: Services, clock: Clock
) -> None:
    """Nothing of what was typed comes back."""
    page = client.get(sign_up(client, services, clock, MAL, name="Mallory").location)

    assert page.status_code == 200
    assert "look in your mail" in page.text
    assert MAL not in page.text
    assert "Mallory" not in page.text


def test_the_mail_follows(client: FlaskClient, services: Services, clock: Clock, postbox: Postbox) -> None:
    """To the address as it was typed."""
    sign_up(client, services, clock, "Mal@Example.test")
    deliver(services)

    assert [mail.recipients[0].to.email for mail in postbox.mailings] == ["Mal@example.test"]


def test_the_place_of_the_form_is_part_of_the_proof(client: FlaskClient, services: Services, clock: Clock) -> None:
    """Placement and path, harmless whatever was sent."""
    sign_up(client, services, clock, MAL, placement="article\r\nX: y", path="/a b?c=<script>")

    with services.database.read() as session:
        assert session.scalars(select(SubscriptionConsent.source)).one() == "article X: y /a%20b%3Fc%3D%3Cscript%3E"


@pytest.mark.parametrize(
    "email", ["", "mal", "mal@example.test\r\nBcc: ada@example.test", "<b>@example.test", "m" * 9000]
)
def test_a_bad_address_brings_the_form_back(client: FlaskClient, services: Services, clock: Clock, email: str) -> None:
    """With what was typed, a sentence, and a title that says so; nothing is stored."""
    page = sign_up(client, services, clock, email, name="Mal & Co", newsletter="monthly")

    assert page.status_code == 422
    assert "<title>Error: " in page.text
    assert page.text.count(signup.NOT_AN_ADDRESS) == 2
    assert 'value="Mal &amp; Co"' in page.text
    assert 'name="newsletter" value="monthly"' in page.text
    assert "<b>" not in page.text
    assert stored(services, SignUp) == 0


def test_a_robot_that_fills_every_field_is_thanked(client: FlaskClient, services: Services, clock: Clock) -> None:
    """The same answer as for a person, and nothing behind it."""
    honest = sign_up(client, services, clock, MAL)
    trapped = sign_up(client, services, clock, BEN, website="https://evil.test")

    assert (trapped.status, trapped.data) == (honest.status, honest.data)
    assert stored(services) == 1


def test_too_quick_is_asked_to_press_again_with_the_same_age(
    client: FlaskClient, services: Services, clock: Clock
) -> None:
    """The second press works, because the form has grown older meanwhile."""
    form = {"email": MAL, "name": "Mal", "form_token": make_form_token(services.tokens, clock())}
    page = client.post("/subscribe", data=form)

    assert page.status_code == 400
    assert "press once more" in page.text
    for value in form.values():
        assert f'value="{value}"' in page.text
    assert stored(services) == 0

    clock.move(seconds=3)

    assert client.post("/subscribe", data=form).status_code == 303


@pytest.mark.parametrize("age", ["", "nonsense", "stale"])
def test_an_old_or_foreign_form_is_replaced_by_a_fresh_one(
    client: FlaskClient, services: Services, clock: Clock, age: str
) -> None:
    """With everything that was typed."""
    token = make_form_token(services.tokens, clock()) if age == "stale" else age
    clock.move(days=3)
    page = client.post("/subscribe", data={"email": MAL, "form_token": token})

    assert page.status_code == 400
    assert f'value="{MAL}"' in page.text
    assert make_form_token(services.tokens, clock()) in page.text
    assert stored(services) == 0


def test_a_megabyte_is_refused(client: FlaskClient, services: Services) -> None:
    """As urlencoded text and as multipart; nothing is stored."""
    parts = {
        "application/x-www-form-urlencoded": b"email=mal@example.test&name=%s",
        "multipart/form-data; boundary=b": b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n%s\r\n--b--\r\n',
    }
    for kind, body in parts.items():
        answer = client.post("/subscribe", data=body % (b"x" * 1_048_576), content_type=kind)

        assert answer.status_code == 413
    assert stored(services) == 0


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Mal\r\nBcc: ada@example.test", "x" * 10_000])
def test_a_name_is_kept_as_one_short_line_of_text(
    client: FlaskClient, services: Services, clock: Clock, name: str
) -> None:
    """Markup stays text and line ends become blanks."""
    sign_up(client, services, clock, MAL, name=name)

    kept = subscription(services.database, 1).subscriber.name
    assert len(kept) <= 80
    assert "\n" not in kept


def test_an_unknown_newsletter_is_a_404_and_stores_nothing(
    client: FlaskClient, services: Services, clock: Clock
) -> None:
    """One sentence."""
    assert sign_up(client, services, clock, MAL, newsletter="weekly").status_code == 404
    assert stored(services) == 0


def few(monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    """Make a limit small enough to reach."""
    limit: Limit = getattr(signup, name)
    monkeypatch.setattr(signup, name, Limit(limit.name, most, limit.within))


def test_one_place_cannot_sign_up_the_world(
    client: FlaskClient, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the limit there is a page that says when to come back."""
    few(monkeypatch, "FROM_ONE_PLACE", 2)
    answers = [sign_up(client, services, clock, f"m{n}@example.test") for n in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert answers[2].headers["Retry-After"] == "600"
    assert stored(services) == 2


def test_another_place_is_not_held_up(
    client: FlaskClient, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Limits count by where a request comes from."""
    few(monkeypatch, "FROM_ONE_PLACE", 1)
    sign_up(client, services, clock, MAL)
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"

    assert sign_up(client, services, clock, ADA).status_code == 303


def test_one_mailbox_cannot_be_typed_for_ever(
    client: FlaskClient, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees the limit; above it nothing is stored."""
    few(monkeypatch, "FOR_ONE_MAILBOX", 2)
    answers = [sign_up(client, services, clock, f"mal+{n}@example.test") for n in range(4)]

    assert {(answer.status_code, answer.data) for answer in answers} == {(303, answers[0].data)}
    assert stored(services, SignUp) == 2


def test_behind_the_breaker_everybody_is_taken_and_written_to_later(
    client: FlaskClient, services: Services, clock: Clock, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many mails an hour; a real visitor in the flood sees the usual page and loses nothing."""
    few(monkeypatch, "FROM_EVERYWHERE", 2)
    answers = [sign_up(client, services, clock, f"m{n}@example.test") for n in range(5)]
    mailed: list[int] = []
    for _ in range(3):
        deliver(services)
        mailed.append(len(postbox.mailings))
        clock.move(hours=1)

    assert {answer.status_code for answer in answers} == {303}
    assert mailed == [2, 4, 5]


def test_without_redis_sign_up_goes_on(services: Services, clock: Clock) -> None:
    """Never a 500 because a counter is away."""
    settings = replace(services.settings, redis_url="redis://127.0.0.1:1/0")
    client = create_app(replace(services, settings=settings)).test_client()

    assert [sign_up(client, services, clock, f"m{n}@example.test").status_code for n in range(3)] == [303] * 3


def test_the_form_needs_no_script_and_no_cookie(client: FlaskClient) -> None:
    """A plain form on a page of its own."""
    page = client.get("/subscribe")

    assert '<form class="signup-form" method="post" action="/subscribe"' in page.text
    assert "Storywell Demo may send me its newsletter" in page.text
    assert "<script" not in page.text
    assert "Set-Cookie" not in page.headers


def test_a_page_behind_a_signed_link_does_not_put_its_token_into_the_proof(
    client: FlaskClient, services: Services
) -> None:
    """Only the pattern of the address is named."""
    with client.application.test_request_context("/confirm/secret"):
        assert signup.path() == "/confirm/<token>"
    with client.application.test_request_context("/subscribe?a=secret"):
        assert signup.path() == "/subscribe"
