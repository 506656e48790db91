"""The last part of a story's address, made from its title alone: never from a name or an e-mail address."""

import secrets
import unicodedata

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from service.stories.model import Story

LONGEST = 60
"""Characters."""
NOTHING_LEFT = "story"
_TAKEN = frozenset({"share"})
"""Words that are pages under /stories themselves."""


def slug_of(title: str) -> str:
    """Letters, marks and digits of any script in lower case, hyphens between the words; `story` if there are none."""
    folded = unicodedata.normalize("NFKC", title).lower().replace("'", "").replace("’", "")
    slug = ""
    for word in _letters_and_digits(folded).split():
        longer = f"{slug}-{word}" if slug else word[:LONGEST]
        if len(longer) > LONGEST:
            break
        slug = longer
    return slug or NOTHING_LEFT


def _letters_and_digits(text: str) -> str:
    """`text` with a blank for everything else; a mark stays on the letter it belongs to, and not on an emoji."""
    kept = ""
    for char in text:
        kind = unicodedata.category(char)[0]
        kept += char if kind in "LN" or (kind == "M" and kept[-1:].strip()) else " "
    return kept


def free_slug(session: Session, story: Story) -> str:
    """The slug of the title in hand, numbered if another story or page has it already."""
    base, number = slug_of(story.words.title), 1
    slug = base
    while slug in _TAKEN or session.scalar(select(exists().where(Story.slug == slug, Story.id != story.id))):
        number += 1
        slug = f"{base}-{number}"
    return slug


def placeholder_slug() -> str:
    """A random slug for a story that is not public yet, whose title may still change."""
    return f"story-{secrets.token_hex(8)}"
