"""Asking the DNS for the texts that say who may send mail in a domain's name."""

from collections.abc import Callable, Sequence

LONGEST_SECONDS = 5.0

LookUp = Callable[[str], Sequence[str]]
"""A name -> its TXT records, joined as RFC 7208 3.3 says. Raises NoSuchName or NoAnswer."""


class NoSuchName(Exception):
    """The DNS says that there is nothing of this name."""


class NoAnswer(Exception):
    """Nobody answered, so nobody knows; the message is the name that was asked for."""


def make_lookup(servers: Sequence[str] = (), *, port: int = 53, seconds: float = LONGEST_SECONDS) -> LookUp:
    """A look-up that asks `servers` (IP addresses), or those of the machine."""
    from dns.exception import DNSException  # noqa: PLC0415 - 2 MB that a service without a sender's domain never needs
    from dns.rdatatype import TXT  # noqa: PLC0415
    from dns.resolver import NXDOMAIN, Resolver  # noqa: PLC0415
    from dns.resolver import NoAnswer as NoTexts  # noqa: PLC0415

    resolver = Resolver(configure=not servers)
    if servers:
        resolver.nameservers, resolver.port = list(servers), port
    resolver.lifetime = seconds

    def look_up(name: str) -> Sequence[str]:
        try:
            answer = resolver.resolve(name, TXT)
        except NXDOMAIN:
            raise NoSuchName(name) from None
        except NoTexts:
            return []
        except DNSException as error:
            raise NoAnswer(name) from error
        return [b"".join(record.strings).decode(errors="replace") for record in answer]

    return look_up
