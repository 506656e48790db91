"""`storywell doctor` about mail servers: each of them is opened as a mail would open it."""

import pytest

from service.cli.doctor import Ill, check_smtp
from service.settings import Settings, Transport
from tests.standins.smtp import Manners, SmtpStandin


def settings_for(*urls: str) -> Settings:
    """Settings that point at the stand-ins."""
    return Settings(mail_transport=Transport.SMTP, smtp_url=", ".join(urls))


def test_every_server_is_asked() -> None:
    """One line each, and a word about a slow one."""
    with SmtpStandin(auth=("u", "p")) as quick, SmtpStandin(Manners(pipelining=False)) as slow:
        lines = check_smtp(settings_for(quick.url, slow.url)).splitlines()

    assert lines == [
        f"127.0.0.1:{quick.port} lets us in",
        f"127.0.0.1:{slow.port} lets us in, without PIPELINING, so it is slow",
    ]


def test_wrong_password_is_ill() -> None:
    """Named by its server, and never said."""
    with SmtpStandin(auth=("u", "right")) as server, pytest.raises(Ill, match="did not let us in") as found:
        check_smtp(settings_for(server.url.replace("right", "wrong")))

    assert "wrong" not in str(found.value)


def test_one_server_that_is_gone_is_ill() -> None:
    """Although the others would carry its mail."""
    with SmtpStandin() as gone:
        pass
    with SmtpStandin() as well, pytest.raises(Ill, match="no connection"):
        check_smtp(settings_for(well.url, gone.url))
