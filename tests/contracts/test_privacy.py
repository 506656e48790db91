"""Nobody is given away: two recipients' mails differ only in greeting and tokens, logs and bells name no one."""

import io
import json
import logging
import re

from flask.testing import FlaskClient

from service.bootstrap import Services
from service.delivery.drain import Drain
from service.delivery.pacing import LocalPace
from service.delivery.presence import be_present
from service.delivery.start import start
from service.logs import configure
from service.mail.mime import compose, fill
from service.mail.notices import due_notices, send_notice
from service.web.forms import make_form_token
from tests.cast import ADA, MAL
from tests.conftest import Chime, Clock, Postbox
from tests.journeys.content import a_newsletter, a_scheduled_issue, confirmed_readers


def sent_issue(services: Services, postbox: Postbox) -> None:
    """An issue handed over to two readers."""
    newsletter = a_newsletter(services)
    confirmed_readers(services, newsletter, 2)
    issue_id = a_scheduled_issue(services, newsletter)
    with services.database.unit() as uow:
        start(uow, issue_id, services.head, batch_size=10, slots=1, now=services.clock())
    presence = be_present(services.database, services.settings.var / "workers")
    Drain(services.database, postbox, services.head, presence, LocalPace(), services.clock, stopping=lambda: False).run(
        issue_id
    )
    presence.leave()


def test_two_recipients_mails_differ_only_in_greeting_and_tokens(services: Services, postbox: Postbox) -> None:
    """No pixel, no per-person link but the reader's own."""
    sent_issue(services, postbox)
    (mailing,) = postbox.mailings
    one, two = (
        {
            "text": fill(mailing.text, person.slots),
            "html": fill(mailing.html, person.slots),
            **{name: fill(value, person.slots) for name, value in mailing.headers.items()},
        }
        for person in mailing.recipients
    )
    tokens = re.compile(r"/(unsubscribe|preferences)/[\w-]+")

    assert one != two
    assert {part: tokens.sub("", words) for part, words in one.items()} == {
        part: tokens.sub("", words) for part, words in two.items()
    }


def test_nothing_in_a_mail_is_loaded_from_elsewhere(services: Services, postbox: Postbox) -> None:
    """Opening a mail tells nobody."""
    sent_issue(services, postbox)

    assert re.findall(r'(?:src|background)="(?!data:)[^"]+"|url\(', postbox.mailings[0].html) == []


def test_custom_arguments_and_headers_name_nobody(services: Services, postbox: Postbox, clock: Clock) -> None:
    """What a provider keeps for ever is opaque."""
    sent_issue(services, postbox)
    mailing = postbox.mailings[0]
    message = compose(mailing, mailing.recipients[0], now=clock())

    assert "@" not in mailing.name
    assert "reader" not in mailing.recipients[0].delivery
    assert "reader0" not in "".join(str(value) for name, value in message.items() if name != "To")


def test_no_address_reaches_a_log_line_or_a_bell(
    services: Services, client: FlaskClient, chime: Chime, clock: Clock, postbox: Postbox
) -> None:
    """Signing up, refusing and mailing leave ids behind, and nothing else."""
    a_newsletter(services)
    lines = io.StringIO()
    configure("DEBUG")
    logging.getLogger().handlers[0].setStream(lines)  # type: ignore[attr-defined]
    token = make_form_token(services.tokens, clock())
    clock.move(seconds=5)
    for email in (ADA, "not an address of mal", MAL):
        client.post("/subscribe", data={"email": email, "name": "Adelheid", "form_token": token})
    with services.database.read() as session:
        due = due_notices(session, clock())
    for notice in due:
        send_notice(services.database, postbox, services.head, services.composers, notice, clock=services.clock)

    assert len(postbox.mailings) == 2
    assert not re.search(r"@example|Adelheid|address of mal", lines.getvalue())
    assert all(isinstance(row, int) for _, row in chime.rung)
    assert json.dumps(chime.rung)


def test_errors_of_the_database_keep_their_parameters(services: Services) -> None:
    """An error reaches the log; the people in its parameters do not."""
    assert services.database.engine.hide_parameters
