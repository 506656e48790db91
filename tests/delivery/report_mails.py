"""Reports as mail servers write them."""

RETURNED = (
    "Return-Path: <bounces+{key}@news.example.org>\nFrom: news@example.org\nTo: reader0@example.test\n"
    "Subject: June\nMessage-ID: <issue-1.{key}@example.org>\n"
)


def a_dsn(
    key: str,
    *,
    to: str = "bounces@news.example.org",
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 <reader0@example.test>: no such user",
    returned: str = RETURNED,
    message_id: str = "<report-1@mx.example.test>",
) -> bytes:
    """A delivery status notification in the form of Postfix; `to` may hold {key}."""
    text = f"""\
Return-Path: <>
Date: Wed, 10 Jun 2026 09:00:00 +0000
From: MAILER-DAEMON@mx.example.test (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"
Message-Id: {message_id}

This is a MIME-encapsulated message.

--b1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.test
Arrival-Date: Wed, 10 Jun 2026 08:59:00 +0000

Final-Recipient: rfc822; reader0@example.test
Original-Recipient: rfc822;reader0@example.test
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.test
Diagnostic-Code: {said}

--b1
Content-Type: text/rfc822-headers

{returned}
--b1--
"""
    return text.replace("{key}", key).replace("\n", "\r\n").encode()


def a_complaint(key: str, *, kind: str = "abuse", mail_from: str = "<bounces+{key}@news.example.org>") -> bytes:
    """A feedback report in the form of RFC 5965, appendix B.1."""
    text = f"""\
From: <abusedesk@example.com>
Date: Wed, 10 Jun 2026 09:00:00 +0000
Subject: FW: June
To: <bounces@news.example.org>
Message-ID: <complaint-{kind}@example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b2"

--b2
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--b2
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: {mail_from}

--b2
Content-Type: message/rfc822
Content-Disposition: inline

{RETURNED}
Hello.
--b2--
"""
    return text.replace("{key}", key).replace("\n", "\r\n").encode()
