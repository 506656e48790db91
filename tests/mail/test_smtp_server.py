"""What SMTP_URL says."""

import pytest

from service.mail.smtp_server import Server, StartTls
from service.settings import BadSetting


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", Server("mail.example.org", 587, False, StartTls.REQUIRED)),
        ("smtp://localhost:1025?starttls=no", Server("localhost", 1025, False, StartTls.NO)),
        ("smtp://h:25?starttls=if-offered", Server("h", 25, False, StartTls.IF_OFFERED)),
        ("smtps://h", Server("h", 465, True, StartTls.NO)),
        ("smtp://a%40b:p%2Fq@h", Server("h", 587, False, StartTls.REQUIRED, "a@b", "p/q")),
    ],
)
def test_address_is_read(url: str, server: Server) -> None:
    """Scheme, port, encryption, user and password."""
    assert Server.parse(url) == server


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://h", "smtp://", "smtp://h:x", "smtp://h?starttls=maybe"]
)
def test_address_that_is_none_is_a_bad_setting(url: str) -> None:
    """The message names the variable."""
    with pytest.raises(BadSetting, match="SMTP_URL"):
        Server.parse(url)


def test_password_does_not_show() -> None:
    """Not even in a traceback that prints its values."""
    assert "s3cret" not in repr(Server.parse("smtp://user:s3cret@h"))
