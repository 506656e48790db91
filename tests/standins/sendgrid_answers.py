"""What the stand-in says over HTTP: SendGrid's own error bodies, and the pages of the gateway in front of it.

Shapes: SENDGRID.md A2 and the OpenAPI description (`ErrorResponse`); wording as seen in the vendor's issue threads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

Json = dict[str, Any]

ERRORS_PAGE = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html"

WORDS = {
    400: "Bad Request",
    401: "The provided authorization grant is invalid, expired, or revoked",
    403: "access forbidden",
    404: "not found",
    405: "method not allowed",
    415: "Content-Type should be application/json.",
    429: "too many requests",
    500: "internal server error",
    503: "service unavailable",
}
GATEWAY_STATUSES = frozenset({411, 413, 502, 504})
"""Answered by nginx and never by the API behind it, so the body is HTML (A2; A1 for 413)."""


class Headers(Protocol):
    """Header fields by name."""

    def get(self, name: str, /) -> str | None: ...


class ForgottenError(Exception):
    """The account was reset while the request was under way: it belongs to what is forgotten."""


@dataclass(frozen=True)
class Request:
    """One request as it arrived: `path` without the query, `headers` looked up case-insensitively, `body` as sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Headers
    body: bytes
    era: int = 0
    """How often the account had been reset when it arrived."""


@dataclass(frozen=True)
class Answer:
    """One reply, ready to be written."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        return Answer(self.status, self.body, {**headers, **self.headers})


def json_answer(status: int, document: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Any JSON document."""
    return Answer(status, json.dumps(document).encode(), {"Content-Type": "application/json", **(headers or {})})


def problem(message: str, field: str | None = None, *, documented: bool = True) -> Json:
    """One entry of `errors`; `help` points at the field's entry on the errors page, as the vendor's does."""
    names = [part for part in (field or "").split(".") if not part.isdigit()]
    help_link = f"{ERRORS_PAGE}#message.{'.'.join(names[:2])}" if field and documented else None
    return {"message": message, "field": field, "help": help_link}


def refusal(status: int, *problems: Json, headers: Mapping[str, str] | None = None) -> Answer:
    """SendGrid's error body; without problems, the plain words it uses for this status."""
    listed = list(problems) or [problem(WORDS.get(status, HTTPStatus(status).phrase))]
    return json_answer(status, {"errors": listed}, headers)


def gateway_page(status: int) -> Answer:
    """The page nginx makes itself: what a client gets for 413, 502 and 504 instead of JSON (A1, A2)."""
    title = f"{status} {HTTPStatus(status).phrase}"
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(status, page.encode(), {"Content-Type": "text/html"})
