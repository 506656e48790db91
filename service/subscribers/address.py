"""E-mail addresses: which ones we take, and in which forms we compare, count and show them."""

from contextlib import suppress
from typing import NamedTuple

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES, DOT_ATOM_TEXT, EMAIL_MAX_LENGTH
from idna import IDNAError
from idna import encode as idna_encode

from service.subscribers.errors import BadAddress

_GOOGLE = frozenset({"gmail.com", "googlemail.com"})
_DOTS = "•••"


def accepted(typed: str) -> str:
    """The address to keep: its first part as typed, its domain as mail servers write it. Raises BadAddress.

    Nothing is looked up in the DNS, because an answer that takes longer for some addresses tells them apart.
    """
    address = _validated(typed.strip())
    return f"{address.local_part}@{address.ascii_domain}"


def _validated(address: str) -> ValidatedEmail:
    try:
        return validate_email(address, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as error:
        raise BadAddress from error


def email_key(email: str) -> str:
    """The form in which two addresses are the same: case folded, the domain in IDNA. Any text has one."""
    local, at, domain = email.strip().rpartition("@")
    with suppress(IDNAError, UnicodeError):
        domain = idna_encode(domain, uts46=True).decode()
    return f"{local}{at}{domain}".casefold()


class _Domain(NamedTuple):
    """What can be said of every address at one domain: the domain to keep, to compare, and its longest form."""

    kept: str
    key: str
    longest: int


class Verdicts:
    """`accepted` and `email_key` for a million addresses: the same verdicts, worked out once for each domain.

    An ASCII address is split at its first @ when a dot-atom (RFC 5322, 3.2.3) stands before it, because nothing in a
    dot-atom quotes or ends early; such a first part is kept as it stands, but for the names of RFC 2142. The rest is
    the domain's affair, and of the first part only the length matters (254 octets in every form, RFC 3696 erratum
    1690). Any other address goes through the library. Not for a form: there, a remembered domain answers sooner, and
    so tells who was here before.
    """

    _MOST_DOMAINS = 20_000
    _SPECIAL = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)

    def __init__(self) -> None:
        self._domains: dict[str, _Domain | None] = {}

    def of(self, typed: str) -> tuple[str, str]:
        """The address to keep and its key. Raises BadAddress."""
        typed = typed.strip()
        local, _, name = typed.partition("@")
        if not typed.isascii() or not DOT_ATOM_TEXT.match(local):
            email = accepted(typed)
            return email, email_key(email)
        try:
            domain = self._domains[name]
        except KeyError:
            domain = self._domain(name)
        if domain is None or len(local) + domain.longest >= EMAIL_MAX_LENGTH:
            raise BadAddress
        lower = local.lower()
        return f"{lower if lower in self._SPECIAL else local}@{domain.kept}", f"{lower}@{domain.key}"

    def _domain(self, name: str) -> _Domain | None:
        """Ask the library about the shortest address at this domain, and remember the answer."""
        if len(self._domains) >= self._MOST_DOMAINS:
            self._domains.clear()
        found = None
        with suppress(BadAddress):
            address = _validated(f"x@{name}")
            kept = address.ascii_domain
            longest = max(len(name), len(kept), len(address.domain.encode()))
            found = _Domain(kept, email_key(f"x@{kept}").removeprefix("x@"), longest)
        self._domains[name] = found
        return found


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
