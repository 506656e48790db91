"""A mail server for the runs, as a process: quick, with PIPELINING; its log has what it took before its reply says so.

`python -m tests.chaos.mail_server LOG RULES` prints its port. RULES is a file of JSON, read anew with each connection:
{"every": 7, "next": 3, "do": …} strikes three messages, each seventh; {"address": …, "do": "reject"} strikes a person.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.chaos.death import die_with_parent

Rule = dict[str, Any]
STALL_SECONDS = 2.5


class MailServer:
    """Takes every message, but for what its rules say."""

    def __init__(self, log: Path, rules: Path) -> None:
        self._log = log.open("ab", buffering=0)
        self._rules = rules
        self._seen = 0
        self._struck = 0
        self._taken = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            await self._converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rules = json.loads(self._rules.read_text() or "[]") if self._rules.exists() else []
        to = ""
        writer.write(b"220 chaos ESMTP\r\n")
        while line := await reader.readline():
            word, _, rest = line.decode("latin-1").strip().partition(" ")
            match word.upper():
                case "EHLO":
                    writer.write(b"250-chaos\r\n250-8BITMIME\r\n250 PIPELINING\r\n")
                case "RCPT":
                    to = rest.partition("<")[2].partition(">")[0]
                    bad = any(rule.get("address") == to for rule in rules)
                    writer.write(b"550 5.1.1 no such mailbox\r\n" if bad else b"250 2.1.5 ok\r\n")
                case "DATA":
                    writer.write(b"354 go on\r\n")
                    if await _text(reader):
                        await DEEDS[self._deed(rules)](self, writer, to)
                    else:
                        writer.write(b"554 5.5.1 no valid recipients\r\n")
                case "QUIT":
                    writer.write(b"221 bye\r\n")
                    return
                case _:
                    writer.write(b"250 ok\r\n")

    def _deed(self, rules: list[Rule]) -> str:
        self._seen += 1
        for rule in rules:
            if "every" in rule and self._seen % rule["every"] == 0 and self._struck < rule["next"]:
                self._struck += 1
                return str(rule["do"])
        return "take"

    def _take(self, to: str) -> bytes:
        self._taken += 1
        entry = {"time": time.time(), "message_id": f"m{self._taken}", "addresses": [to]}
        self._log.write(json.dumps(entry).encode() + b"\n")
        return f"250 2.0.0 taken as m{self._taken}\r\n".encode()

    async def take(self, writer: asyncio.StreamWriter, to: str) -> None:
        """As it should be."""
        writer.write(self._take(to))

    async def drop_after(self, writer: asyncio.StreamWriter, to: str) -> None:
        """Take it, and hang up instead of saying so."""
        self._take(to)
        raise ConnectionAbortedError

    async def drop_before(self, _writer: asyncio.StreamWriter, _to: str) -> None:
        """Hang up and take nothing."""
        raise ConnectionAbortedError

    async def stall_after(self, writer: asyncio.StreamWriter, to: str) -> None:
        """Take it, and say so too late."""
        words = self._take(to)
        await asyncio.sleep(STALL_SECONDS)
        writer.write(words)

    async def busy(self, writer: asyncio.StreamWriter, _to: str) -> None:
        """Not now."""
        writer.write(b"451 4.7.1 greylisted, come back later\r\n")

    async def going(self, writer: asyncio.StreamWriter, _to: str) -> None:
        """Not now, and nothing else either."""
        writer.write(b"421 4.3.2 shutting down\r\n")
        await writer.drain()
        raise ConnectionAbortedError


async def _text(reader: asyncio.StreamReader) -> bytes:
    """A message up to its dot; nothing when there is only the dot, which is how a client takes DATA back (RFC 2920)."""
    first = await reader.readline()
    return b"" if first == b".\r\n" else first + await reader.readuntil(b"\r\n.\r\n")


DEEDS: dict[str, Callable[[MailServer, asyncio.StreamWriter, str], Awaitable[None]]] = {
    name: getattr(MailServer, name) for name in ("take", "drop_after", "drop_before", "stall_after", "busy", "going")
}


async def main(log: Path, rules: Path) -> None:
    """Serve until killed."""
    die_with_parent()
    house = MailServer(log, rules)
    server = await asyncio.start_server(house.serve, "127.0.0.1", 0, limit=1 << 20)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
