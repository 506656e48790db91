"""Which issue a mail answers."""

from email.message import Message

import pytest

from service.bootstrap import Services
from service.delivery.model import Variant
from service.delivery.replies import ANSWERED_WITHIN, answered_issue, is_automatic
from tests.cast import NOW
from tests.issues.gone_out import an_issue


def head(**fields: str) -> Message:
    """A mail's head."""
    made = Message()
    for name, value in fields.items():
        made[name.replace("_", "-")] = value
    return made


@pytest.fixture
def june(services: Services) -> int:
    """An issue with the subject "June: a letter"."""
    issue_id = an_issue(services, "june")
    with services.database.unit() as uow:
        variant = Variant(
            issue_id=issue_id, key="default", lang="en", subject="June: a letter", text="", html="", created_at=NOW
        )
        uow.session.add(variant)
    return issue_id


def answered(services: Services, mail: Message, *, later: bool = False) -> int | None:
    """The issue that a mail answers, now or when subjects say nothing any more."""
    with services.database.read() as session:
        return answered_issue(session, mail, NOW + ANSWERED_WITHIN * later)


@pytest.mark.parametrize("field", ["In_Reply_To", "References"])
def test_the_id_of_the_mail_names_its_issue(services: Services, june: int, field: str) -> None:
    """Whatever the subject has become, and however late."""
    mail = head(**{field: "<other@elsewhere> <issue-15.r8f2x@mail.example.org>"}, Subject="Re: June: a letter")

    assert answered(services, mail, later=True) == 15


@pytest.mark.parametrize("subject", ["Re: June: a letter", "AW: Re: June: a letter", "RE:June: a  letter"])
def test_without_the_id_the_subject_names_it(services: Services, june: int, subject: str) -> None:
    """As it was mailed, after any number of prefixes."""
    assert answered(services, head(Subject=subject)) == june


def test_an_old_subject_names_nothing(services: Services, june: int) -> None:
    """It may be used again."""
    assert answered(services, head(Subject="Re: June: a letter"), later=True) is None


@pytest.mark.parametrize("subject", ["June: a letter", "Re: Something else", "", "letter", ": "])
def test_other_mail_answers_nothing(services: Services, june: int, subject: str) -> None:
    """A question to the editors, spam, and the issue itself that somebody forwarded."""
    assert answered(services, head(Subject=subject)) is None


@pytest.mark.parametrize("fields", [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"}])
def test_machines_do_not_reply(fields: dict[str, str]) -> None:
    """Out of office (RFC 3834)."""
    assert is_automatic(head(**fields))
    assert not is_automatic(head(Auto_Submitted="no"))
