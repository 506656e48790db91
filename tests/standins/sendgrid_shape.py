"""The JSON types a mail/send body must have, as data, and the comparison with them.

The keys are those of the OpenAPI description (tsg_mail_v3). The two messages are the vendor's, seen in sendgrid-php
#559 ("Additional property type is not allowed.") and #869 ("Invalid type. Expected: object, given: string.").
"""

from __future__ import annotations

from typing import Any, TypeAlias

from tests.standins.sendgrid_answers import Json, problem

Shape: TypeAlias = "type | list[Shape] | dict[str, Shape]"

ANY_KEY = "*"
STRINGS: Shape = {ANY_KEY: str}
ANYTHING: Shape = object
ADDRESS: Shape = {"email": str, "name": str}
SWITCH: dict[str, Shape] = {"enable": bool}

PERSONALIZATION: Shape = {
    "from": ADDRESS,
    "to": [ADDRESS],
    "cc": [ADDRESS],
    "bcc": [ADDRESS],
    "subject": str,
    "headers": STRINGS,
    "substitutions": STRINGS,
    "dynamic_template_data": {ANY_KEY: ANYTHING},
    "custom_args": STRINGS,
    "send_at": int,
}
MAIL_SETTINGS: Shape = {
    "bypass_list_management": SWITCH,
    "bypass_spam_management": SWITCH,
    "bypass_bounce_management": SWITCH,
    "bypass_unsubscribe_management": SWITCH,
    "footer": SWITCH | {"text": str, "html": str},
    "sandbox_mode": SWITCH,
}
TRACKING_SETTINGS: Shape = {
    "click_tracking": SWITCH | {"enable_text": bool},
    "open_tracking": SWITCH | {"substitution_tag": str},
    "subscription_tracking": SWITCH | {"text": str, "html": str, "substitution_tag": str},
    "ganalytics": SWITCH | dict.fromkeys(("utm_source", "utm_medium", "utm_term", "utm_content", "utm_campaign"), str),
}
MAIL: Shape = {
    "personalizations": [PERSONALIZATION],
    "from": ADDRESS,
    "reply_to": ADDRESS,
    "reply_to_list": [ADDRESS],
    "subject": str,
    "content": [{"type": str, "value": str}],
    "attachments": [{"content": str, "type": str, "filename": str, "disposition": str, "content_id": str}],
    "template_id": str,
    "headers": STRINGS,
    "sections": STRINGS,
    "categories": [str],
    "custom_args": STRINGS,
    "send_at": int,
    "batch_id": str,
    "asm": {"group_id": int, "groups_to_display": [int]},
    "ip_pool_name": str,
    "mail_settings": MAIL_SETTINGS,
    "tracking_settings": TRACKING_SETTINGS,
}

JSON_NAMES: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}


def mismatches(value: Any, shape: Shape = MAIL) -> list[Json]:
    """Every place where `value` is not of `shape`; empty when it fits."""
    found: list[Json] = []
    _compare(value, shape, "", found)
    return found


def _compare(value: Any, shape: Shape, where: str, found: list[Json]) -> None:
    expected = shape if isinstance(shape, type) else type(shape)
    if expected is not object and type(value) is not expected:
        found.append(_wrong_type(value, expected, where))
    elif isinstance(shape, dict):
        _compare_members(value, shape, where, found)
    elif isinstance(shape, list):
        for position, item in enumerate(value):
            _compare(item, shape[0], _below(where, position), found)


def _compare_members(value: Json, shape: dict[str, Shape], where: str, found: list[Json]) -> None:
    for key, member in value.items():
        wanted = shape.get(key) or shape.get(ANY_KEY)
        if type(member) is wanted:
            continue
        if wanted is None:
            found.append(problem(f"Additional property {key} is not allowed.", _below(where, key), documented=False))
        else:
            _compare(member, wanted, _below(where, key), found)


def _wrong_type(value: Any, expected: type, where: str) -> Json:
    given = JSON_NAMES[type(value)]
    return problem(f"Invalid type. Expected: {JSON_NAMES[expected]}, given: {given}.", where or "(root)")


def _below(where: str, key: str | int) -> str:
    return f"{where}.{key}" if where else str(key)
