"""Whether mailboxes will believe a sender, asked of a real DNS server on this machine."""

import socket
import threading
from collections.abc import Iterator, Mapping

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from sqlalchemy import select

from service.db import Database
from service.issues.preflight.model import SenderCheck
from service.issues.preflight.sender import check_senders, judge
from service.mail.dns import LookUp, make_lookup
from tests.conftest import Clock
from tests.issues.paper import a_newsletter

GOOD = {
    "clinic.org.uk": ["v=spf1 include:sendgrid.net -all", "some other text"],
    "s2._domainkey.clinic.org.uk": ["k=rsa; t=s; p=MIGfMA0GCSq"],
    "_dmarc.clinic.org.uk": ["v=DMARC1; p=none"],
}
SILENT = "silent"


class NameServer:
    """Answers for TXT over UDP: what is in `texts`; NXDOMAIN for other names, nothing at all for SILENT ones."""

    def __init__(self, texts: Mapping[str, list[str] | str]) -> None:
        self.texts = texts
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                data, sender = self._socket.recvfrom(4096)
            except OSError:
                return
            if answer := self._answer(dns.message.from_wire(data)):
                self._socket.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        found = self.texts.get(question.name.to_text(omit_final_dot=True))
        if found == SILENT:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if found is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif found:
            quoted = [" ".join(f'"{text[start : start + 20]}"' for start in range(0, len(text), 20)) for text in found]
            answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", "TXT", quoted))
        return answer

    def close(self) -> None:
        """Stop answering."""
        self._socket.close()


@pytest.fixture
def texts() -> dict[str, list[str] | str]:
    """What the DNS knows; tests change it."""
    return dict(GOOD)


@pytest.fixture
def lookup(texts: dict[str, list[str] | str]) -> Iterator[LookUp]:
    """A look-up that asks the server of this test."""
    server = NameServer(texts)
    yield make_lookup(["127.0.0.1"], port=server.port, seconds=0.3)
    server.close()


def test_a_domain_with_everything_is_believed(lookup: LookUp) -> None:
    """SPF, a DKIM key under one of the selectors, DMARC; long texts come in pieces."""
    assert judge("clinic.org.uk", lookup, ["s1", "s2"]) == ([], [])


def test_a_subdomain_has_the_policy_of_its_parent(lookup: LookUp, texts: dict[str, list[str] | str]) -> None:
    """RFC 7489 6.6.3."""
    texts |= {"news.clinic.org.uk": ["v=spf1 -all"], "s1._domainkey.news.clinic.org.uk": ["p=abc"]}

    assert judge("news.clinic.org.uk", lookup, ["s1"]) == ([], [])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"clinic.org.uk": ["nothing of use"]}, "has no SPF record"),
        ({"clinic.org.uk": ["v=spf1 -all", "v=spf1 ~all"]}, "has 2 SPF records"),
        ({"clinic.org.uk": ["v=spf1 +all"]}, "lets everybody send"),
        ({"clinic.org.uk": ["v=spf10 -all"]}, "has no SPF record"),
        ({"s2._domainkey.clinic.org.uk": []}, "has no DKIM key under s1 or s2"),
        ({"s2._domainkey.clinic.org.uk": ["k=rsa; p="]}, "has no DKIM key"),
        ({"_dmarc.clinic.org.uk": []}, "has no DMARC record"),
        ({"_dmarc.clinic.org.uk": ["v=DMARC1; p=perhaps"]}, "cannot be read"),
        ({"_dmarc.clinic.org.uk": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "cannot be read"),
    ],
)
def test_what_is_missing_is_named(
    lookup: LookUp, texts: dict[str, list[str] | str], change: dict[str, list[str] | str], sentence: str
) -> None:
    """One sentence for each."""
    texts |= change

    missing, unsure = judge("clinic.org.uk", lookup, ["s1", "s2"])

    assert (len(missing), unsure) == (1, [])
    assert sentence in missing[0]


def test_what_nobody_answered_is_not_missing(lookup: LookUp, texts: dict[str, list[str] | str]) -> None:
    """A slow name server must not stop an issue."""
    texts["_dmarc.clinic.org.uk"] = SILENT

    missing, unsure = judge("clinic.org.uk", lookup, ["s2"])

    assert (missing, len(unsure)) == ([], 1)


@pytest.mark.parametrize("domain", ["nowhere.org.uk", "mail.example.org", "clinic.test"])
def test_a_domain_that_the_dns_does_not_know_is_mentioned(lookup: LookUp, domain: str) -> None:
    """Without the internet every name looks like this, so it stops nothing."""
    missing, unsure = judge(domain, lookup, ["s1"])

    assert (missing, len(unsure)) == ([], 1)


def test_every_sender_is_looked_up_twice_a_day(
    database: Database, lookup: LookUp, texts: dict[str, list[str] | str], clock: Clock
) -> None:
    """The house's own domain and those of newsletters; what was missing is forgotten once it is there."""
    with database.unit() as uow:
        a_newsletter(uow.session, sender="News <news@CLINIC.org.uk>")
    texts["_dmarc.clinic.org.uk"] = []

    check_senders(database, "house@mail.example.org", lookup, ["s2"], clock=clock)
    texts |= GOOD
    check_senders(database, "house@mail.example.org", lookup, ["s2"], clock=clock)
    assert [len(missing) for missing in checks(database).values()] == [1, 0]
    clock.move(hours=13)
    check_senders(database, "house@mail.example.org", lookup, ["s2"], clock=clock)

    assert checks(database) == {"clinic.org.uk": [], "mail.example.org": []}


def checks(database: Database) -> dict[str, list[str]]:
    """What is missing, by domain."""
    with database.read() as session:
        found = session.scalars(select(SenderCheck).order_by(SenderCheck.domain))
        return {check.domain: check.missing for check in found}
