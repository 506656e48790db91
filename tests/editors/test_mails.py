"""The sign-in link by mail."""

import re
from datetime import timedelta

import pytest

from service.bootstrap import Services
from service.editors.actions import NOBODY, use_sign_in_link
from service.editors.errors import LinkSpent
from service.editors.mails import sign_in_link
from service.editors.model import Editor
from service.mail.message import Mailing
from tests.cast import EVE, NOW


def write(services: Services, editor_id: int) -> Mailing | None:
    """The mail as a worker writes it."""
    with services.database.unit() as uow:
        return sign_in_link(uow, services.head, editor_id, NOW)


def token_in(text: str) -> str:
    """The token of the link in a mail's text."""
    found = re.search(r"/desk/enter/(\S+)", text)
    assert found
    return found[1]


def test_the_mail_holds_a_link_that_signs_in(services: Services, eve: Editor) -> None:
    """The same link in the text and in the HTML, to the editor's own address."""
    mailing = write(services, eve.id)

    assert mailing is not None
    assert [recipient.to.email for recipient in mailing.recipients] == [EVE]
    assert token_in(mailing.text) in mailing.html
    with services.database.unit() as uow:
        assert use_sign_in_link(uow, services.tokens, token_in(mailing.text), now=NOW).id == eve.id


def test_the_link_counts_from_when_the_mail_is_written(services: Services, eve: Editor) -> None:
    """A mail that waited in the queue is not stale when it arrives, and it is thirty minutes later."""
    mailing = write(services, eve.id)

    assert mailing is not None
    with pytest.raises(LinkSpent), services.database.unit() as uow:
        use_sign_in_link(uow, services.tokens, token_in(mailing.text), now=NOW + timedelta(minutes=30))


def test_nobody_gets_no_mail(services: Services, eve: Editor) -> None:
    """A link asked for with an unknown address is not needed."""
    assert write(services, NOBODY) is None


def test_a_closed_account_gets_no_mail(services: Services, eve: Editor) -> None:
    """Nor is there a link for somebody who may not come in."""
    with services.database.unit() as uow:
        uow.session.get_one(Editor, eve.id).active = False

    assert write(services, eve.id) is None
