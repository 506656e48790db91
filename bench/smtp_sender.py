"""One process that sends by SMTP: `python -m bench.smtp_sender ours|library|five PORT MESSAGES`.

`ours` is the product's transport with its journal, `library` is Jinja2, EmailMessage and smtplib for each reader, and
`five` writes our compiled bytes with five round trips a message (RSET, MAIL, RCPT, DATA, text). Says "ready", waits for
a line, sends, and says what it cost as one line of JSON.
"""

import json
import resource
import smtplib
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment

from service.mail.bulk import Circular, Group, Slot
from service.mail.compiled import CompiledMail, date_bytes
from service.mail.message import Address
from service.mail.smtp import LARGEST_GROUP, SmtpMailer
from service.mail.smtp_journal import Journals

SENTENCE = "Noor is eleven, and her mum kept a list of questions for clinic day. Most were about football.\n"
TEXT = "%%greeting%%\n\n" + SENTENCE * 65 + "\nUnsubscribe: %%unsubscribe%%\n"
HTML = "<p>%%greeting%%</p>\n" + f"<p>{SENTENCE}</p>\n" * 120 + '<a href="%%unsubscribe%%">Unsubscribe</a>\n'
LINK = "https://news.example.org/unsubscribe/"
CIRCULAR = Circular(
    key=1,
    name="issue-1",
    sender=Address("news@news.example.org", "Bench"),
    subject="June: asking questions",
    text=TEXT,
    html=HTML,
    lang="en",
    slots=[
        Slot(tag="%%greeting%%", column=0),
        Slot(tag="%%unsubscribe%%", column=1, before=LINK, token=True),
    ],
    headers={
        "List-Id": "Bench <bench.news.example.org>",
        "List-Unsubscribe": "<%%unsubscribe%%>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
)
"""A message of 20 kB."""


def main() -> None:
    """Send, and say what it cost."""
    how, port, messages = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    groups = [a_group(number) for number in range(messages // LARGEST_GROUP)]
    with tempfile.TemporaryDirectory() as folder:
        send = SENDERS[how](port, Path(folder))
        print("ready", flush=True)
        sys.stdin.readline()
        began, before = time.monotonic(), _cpu()
        for group in groups:
            send(group)
        seconds, cpu = time.monotonic() - began, _cpu() - before
    print(json.dumps({"messages": len(groups) * LARGEST_GROUP, "seconds": seconds, "cpu": cpu}), flush=True)


def a_group(number: int) -> Group:
    """A hundred readers."""
    people = range(LARGEST_GROUP)
    return Group(
        batch_id=number,
        worker="bench",
        deliveries=[f"{number:015}{n:07}" for n in people],
        addresses=[f"reader{n}@example.test" for n in people],
        names=[f"Reader {n}" for n in people],
        words=[[f"Hello Reader {n}," for n in people], [f"{n:022}" for n in people]],
    )


def ours(port: int, folder: Path) -> Callable[[Group], object]:
    """The product."""
    mailer = SmtpMailer(
        f"smtp://127.0.0.1:{port}?starttls=no", clock=lambda: datetime.now(UTC), journals=Journals(folder)
    )
    return mailer.prepare(CIRCULAR).hand_over


def library(port: int, _folder: Path) -> Callable[[Group], object]:
    """What a careful programmer writes in an afternoon."""
    pages = Environment(autoescape=True)
    slots = {"%%greeting%%": "{{ greeting }}", "%%unsubscribe%%": "{{ unsubscribe }}"}
    text, html = TEXT, HTML
    for tag, words in slots.items():
        text, html = text.replace(tag, words), html.replace(tag, words)
    plain_page, html_page = Environment(autoescape=False).from_string(text), pages.from_string(html)
    server = smtplib.SMTP("127.0.0.1", port)

    def send(group: Group) -> None:
        for delivery, address, name, greeting, token in group.people():
            words = {"greeting": greeting, "unsubscribe": LINK + token}
            message = EmailMessage()
            message["From"], message["To"] = "Bench <news@news.example.org>", f"{name} <{address}>"
            message["Subject"], message["Date"] = CIRCULAR.subject, format_datetime(datetime.now(UTC))
            message["Message-ID"] = f"<issue-1.{delivery}@news.example.org>"
            message["List-Id"] = CIRCULAR.headers["List-Id"]
            message["List-Unsubscribe"] = f"<{LINK}{token}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            message.set_content(plain_page.render(words))
            message.add_alternative(html_page.render(words), subtype="html")
            server.send_message(message)

    return send


def five(port: int, _folder: Path) -> Callable[[Group], object]:
    """The same bytes in five round trips."""
    mail, server = CompiledMail(CIRCULAR), smtplib.SMTP("127.0.0.1", port)
    server.ehlo()

    def send(group: Group) -> None:
        date = date_bytes(datetime.now(UTC))
        for delivery, address, name, *words in group.people():
            server.rset()
            server.mail("news@news.example.org")
            server.rcpt(address)
            server.docmd("DATA")
            server.send(mail.write(delivery, address, name, words, date=date))
            assert server.getreply()[0] == 250

    return send


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


SENDERS = {"ours": ours, "library": library, "five": five}

if __name__ == "__main__":
    main()
