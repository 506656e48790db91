"""The rules about what is sent, when and how: subject, content, substitutions, headers, schedule (SENDGRID.md A1)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.standins.sendgrid_answers import Json, problem
from tests.standins.sendgrid_mail import Mail

MAX_SUBSTITUTION_BYTES = 10_000
MAX_SUBSTITUTIONS = 100
MAX_CUSTOM_ARGS_BYTES = 10_000
MAX_CATEGORIES = 10
MAX_CATEGORY_LENGTH = 255
MAX_GROUPS = 25
MAX_SCHEDULE_AHEAD = 72 * 3600
RESERVED_HEADERS = frozenset(
    (
        *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"),
        *("to", "from", "subject", "reply-to", "cc", "bcc"),
    )
)


def subject(mail: Mail) -> Iterator[Json]:
    """Required, unless a template or every personalization brings one (errors page); never empty (OpenAPI)."""
    for where, value in mail.everywhere("subject"):
        if not value:
            yield problem("The subject must be a string at least one character in length.", where)
    if "subject" in mail.body or "template_id" in mail.body:
        return
    if not all("subject" in personalization for _, personalization in mail.personalizations):
        yield problem(
            "The subject is required. You can get around this requirement if you use a template with a subject "
            "defined or if every personalization has a subject defined.",
            "subject",
        )


def content(mail: Mail) -> Iterator[Json]:
    """Required without a template; no empty type or value; text/plain, then text/html, then others (errors page)."""
    blocks = mail.body.get("content") or []
    if not blocks and "template_id" not in mail.body:
        yield problem(
            "Unless a valid template_id is provided, the content parameter is required. "
            "There must be at least one defined content block.",
            "content",
        )
    for position, block in enumerate(blocks):
        for key in ("type", "value"):
            if not block.get(key):
                yield problem(
                    f"The content {key} must be a string at least one character in length.", f"content.{position}.{key}"
                )
    ranks = [{"text/plain": 0, "text/html": 1}.get(block.get("type"), 2) for block in blocks]
    if ranks != sorted(ranks):
        yield problem(
            "If present, text/plain must be first, followed by text/html, followed by any other content.", "content"
        )


def substitutions(mail: Mail) -> Iterator[Json]:
    """At most 10,000 bytes and 100 items a personalization (OpenAPI; errors page), none beside a dynamic template."""
    dynamic = str(mail.body.get("template_id", "")).startswith("d-")
    for where, personalization in mail.personalizations:
        tags = personalization.get("substitutions")
        if not tags:
            continue
        field = f"{where}.substitutions"
        if size_of(tags) > MAX_SUBSTITUTION_BYTES:
            yield problem("The substitutions are limited to 10000 bytes per personalization.", field)
        if len(tags) > MAX_SUBSTITUTIONS:
            yield problem("The substitutions are limited to 100 items per personalization.", field)
        if dynamic:
            yield problem("Substitutions may not be used with dynamic templating", field)


def custom_args(mail: Mail) -> Iterator[Json]:
    """Never an empty object; message and personalization level together at most 10,000 bytes (OpenAPI; errors page)."""
    shared = mail.body.get("custom_args") or {}
    for where, args in mail.everywhere("custom_args"):
        if not args:
            yield problem("The custom_args object must not be empty.", where)
        elif size_of(shared | args) > MAX_CUSTOM_ARGS_BYTES:
            yield problem("The custom_args are limited to 10000 bytes.", where)


def headers(mail: Mail) -> Iterator[Json]:
    """No reserved header; names are ASCII without blanks (errors page; OpenAPI)."""
    for where, named in mail.everywhere("headers"):
        for name in named:
            if name.lower() in RESERVED_HEADERS:
                yield problem(f"The header {name} is reserved and cannot be set.", f"{where}.{name}")
            if not name or not name.isascii() or any(character.isspace() for character in name):
                yield problem("Header names must be ASCII and must not contain spaces.", f"{where}.{name}")


def send_at(mail: Mail) -> Iterator[Json]:
    """At most 72 hours ahead; in the past means at once (errors page)."""
    for where, moment in mail.everywhere("send_at"):
        if moment > mail.now + MAX_SCHEDULE_AHEAD:
            yield problem("The send_at time must not be more than 72 hours in the future.", where)


def batch_id(mail: Mail) -> Iterator[Json]:
    """Made beforehand with POST /v3/mail/batch (errors page)."""
    if "batch_id" in mail.body and mail.body["batch_id"] not in mail.batches:
        yield problem("The batch_id is not valid. Create it with POST /v3/mail/batch.", "batch_id")


def categories(mail: Mail) -> Iterator[Json]:
    """At most 10, each once, ASCII, at most 255 characters (errors page; OpenAPI)."""
    named = mail.body.get("categories") or []
    if len(named) > MAX_CATEGORIES:
        yield problem("The categories are limited to 10 per request.", "categories")
    if len(set(named)) < len(named):
        yield problem("Each category must be unique.", "categories")
    for position, name in enumerate(named):
        if not name.isascii():
            yield problem("Category names may contain only ASCII characters.", f"categories.{position}")
        if len(name) > MAX_CATEGORY_LENGTH:
            yield problem("Category names are limited to 255 characters.", f"categories.{position}")


def unsubscribe_groups(mail: Mail) -> Iterator[Json]:
    """`asm` needs a group_id and displays at most 25 groups (OpenAPI)."""
    if "asm" not in mail.body:
        return
    if "group_id" not in mail.body["asm"]:
        yield problem("The asm.group_id is required.", "asm.group_id")
    if len(mail.body["asm"].get("groups_to_display") or []) > MAX_GROUPS:
        yield problem("The asm.groups_to_display are limited to 25.", "asm.groups_to_display")


def ip_pool(mail: Mail) -> Iterator[Json]:
    """The name has 2 to 64 characters and the pool exists (OpenAPI)."""
    name = mail.body.get("ip_pool_name")
    if name is None:
        return
    if not 2 <= len(name) <= 64:
        yield problem("The ip_pool_name must have between 2 and 64 characters.", "ip_pool_name")
    elif name not in mail.ip_pools:
        yield problem("The ip_pool_name does not exist.", "ip_pool_name")


def size_of(strings: dict[str, str]) -> int:
    """Bytes of all names and values in UTF-8."""
    return sum(len(name.encode()) + len(value.encode()) for name, value in strings.items())
