"""A story's address is made from its title, in any script, and is nobody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.db import Database
from service.stories.slugs import LONGEST, free_slug, placeholder_slug, slug_of
from tests.stories.tales import a_published_story, a_revision


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The bench outside ward six", "the-bench-outside-ward-six"),
        ("Grace & Noor’s list!", "grace-noors-list"),
        ("Éloïse à l'hôpital", "éloïse-à-lhôpital"),
        ("رحلتي مع المرض", "رحلتي-مع-المرض"),
        ("मेरी कहानी", "मेरी-कहानी"),
        ("🎗️ 💛", "story"),
        ("", "story"),
        ("../../etc/passwd?x=<script>", "etc-passwd-x-script"),
        ("word " * 40, "-".join(["word"] * 12)),
    ],
)
def test_slugs_of_titles(title: str, slug: str) -> None:
    """Letters of every script stay; the rest becomes a hyphen; long titles end at a word."""
    assert slug_of(title) == slug


@given(st.text())
def test_a_slug_is_short_and_plain(title: str) -> None:
    """No slash, blank, dot or question mark, and never empty or too long."""
    slug = slug_of(title)

    assert 0 < len(slug) <= LONGEST
    assert not set(slug) & set("/?#%. \t\n\\<>\"'")


def test_a_taken_slug_gets_a_number(database: Database) -> None:
    """The second story of a title is -2; `share` is a page of ours; a story's own slug is free for it."""
    with database.unit() as uow:
        first = a_published_story(uow.session, "the-bench", words=a_revision(title="The bench"))
        second = a_published_story(uow.session, "story-1", words=a_revision(title="The bench"))
        third = a_published_story(uow.session, "story-2", words=a_revision(title="Share"))

        slugs = [free_slug(uow.session, story) for story in (first, second, third)]
        assert slugs == ["the-bench", "the-bench-2", "share-2"]


def test_a_placeholder_says_nothing() -> None:
    """Before the first publication the address is random: the first title may have said too much."""
    assert placeholder_slug() != placeholder_slug()
