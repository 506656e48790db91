"""`storywell demo`: fictional content to try everything with, put into an empty database once."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from service.bootstrap import Services
from service.cli.demo_library import seed_library
from service.cli.demo_newsletter import seed_newsletter, seed_sent_issue, seed_subscribers
from service.cli.demo_photos import seed_photos
from service.cli.demo_stories import seed_stories
from service.cli.frame import answer, json_option
from service.issues.model import Newsletter
from service.library.model import Section
from service.stories.model import Story
from service.subscribers.model import Subscriber

SAMPLE_DATA = Path(__file__).resolve().parents[2] / "demo" / "sample_data.json"


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """How many rows of each kind were added; all zero when there was something already."""

    articles: int = 0
    glossary: int = 0
    helplines: int = 0
    network: int = 0
    stories: int = 0
    subscribers: int = 0
    issues: int = 0


@click.command()
@json_option
@click.pass_obj
def demo(services: Services, as_json: bool) -> None:
    """Fill an empty database with fictional content; changes nothing when there is something in it."""
    seeded = seed_demo(services)
    added = ", ".join(f"{count} {name}" for name, count in asdict(seeded).items() if count)
    sentence = f"Added {added}." if added else "There is content already; nothing was added."
    answer(asdict(seeded), sentence, as_json=as_json)


def seed_demo(services: Services) -> Seeded:
    """Add the demo content, unless anything is there: invented people must never turn up among real ones."""
    data: dict[str, Any] = json.loads(SAMPLE_DATA.read_text(encoding="utf-8"))
    now, tokens, organisation = services.clock(), services.tokens, services.settings.organisation
    with services.database.unit() as uow:
        if not _is_empty(uow.session):
            return Seeded()
        library = seed_library(uow.session, data, now)
        stories = seed_stories(uow.session, data, tokens, organisation, now)
        seed_photos(services.storage, data, stories, now)
        newsletter = seed_newsletter(uow, data, organisation)
        readers = seed_subscribers(uow, data, newsletter, tokens, organisation, now)
        seed_sent_issue(uow, data, newsletter, stories)
    return Seeded(**library, stories=len(stories), subscribers=readers, issues=1)


def _is_empty(session: Session) -> bool:
    return not any(session.scalar(select(exists(select(kind.id)))) for kind in (Section, Story, Newsletter, Subscriber))
