"""Text of people: stored as CommonMark, rendered by markdown-it-py, cleaned by nh3 (docs/adr/0005)."""

import re
from collections.abc import Iterable, Iterator
from itertools import count, repeat

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_COMMONMARK = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
_TAGS = {"p", "br", "em", "strong", "a", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "code", "pre", "hr"}
_BLANK = re.compile(r"\s+")


def to_html(text: str) -> Markup:
    """CommonMark to clean HTML: no images, no raw HTML, links to http, https and mailto only, headings from h2 down."""
    html = _COMMONMARK.render(text)
    html = re.sub(r"<(/?)h1>", r"<\1h2>", html)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704 - nh3 has just cleaned it


def to_text(text: str) -> str:
    """CommonMark as a plain mail shows it: no marks, lists with dashes or numbers, links as `words (address)`."""
    lines: list[str] = []
    marks: list[Iterator[str]] = []
    mark = ""
    for token in _COMMONMARK.parse(text):
        match token.type:
            case "bullet_list_open":
                marks.append(repeat("- "))
            case "ordered_list_open":
                first = int(token.attrGet("start") or 1)
                marks.append(f"{number}. " for number in count(first))
            case "bullet_list_close" | "ordered_list_close":
                marks.pop()
            case "list_item_open":
                mark = "  " * (len(marks) - 1) + next(marks[-1])
            case "inline":
                words = _inline_text(token.children or [])
                tight = bool(lines) and bool(mark) and _is_list_line(lines[-1])
                lines.append(("" if tight else "\n") + mark + words.replace("\n", "\n" + " " * len(mark)))
                mark = ""
            case "code_block" | "fence":
                lines.append("\n" + token.content.rstrip())
    return "\n".join(lines).strip("\n")


def _is_list_line(line: str) -> bool:
    return re.match(r"\n?\s*(-|\d+\.) ", line) is not None


def _inline_text(tokens: Iterable[Token]) -> str:
    parts: list[str] = []
    href = ""
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                parts.append(token.content)
            case "softbreak" | "hardbreak":
                parts.append("\n")
            case "link_open":
                href = str(token.attrGet("href") or "")
            case "link_close":
                parts.append(f" ({href})")
    return "".join(parts).strip()


def first_words(text: str, count: int) -> str:
    """The first `count` words of the plain text, with an ellipsis when there was more."""
    words = _BLANK.split(to_text(text).strip())
    return " ".join(words) if len(words) <= count else " ".join(words[:count]).rstrip(".,;:") + " …"
