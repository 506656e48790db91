"""E-mail addresses: which ones we take, and in which forms we compare, count and show them."""

from contextlib import suppress

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from idna import IDNAError
from idna import encode as idna_encode

from service.subscribers.errors import BadAddress

_GOOGLE = frozenset({"gmail.com", "googlemail.com"})
_DOTS = "•••"


def accepted(typed: str) -> str:
    """The address to keep: its first part as typed, its domain as mail servers write it. Raises BadAddress.

    Nothing is looked up in the DNS, because an answer that takes longer for some addresses tells them apart.
    """
    try:
        address: ValidatedEmail = validate_email(
            typed.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise BadAddress from error
    return f"{address.local_part}@{address.ascii_domain}"


def email_key(email: str) -> str:
    """The form in which two addresses are the same: case folded, the domain in IDNA. Any text has one."""
    local, at, domain = email.strip().rpartition("@")
    with suppress(IDNAError, UnicodeError):
        domain = idna_encode(domain, uts46=True).decode()
    return f"{local}{at}{domain}".casefold()


def limit_key(email: str) -> str:
    """The form in which two addresses are probably one mailbox: without a plus tag, and without dots at Google.

    For limits only. Nobody is refused for a tag, and nobody is merged with somebody else.
    """
    local, at, domain = email_key(email).rpartition("@")
    local = local.split("+", 1)[0] or local
    if domain in _GOOGLE:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}{at}{domain}"


def masked(email: str) -> str:
    """Enough for its owner to know it, too little for anybody else: a•••@example.org."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}{_DOTS}{at}{domain}"
