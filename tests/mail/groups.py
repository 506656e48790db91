"""A text and groups of people for it, and a mailer over real servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from ssl import SSLContext

from service.mail.bulk import Circular, Group, GroupReceipt, Slot
from service.mail.message import Address
from service.mail.smtp import SmtpMailer
from service.mail.smtp_journal import Journals

CIRCULAR = Circular(
    key=1,
    name="issue-1",
    sender=Address("news@mail.example.org", "Know ALL"),
    subject="June",
    text="%%greeting%%\n\nThe list.\n.dots\n",
    html="<p>%%greeting%%</p>",
    lang="en",
    slots=[Slot(tag="%%greeting%%", column=0)],
)


def a_group(size: int, *, batch_id: int = 1, worker: str = "w") -> Group:
    """Readers 0 … size - 1."""
    return Group(
        batch_id=batch_id,
        worker=worker,
        deliveries=[f"d{n}" for n in range(size)],
        addresses=[f"reader{n}@example.test" for n in range(size)],
        names=["" for _ in range(size)],
        words=[[f"Dear reader {n}" for n in range(size)]],
    )


@contextmanager
def a_mailer(
    url: str, *, journals: Path | None = None, reply_seconds: float = 60.0, context: SSLContext | None = None
) -> Iterator[SmtpMailer]:
    """A mailer by the machine's clock."""
    mailer = SmtpMailer(
        url,
        clock=lambda: datetime.now(UTC),
        journals=Journals(journals) if journals else None,
        reply_seconds=reply_seconds,
        context=context,
    )
    try:
        yield mailer
    finally:
        mailer.close()


def hand_over(url: str, group: Group, circular: Circular = CIRCULAR, *, reply_seconds: float = 60.0) -> GroupReceipt:
    """One group by a mailer of its own."""
    with a_mailer(url, reply_seconds=reply_seconds) as mailer:
        return mailer.prepare(circular).hand_over(group)
