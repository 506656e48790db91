"""Sections and articles for the tests."""

from datetime import date

from sqlalchemy.orm import Session, object_session

from service.library.model import Article, NetworkEntry, Reference, Section
from tests.cast import NOW

REVIEWED = date(2026, 3, 10)
NEXT_REVIEW = date(2028, 3, 10)


def a_section(session: Session, slug: str = "understanding-all", title: str = "Understanding ALL") -> Section:
    """A section without articles."""
    section = Section(slug=slug, title=title, intro="Where to begin.")
    session.add(section)
    return section


def an_article(
    section: Section, slug: str = "diagnosis", title: str = "How ALL is diagnosed", *, published: bool = True
) -> Article:
    """A checked article with one source, in the session of its section."""
    article = Article(
        section=section,
        slug=slug,
        title=title,
        summary="The tests you may have, and why.",
        body="## Blood tests\n\nA blood count shows how many of each cell you have.[1]",
        simple_version="Doctors look at your blood.",
        position=len(section.articles),
        reviewed_by="Dr Ines Okafor (fictional)",
        reviewer_role="Consultant haematologist",
        last_reviewed=REVIEWED,
        next_review=NEXT_REVIEW,
        what_changed="First edition.",
        disclaimer="This is not medical advice.",
        published_at=NOW if published else None,
        updated_at=NOW,
    )
    article.references = [Reference(number=1, label="NHS. Blood tests.", url="https://www.nhs.uk/tests/")]
    session = object_session(section)
    assert session is not None
    session.add(article)
    return article


def a_group(name: str, *, last_checked: date | None = REVIEWED, active: bool = True) -> NetworkEntry:
    """An organisation in the United Kingdom that speaks English and Welsh and runs a helpline."""
    return NetworkEntry(
        name=name, country="GB", languages=["en", "cy"], services=["helpline"], last_checked=last_checked, active=active
    )
