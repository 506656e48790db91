"""Demo content: the section with its articles, words, helplines and the network."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from service.library.model import Article, GlossaryTerm, Helpline, NetworkEntry, Reference, Section

TITLES = {"understanding-all": "Understanding ALL"}
INTRO = (
    "ALL is short for acute lymphoblastic leukaemia. These pages say what it is, how it is found and treated, "
    "and what may come after. Read them in order, or only the one you need."
)
LAST_CHECK = timedelta(days=30)


def seed_library(session: Session, data: dict[str, Any], now: datetime) -> dict[str, int]:
    """Add everything the library holds; gives how many of each."""
    rows: dict[str, list[Any]] = {
        "articles": _articles(data["articles"]),
        "glossary": [_term(entry) for entry in data["glossary"]],
        "helplines": [_helpline(entry) for entry in data["helplines"]],
        "network": [_network_entry(entry, now.date()) for entry in data["network"]],
    }
    for added in rows.values():
        session.add_all(added)
    return {name: len(added) for name, added in rows.items()}


def midday(day: str) -> datetime:
    """Noon in UTC of a date as the sample data writes it."""
    return datetime.combine(date.fromisoformat(day), time(12), UTC)


def _articles(entries: list[dict[str, Any]]) -> list[Article]:
    sections: dict[str, Section] = {}
    for entry in entries:
        slug = entry["section"]
        sections.setdefault(slug, Section(slug=slug, title=TITLES.get(slug, slug), intro=INTRO, position=len(sections)))
    return [_article(entry, sections[entry["section"]]) for entry in entries]


def _article(entry: dict[str, Any], section: Section) -> Article:
    article = Article(
        section=section,
        slug=entry["slug"],
        title=entry["title"],
        summary=entry["summary"],
        body="\n\n".join(f"## {part['heading']}\n\n{part['body']}" for part in entry["sections"]),
        simple_version=entry["simple_version"],
        position=entry["order"],
        lang=entry["lang"],
        content_notes=entry["content_notes"],
        disclaimer=entry["disclaimer"],
        reviewed_by=entry["reviewed_by"]["name"],
        reviewer_role=entry["reviewed_by"]["role"],
        lay_reviewers=entry["lay_reviewers"],
        last_reviewed=date.fromisoformat(entry["last_reviewed"]),
        next_review=date.fromisoformat(entry["next_review"]),
        what_changed=entry["what_changed"],
        published_at=midday(entry["last_reviewed"]),
        updated_at=midday(entry["last_reviewed"]),
    )
    article.references = [
        Reference(
            number=number, label=source["label"], url=source["url"], accessed=date.fromisoformat(source["accessed"])
        )
        for number, source in enumerate(entry["references"], start=1)
    ]
    return article


def _term(entry: dict[str, Any]) -> GlossaryTerm:
    return GlossaryTerm(
        term=entry["term"], say=entry.get("say", ""), meaning=entry["meaning"], translate=entry["translate"]
    )


def _helpline(entry: dict[str, Any]) -> Helpline:
    return Helpline(
        country=entry["country"],
        name=entry["name"],
        phone=entry["phone"] or "",
        url=entry.get("url", ""),
        note=entry["note"],
    )


def _network_entry(entry: dict[str, Any], today: date) -> NetworkEntry:
    return NetworkEntry(
        name=entry["name"],
        country=entry["country"],
        region=entry["region"],
        languages=entry["languages"],
        services=entry["services"],
        audience=entry["audience"],
        url=entry["url"],
        phone=entry["phone"] or "",
        hours=entry["hours"] or "",
        last_checked=_last_checked(entry, today),
        check_every_days=entry["check_every_days"],
        funding_disclosed=entry["funding_disclosed"],
    )


def _last_checked(entry: dict[str, Any], today: date) -> date | None:
    """As given, but never long ago: entries go stale, and a demo started a year later would show an empty directory."""
    if entry["status"] == "needs_check":
        return None
    return max(date.fromisoformat(entry["last_checked"]), today - LAST_CHECK)
