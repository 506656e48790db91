"""Names that people give themselves. They end up in mails, so what is not a name is not kept."""

import re

from service.mail.mime import one_line

LONGEST_NAME = 80
"""Characters."""

_ADVERTISEMENT = re.compile(r"://|www\.|@|\.(com|net|org|info|ru|xyz)\b", re.IGNORECASE)
"""A form that mails a stranger's words to any address is used to advertise; no name needs a web address in it."""


def tidy_name(typed: str) -> str:
    """A name on one line without control characters, at most LONGEST_NAME long; empty when it holds a web address."""
    name = one_line(typed[:2000])
    return "" if _ADVERTISEMENT.search(name) else name[:LONGEST_NAME].strip()
