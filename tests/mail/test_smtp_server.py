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
        ("smtps://h?weight=3&connections=5", Server("h", 465, True, StartTls.NO, weight=3, connections=5)),
        ("smtp://a%40b:p%2Fq@h", Server("h", 587, False, StartTls.REQUIRED, "a@b", "p/q")),
    ],
)
def test_address_is_read(url: str, server: Server) -> None:
    """Scheme, port, encryption, user and password."""
    assert Server.parse(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "", ",", "mail.example.org", "http://h", "smtp://", "smtp://h:x", "smtp://h?starttls=maybe", "smtp://h?weight=0",
        "smtp://h?weight=1.5", "smtp://h?connections=1001", "smtp://h?connection=5", "smtp://h,mail.example.org",
        "smtp://h?connections",
    ],
)  # fmt: skip
def test_address_that_is_none_is_a_bad_setting(url: str) -> None:
    """The message names the variable, and a misspelt option is not passed over."""
    with pytest.raises(BadSetting, match="SMTP_URL") as refusal:
        Server.parse_all(url)

    assert "\n" not in str(refusal.value)


def test_several_servers_stand_side_by_side() -> None:
    """With commas or blanks between them."""
    servers = Server.parse_all("smtp://a.example.org?weight=2, smtps://b.example.org  smtp://c.example.org:25")

    assert [(server.name, server.weight) for server in servers] == [
        ("a.example.org:587", 2), ("b.example.org:465", 1), ("c.example.org:25", 1),
    ]  # fmt: skip


def test_password_does_not_show() -> None:
    """Not even in a traceback that prints its values."""
    assert "s3cret" not in repr(Server.parse("smtp://user:s3cret@h"))
