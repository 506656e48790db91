"""How long it takes to compose an issue of twelve items from a full library, to render it, and to look six ahead."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from service.db import Base, Database, SilentDoorbell
from service.issues.compose import compose
from service.issues.fitting import Wants
from service.issues.model import Issue, Newsletter
from service.issues.outlook import look_ahead
from service.issues.render import Printer, render_issue
from service.links import Links
from service.mail.letterhead import Letterhead
from service.mail.message import Address
from service.mail.rendering import Templates
from service.subscribers.reading import Reading
from service.tokens import Tokens
from service.vault import Vault
from tests.cast import NOW
from tests.issues.paper import FIRST_JULY, RECIPE, a_newsletter, a_story, an_article, an_entry

STORIES = 200
ARTICLES = 30
ROUNDS = 5
SECRET = b"a-secret-that-only-the-bench-knows-0123456789"
LOOKS = [
    Reading(plain_text=plain, large_text=large, discreet=discreet)
    for plain, large in ((False, False), (False, True), (True, False))
    for discreet in (False, True)
]
KINDS = 40
"""Each look with each of seven sets of stories had before, but two."""
SLOTS = [
    {"slot": "welcome", "source": "editor_note"},
    {"slot": "lead_story", "source": "stories", "count": 4},
    {"slot": "learn", "source": "articles", "count": 3},
    {"slot": "dates", "source": "awareness_days", "count": 3},
    {"slot": "network", "source": "network"},
    {"slot": "ask", "source": "prompt_of_month"},
    {"slot": "thanks", "source": "words", "words": "Thank you to all who wrote."},
]
"""Twelve items: 1 + 4 + 3 + 1 + 1 + 1 + 1."""


def composing_figures(folder: Path) -> Iterator[tuple[str, str]]:
    """On SQLite, with 200 stories that wait and 30 articles."""
    database = Database(f"sqlite:///{folder / 'bench.sqlite3'}", SilentDoorbell())
    Vault((SECRET,)).guard(database.engine)
    Base.metadata.create_all(database.engine)
    with database.unit() as uow:
        paper = a_newsletter(uow.session, recipe=RECIPE | {"slots": SLOTS})
        _fill(uow.session)
    head = _head()
    yield "compose an issue of 12 items, ms", _median(lambda: _compose(database, paper.id), lambda: _forget(database))
    _compose(database, paper.id)
    yield "render it (the standard copy), ms", _median(lambda: _render(database, head), lambda: None)
    forty = f"fit and render it for {KINDS} kinds of readers, ms"
    yield forty, _median(lambda: _render_for_all(database, head), lambda: None)
    yield "look six issues ahead, ms", _median(lambda: _ahead(database, paper.id), lambda: None)
    database.close()


def _fill(session: Session) -> None:
    for number in range(STORIES):
        story = a_story(session, f"story-{number}", NOW - timedelta(days=number))
        story.role = ("patient", "carer", "parent")[number % 3]
        story.country = ("GB", "PL", "IE", "")[number % 4]
    for number in range(ARTICLES):
        an_article(session, f"article-{number}", position=number)
    an_entry(session, "Riverside")


def _median(work: Callable[[], None], undo: Callable[[], None]) -> str:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
        undo()
    return f"{statistics.median(times):.0f} (runs {', '.join(f'{one:.0f}' for one in times)})"


def _compose(database: Database, paper_id: int) -> None:
    with database.unit() as uow:
        issue = compose(uow, uow.session.get_one(Newsletter, paper_id), "2026-07-07", FIRST_JULY, NOW)
        assert len(issue.items) == 12, [item.kind for item in issue.items]


def _forget(database: Database) -> None:
    with database.unit() as uow:
        for issue in uow.session.query(Issue):
            uow.session.delete(issue)


def _render(database: Database, head: Letterhead) -> None:
    with database.read() as session:
        render_issue(session, session.query(Issue).one(), head, NOW)


def _render_for_all(database: Database, head: Letterhead) -> None:
    with database.read() as session:
        issue = session.query(Issue).one()
        one, two, *others = (item.story_id for item in issue.items if item.story_id)
        had = [frozenset[int](), frozenset({one}), frozenset({two}), *(frozenset({each}) for each in others)]
        had += [frozenset({one, two}), frozenset({one, *others})]
        wants = [Wants(look, stories) for look in LOOKS for stories in had][:KINDS]
        printer = Printer(session, issue, head, NOW)
        copies = {id(printer.copy(each)) for each in wants}
        assert len(copies) == KINDS, len(copies)


def _ahead(database: Database, paper_id: int) -> None:
    with database.read() as session:
        look_ahead(session, session.get_one(Newsletter, paper_id), NOW)


def _head() -> Letterhead:
    tokens = Tokens((SECRET,))
    return Letterhead(
        links=Links("http://localhost", tokens),
        tokens=tokens,
        sender=Address("news@mail.example.org", "Storywell"),
        reply_to=None,
        organisation="Storywell",
        postal_address="Storywell, 1 Example Street, Exampleton EX1 2MP",
        templates=Templates(),
    )
