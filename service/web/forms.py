"""Public forms without cookies: a signed age, a honeypot, and the words for what went wrong.

A session cookie for readers would be tracking by the back door, so public forms carry the time they were shown, signed.
A sender that never saw the form cannot make one, and one that answers faster than a hand can is asked to press again.
"""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from secrets import compare_digest

from flask import Blueprint, Response, request

from service.tokens import Purpose, Tokens

YOUNGEST = timedelta(seconds=1)
OLDEST = timedelta(days=2)


class BadForm(Exception):
    """The form was not one of ours."""


class StaleForm(Exception):
    """The form was shown too long ago."""


class TooQuick(Exception):
    """Nobody types that fast."""


def make_form_token(tokens: Tokens, now: datetime) -> str:
    """The hidden field of a form that is shown now."""
    shown = str(round(now.timestamp() * 1000))
    return f"{shown}.{tokens.keyed_hash(Purpose.FORM, shown)}"


def check_form_token(tokens: Tokens, value: str, now: datetime) -> None:
    """Raise BadForm, StaleForm or TooQuick unless `value` was made for a form a hand has since filled in."""
    milliseconds, _, mark = value.partition(".")
    if not any(
        compare_digest(mark.encode(), ours.encode()) for ours in tokens.keyed_hashes(Purpose.FORM, milliseconds)
    ):
        raise BadForm
    shown = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    if not timedelta() <= now - shown <= OLDEST:
        raise StaleForm
    if now - shown < YOUNGEST:
        raise TooQuick


def show_form_again(blueprint: Blueprint, again: Callable[..., Response]) -> None:
    """Answer a form of `blueprint` that does not pass the check with the form itself, and what was typed still in it.

    `again(status, notice=…, token=…)` renders it; an empty token makes a fresh one.
    """

    def too_quick(_error: Exception) -> Response:
        """Under the same age, so that the second press is old enough."""
        return again(400, notice="quick", token=request.form.get("form_token", ""))

    def stale(_error: Exception) -> Response:
        return again(400, notice="stale")

    blueprint.register_error_handler(TooQuick, too_quick)
    blueprint.register_error_handler(StaleForm, stale)
    blueprint.register_error_handler(BadForm, stale)


def one_line(value: str, *, most: int) -> str:
    """What was typed into a one-line field: control characters and outer blanks gone, at most `most` characters."""
    kept = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in value)
    return " ".join(kept.split())[:most]
