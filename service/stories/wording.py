"""The rules for a story's words, the same for storytellers and editors, and how typed text is tidied to be kept."""

import re
import unicodedata

from service.markdown import first_words

LONGEST_LINE = 120
"""Characters of a title or a name."""
LONGEST_STORY = 50_000
"""Characters."""
TEASER_WORDS = 60
"""The most words of a story that lists and mails may show (DOMAIN 3, D1)."""

_AIRY = re.compile(r"\n{3,}")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows them, beyond the name they stand in (UAX 9). Joiners and the marks
that Arabic and Hebrew are typed with are not among them."""
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Categories of characters that leave nothing on a page."""


def tidy_line(value: str) -> str:
    """One line without control characters, turns of direction and outer blanks; empty if nothing in it can be seen."""
    kept = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in value)
    return _seen(" ".join(kept.translate(dict.fromkeys(map(ord, _TURNS))).split()))


def tidy_text(value: str) -> str:
    """Paragraphs: line ends as `\\n`, no control characters, no indents (which CommonMark would take for code).

    Empty if nothing in it can be seen.
    """
    unified = value.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    kept = "".join(char for char in unified if char == "\n" or unicodedata.category(char) != "Cc" or char == "\t")
    return _seen(_AIRY.sub("\n\n", "\n".join(line.strip() for line in kept.split("\n"))).strip())


def count_words(text: str) -> int:
    """How many words, separated by blanks; an ellipsis or a dash by itself is none."""
    return sum(any(map(str.isalnum, each)) for each in text.split())


def first_lines(body: str) -> str:
    """The teaser of a story whose teller and editors have written none."""
    return first_words(body, TEASER_WORDS)


def too_long(what: str, value: str, most: int) -> str:
    """One sentence for a value of more than `most` characters, or nothing."""
    if len(value) <= most:
        return ""
    return f"{what} has {len(value):,} characters. We can take up to {most:,}. Please shorten it."


def problems_with_words(title: str, teaser: str, body: str) -> dict[str, str]:
    """What stands in the way of keeping an edited wording: field -> one sentence. Empty when all is well."""
    teaser_words = count_words(teaser)
    found = {
        "title": too_long("The title", title, LONGEST_LINE) if title else "Give the story a title.",
        "teaser": f"The teaser has {teaser_words} words. Use at most {TEASER_WORDS}."
        if teaser_words > TEASER_WORDS
        else "",
        "body": too_long("The story", body, LONGEST_STORY) if body else "The story has no words.",
    }
    return {field: sentence for field, sentence in found.items() if sentence}


def _seen(value: str) -> str:
    return value if any(unicodedata.category(char) not in _UNSEEN for char in value) else ""
