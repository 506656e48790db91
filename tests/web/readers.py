"""What readers do on the site: fill in the form, read their mail, press the buttons."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.bootstrap import Services
from service.mail.notices import due_notices, send_notice
from service.web.forms import make_form_token
from tests.conftest import Clock, Postbox

CONFIRM = re.compile(r"http://localhost(/confirm/[\w-]{43})\s")


def sign_up(client: FlaskClient, services: Services, clock: Clock, email: str, **fields: str) -> TestResponse:
    """Look at the form, take five seconds, press the button."""
    token = make_form_token(services.tokens, clock())
    clock.move(seconds=5)
    form = {"email": email, "form_token": token, "placement": "footer", "path": "/stories", "website": ""}
    return client.post("/subscribe", data=form | fields)


def deliver(services: Services) -> None:
    """What a worker does with everything that is due."""
    with services.database.read() as session:
        due = due_notices(session, services.clock())
    for notice in due:
        send_notice(services.database, services.mailer, services.head, services.composers, notice, clock=services.clock)


def confirm_path(postbox: Postbox) -> str:
    """The confirmation link of the newest mail."""
    return str(CONFIRM.findall(postbox.mailings[-1].text)[0])
