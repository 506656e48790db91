"""The points between the steps: so many bytes of a request are written, and its reply is read."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from tests.chaos import here

WIRE = ("wire:nothing", "wire:head", "wire:third", "wire:most", "wire:whole", "wire:reply")
"""Written so far: nothing, the headers, a third of the body, all but the last byte, all; and the reply was read."""
SHORTEST = 50
"""Bytes. Less is a command, not a request."""
ENDLESS = 2**30

_HEAD = re.compile(rb"POST /v3/mail/send [^\0]*?\r\n[Cc]ontent-[Ll]ength: *(?P<length>\d+)\r\n([^\r]+\r\n)*\r\n")
_DOT = b"\r\n.\r\n"
"""The end of a message by SMTP. What follows it in the same write begins the next one."""


@dataclass
class Request:
    """A request on its way: after how many bytes which point is passed, and how many were written."""

    marks: list[tuple[int, str]]
    written: int = 0
    replied: bool = False

    @classmethod
    def begins(cls, data: bytes) -> "Request | None":
        """The request or the message that begins with these bytes, if they hand mail over."""
        found, end = _HEAD.match(data), data.rfind(_DOT)
        if found is None and end < 0:
            return None
        head, body = (found.end(), int(found["length"])) if found else (1, end + len(_DOT) - 1)
        return cls([(head, WIRE[1]), (head + body // 3, WIRE[2]), (head + body - 1, WIRE[3]), (head + body, WIRE[4])])

    def room(self) -> int:
        """How many bytes until the next point."""
        return self.marks[0][0] - self.written if self.marks else ENDLESS

    def wrote(self, count: int) -> None:
        """So many more bytes are out."""
        self.written += count
        while self.marks and self.marks[0][0] <= self.written:
            here.passing(self.marks.pop(0)[1], here.batch())


def tap() -> None:
    """Watch every socket of this process."""
    for name, wrapped in _TAPPED.items():
        setattr(socket.socket, name, wrapped(getattr(socket.socket, name)))


_requests: WeakKeyDictionary[socket.socket, Request] = WeakKeyDictionary()


def _request(sock: socket.socket, data: Any) -> Request | None:
    """The request that these bytes belong to: one on its way, or one that begins with them."""
    known = _requests.get(sock)
    if sock.family != socket.AF_INET or len(data) < SHORTEST or (known is not None and known.marks):
        return known
    begun = Request.begins(bytes(data))
    if begun is None:
        return known
    _requests[sock] = begun
    here.passing(WIRE[0], here.batch())
    return begun


def _sending(send: Callable[..., int]) -> Callable[..., int]:
    def sending(self: socket.socket, data: Any, *flags: int) -> int:
        request = _request(self, data)
        if request is None:
            return send(self, data, *flags)
        sent = send(self, memoryview(data)[: request.room()], *flags)
        request.wrote(sent)
        return sent

    return sending


def _sending_all(sendall: Callable[..., None]) -> Callable[..., None]:
    def sending_all(self: socket.socket, data: Any, *flags: int) -> None:
        request, rest = _request(self, data), memoryview(data)
        if request is None:
            return sendall(self, data, *flags)
        while rest:
            part, rest = rest[: request.room()], rest[request.room() :]
            sendall(self, part, *flags)
            request.wrote(len(part))
        return None

    return sending_all


def _receiving(receive: Callable[..., Any]) -> Callable[..., Any]:
    def receiving(self: socket.socket, *args: Any) -> Any:
        received = receive(self, *args)
        request = _requests.get(self)
        if received and request is not None and not request.marks and not request.replied:
            request.replied = True
            here.passing(WIRE[5], here.batch())
        return received

    return receiving


_TAPPED: dict[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    "send": _sending, "sendall": _sending_all, "recv": _receiving, "recv_into": _receiving,
}  # fmt: skip
