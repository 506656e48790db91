"""The form of an article: what was typed, what is wrong with it, and the words it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import MultiDict

from service.library.actions import ArticleWords, Source
from service.library.model import Article
from service.library.references import renumber
from service.web.forms import one_line

SPARE_ROWS = 2
"""Empty rows for further references under those there are."""

LONGEST_LINE = 500

_LINES = ("title", "slug", "summary", "lang", "reviewed_by", "reviewer_role")
_TEXTS = ("body", "simple_version", "disclaimer", "what_changed")
_DAYS = ("last_reviewed", "next_review")


@dataclass
class Row:
    """A line of the list of references, as typed."""

    number: int
    label: str = ""
    url: str = ""
    published: str = ""
    accessed: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing was typed into it."""
        return not (self.label or self.url)


@dataclass
class ArticleForm:
    """What stands in the fields. `errors` maps a field's name to a sentence."""

    typed: dict[str, str]
    rows: list[Row]
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> "ArticleForm":
        """The form of an article that is still to be written."""
        return cls({"lang": "en-GB", "lay_reviewers": "0"}, _spare([]))

    @classmethod
    def of(cls, article: Article) -> "ArticleForm":
        """The form of an article as it is."""
        typed = {name: getattr(article, name) for name in (*_LINES, *_TEXTS)}
        typed |= {name: _iso(getattr(article, name)) for name in _DAYS}
        typed |= {"lay_reviewers": str(article.lay_reviewers), "content_notes": ", ".join(article.content_notes)}
        rows = [
            Row(source.number, source.label, source.url, _iso(source.published), _iso(source.accessed))
            for source in article.references
        ]
        return cls(typed, _spare(rows), article.version)

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> "ArticleForm":
        """The form as it was sent."""
        typed = {
            name: one_line(form.get(name, ""), most=LONGEST_LINE)
            for name in (*_LINES, *_DAYS, "content_notes", "lay_reviewers")
        }
        typed |= {name: form.get(name, "").replace("\r\n", "\n").strip() for name in _TEXTS}
        return cls(typed, _spare(_typed_rows(form)), form.get("version", 0, type=int))

    def words(self) -> ArticleWords | None:
        """The article this makes; None, with `errors` set, when a field cannot be read.

        Raises ReferenceNotCited or ReferenceNotListed when a reference was emptied out of the middle of the list and
        the text does not fit the rest: only a text that fits can be numbered anew.
        """
        if not self.typed["title"]:
            self.errors["title"] = "Write a title."
        days = {name: self._day(name, self.typed[name]) for name in _DAYS}
        sources = {row.number: self._source(row) for row in self.rows if not row.is_empty}
        if self.errors:
            return None
        body, in_order = _close_gaps(self.typed["body"], sources)
        plain = {name: self.typed[name] for name in (*_LINES, *_TEXTS) if name != "body"}
        return ArticleWords(
            **plain,
            body=body,
            content_notes=tuple(note.strip() for note in self.typed["content_notes"].split(",") if note.strip()),
            lay_reviewers=int(self.typed["lay_reviewers"]) if self.typed["lay_reviewers"].isdecimal() else 0,
            last_reviewed=days["last_reviewed"],
            next_review=days["next_review"],
            sources=in_order,
        )

    def _source(self, row: Row) -> Source:
        if not row.label:
            self.errors[f"ref-{row.number}"] = f"Say what reference {row.number} is."
        name = f"ref-{row.number}"
        return Source(
            label=row.label,
            url=row.url,
            published=self._day(name, row.published),
            accessed=self._day(name, row.accessed),
        )

    def _day(self, name: str, value: str) -> date | None:
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.errors[name] = "Write a date as year, month, day, such as 2026-06-30."
            return None


def _close_gaps(body: str, sources: Mapping[int, Source]) -> tuple[str, tuple[Source, ...]]:
    """The sources in a row; when one was taken out before the last, the markers in the text move with the rest."""
    if list(sources) == list(range(1, len(sources) + 1)):
        return body, tuple(sources.values())
    renumbered = renumber(body, sources)
    in_order = sorted(sources, key=lambda number: renumbered.new_numbers[number])
    return renumbered.text, tuple(sources[number] for number in in_order)


def _typed_rows(form: MultiDict[str, str]) -> list[Row]:
    columns = (form.getlist(f"ref_{name}") for name in ("label", "url", "published", "accessed"))
    rows = [
        Row(number, *(one_line(cell, most=LONGEST_LINE) for cell in cells))
        for number, cells in enumerate(zip(*columns, strict=False), start=1)
    ]
    while rows and rows[-1].is_empty:
        rows.pop()
    return rows


def _spare(rows: list[Row]) -> list[Row]:
    return [*rows, *(Row(len(rows) + more) for more in range(1, SPARE_ROWS + 1))]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
