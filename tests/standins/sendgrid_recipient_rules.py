"""The rules about who writes to whom: counts, addresses, names (SENDGRID.md A1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.standins.sendgrid_answers import Json, problem
from tests.standins.sendgrid_mail import Mail

MAX_PERSONALIZATIONS = 1000
MAX_RECIPIENTS = 1000
MAX_REPLY_TO = 1000
ADDRESS = re.compile(
    r"(?=.{3,254}$)(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


def personalization_count(mail: Mail) -> Iterator[Json]:
    """1 to 1000 (errors page; OpenAPI maxItems)."""
    count = len(mail.body.get("personalizations") or [])
    if not count:
        yield problem(
            "The personalizations field is required and must have at least one personalization.", "personalizations"
        )
    if count > MAX_PERSONALIZATIONS:
        yield problem(
            f"The personalization block is limited to 1000 personalizations per API request. You have provided {count} "
            "personalizations. Please consider splitting this into multiple requests and resending your request.",
            "personalizations",
        )


def recipient_count(mail: Mail) -> Iterator[Json]:
    """To, cc and bcc of all personalizations together: at most 1000 (errors page; limitations)."""
    if len(mail.recipients) > MAX_RECIPIENTS:
        yield problem("There is a limit of 1000 total recipients (to + cc + bcc) per request.", "personalizations")


def to_present(mail: Mail) -> Iterator[Json]:
    """Every personalization has a `to` (errors page; wording from nodejs #1362)."""
    for where, personalization in mail.personalizations:
        if not personalization.get("to"):
            yield problem(
                "The to array is required for all personalization objects, "
                "and must have at least one email object with a valid email address.",
                f"{where}.to",
            )


def recipient_addresses(mail: Mail) -> Iterator[Json]:
    """One malformed recipient refuses the whole request (nodejs #974)."""
    for where, kind, entry in mail.recipients:
        yield from address_problems(entry, where, kind)


def sender_addresses(mail: Mail) -> Iterator[Json]:
    """`from`, `reply_to` and `reply_to_list` hold valid addresses; `from` has no Unicode address (limitations)."""
    for kind in ("from", "reply_to"):
        for where, entry in mail.everywhere(kind):
            yield from address_problems(entry, where, kind)
    for position, entry in enumerate(mail.body.get("reply_to_list") or []):
        yield from address_problems(entry, f"reply_to_list.{position}", "reply_to_list")


def unique_recipients(mail: Mail) -> Iterator[Json]:
    """No address twice anywhere in the request, ignoring case (errors page 2026-07; ruby #461)."""
    first_seen: dict[str, str] = {}
    for where, _, entry in mail.recipients:
        address = entry.get("email", "").casefold()
        first = first_seen.setdefault(address, where)
        if first is not where:
            yield repeated_address(address, first, where)


def repeated_address(address: str, first: str, where: str) -> Json:
    """The two messages in use: within one personalization (support article 34677918767131), and across them."""
    personalization, kind, _ = where.rsplit(".", 2)
    if first.rsplit(".", 2)[0] == personalization:
        return problem(
            "Each email address in the personalization block should be unique between to, cc, and bcc. "
            f"We found the first duplicate instance of [{address}] in the {personalization}.{kind} field.",
            personalization,
        )
    return problem(
        "Each unique email address in the personalizations array should only be included once. "
        f"You have included [{address}] more than once.",
        "personalizations",
    )


def recipient_names(mail: Mail) -> Iterator[Json]:
    """No `;` or `,` in a recipient's name (limitations)."""
    for where, _, entry in mail.recipients:
        name = entry.get("name")
        if name and (";" in name or "," in name):
            yield problem("The name must not contain a semicolon or a comma.", f"{where}.name")


def from_present(mail: Mail) -> Iterator[Json]:
    """`from` is required (OpenAPI)."""
    if "from" not in mail.body:
        yield problem("The from object must be provided for every email send.", "from")


def reply_to_list(mail: Mail) -> Iterator[Json]:
    """At most 1000, each once, and never beside `reply_to` (OpenAPI)."""
    listed = mail.body.get("reply_to_list")
    if listed is None:
        return
    if "reply_to" in mail.body:
        yield problem("You can use either reply_to or reply_to_list, but not both.", "reply_to_list")
    if len(listed) > MAX_REPLY_TO:
        yield problem("The reply_to_list is limited to 1000 addresses.", "reply_to_list")
    if len({entry.get("email", "").casefold() for entry in listed}) < len(listed):
        yield problem("Each email address in the reply_to_list must be unique.", "reply_to_list")


def address_problems(entry: Json, where: str, kind: str) -> Iterator[Json]:
    """What is wrong with one `{"email", "name"}` object."""
    if not entry.get("email"):
        yield problem(f"The {kind} email parameter is required.", f"{where}.email")
    elif not ADDRESS.fullmatch(entry["email"]):
        yield problem("Does not contain a valid address.", f"{where}.email")
