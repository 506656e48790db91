"""The test copy that an editor asks for."""

from service.bootstrap import Services
from service.editors.model import Editor
from service.issues.copies import send_test
from service.issues.mails import COMPOSERS
from service.issues.model import Issue
from service.mail.message import Address, Mailing
from service.mail.mime import fill
from tests.cast import EVE, NOW


def copy_for(services: Services, issue: Issue, editor: Editor) -> Mailing | None:
    """The mail that the worker would send."""
    with services.database.unit() as uow:
        test = send_test(uow, issue.id, editor, now=NOW)[0]
        return COMPOSERS["issue_test"](uow, services.head, test.id, NOW)


def test_the_copy_goes_to_the_editor_and_says_that_it_is_a_test(
    services: Services, issue: Issue, editor: Editor
) -> None:
    """From the sender readers will see, to nobody else."""
    mailing = copy_for(services, issue, editor)

    assert mailing is not None
    assert mailing.subject == "[TEST] Monthly news, 7 July 2026"
    assert mailing.sender == services.head.sender
    assert [person.to for person in mailing.recipients] == [Address(EVE, "Eve")]
    assert "List-Unsubscribe" not in mailing.headers


def test_every_slot_is_filled_with_what_opens_nothing(services: Services, issue: Issue, editor: Editor) -> None:
    """A copy that is passed on can unsubscribe nobody."""
    mailing = copy_for(services, issue, editor)

    assert mailing is not None
    slots = mailing.recipients[0].slots
    assert "%%" not in fill(mailing.text, slots) + fill(mailing.html, slots)
    assert "http://localhost/unsubscribe/test" in fill(mailing.text, slots)


def test_a_newsletter_may_have_a_sender_of_its_own(services: Services, issue: Issue, editor: Editor) -> None:
    """The test shows it too."""
    with services.database.unit() as uow:
        uow.session.get_one(Issue, issue.id).newsletter.sender = "Monthly <monthly@mail.example.org>"

    mailing = copy_for(services, issue, editor)

    assert mailing is not None
    assert mailing.sender == Address("monthly@mail.example.org", "Monthly")


def test_an_account_that_was_closed_gets_none(services: Services, issue: Issue, editor: Editor) -> None:
    """Nor is one owed for a test that is gone."""
    with services.database.unit() as uow:
        uow.session.get_one(Editor, editor.id).active = False

    assert copy_for(services, issue, editor) is None
    with services.database.unit() as uow:
        assert COMPOSERS["issue_test"](uow, services.head, 404, NOW) is None
