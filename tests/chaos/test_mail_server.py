"""The mail server of the runs keeps to the rules that a client relies on, so that no run hangs by its fault."""

import socket
from pathlib import Path

from tests.chaos.servers import MailServer

PATIENCE_SECONDS = 60.0


def test_a_text_of_nothing_but_its_dot_is_refused(tmp_path: Path) -> None:
    """RFC 2920, 3.1: a client that has pipelined DATA after a refused RCPT takes it back with a single dot."""
    server = MailServer.open(tmp_path, [{"address": "mal@example.test", "do": "reject"}])
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(b"EHLO ada\r\nMAIL FROM:<a@example.test>\r\nRCPT TO:<mal@example.test>\r\nDATA\r\n.\r\n")
            connection.sendall(b"QUIT\r\n")
            replies = b"".join(iter(lambda: connection.recv(4096), b"")).split(b"\r\n")
    finally:
        server.close()

    assert [reply[:3] for reply in replies[-4:-1]] == [b"354", b"554", b"221"]
    assert not server.accepted()
