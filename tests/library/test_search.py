"""Search words, LIKE patterns, rank and passages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from service.db import Database
from service.library.model import Article
from service.library.search import highlighted, holding, like_pattern, passage, rank, search_words
from tests.library.shelf import a_section, an_article


def test_words_are_small_and_each_counts_once() -> None:
    """Punctuation is no part of a word."""
    assert search_words("Bone MARROW, bone?") == ["bone", "marrow"]


@given(st.text(max_size=400))
def test_questions_stay_small(asked: str) -> None:
    """Nobody can make the database look for a novel."""
    words = search_words(asked)

    assert len(words) <= 8
    assert all(0 < len(word) <= 40 for word in words)


def test_wildcards_mean_themselves() -> None:
    """A reader who looks for 100 % wants the sign."""
    assert like_pattern(r"100%_\x") == r"%100\%\_\\x%"


@pytest.mark.parametrize(
    ("asked", "found"), [("100%", True), ("1__%", False), ("100 nothing", False), ("SURE 100", True)]
)
def test_rows_hold_every_word(database: Database, asked: str, found: bool) -> None:
    """Each word in one of the columns, whatever its capitals."""
    with database.unit() as uow:
        an_article(a_section(uow.session)).body = "We are 100% sure"

    with database.read() as session:
        rows = session.scalars(holding(select(Article), search_words(asked), Article.title, Article.body)).all()
        assert bool(rows) is found


def test_a_word_in_the_title_weighs_most() -> None:
    """Then the summary, then the body; a part of a word less than a whole one."""

    def weight(title: str = "", summary: str = "", body: str = "") -> int:
        return rank(["bone"], title=title, summary=summary, body=body)

    assert weight("Bone") > weight("Bones") > weight(summary="Bone") > weight(body="bone") > weight(body="skin") == 0


def test_hits_are_marked_and_the_rest_is_escaped() -> None:
    """What somebody asked for is shown, never run."""
    assert highlighted("<b>Bone</b> & x", ["bone", "x"]) == (
        "&lt;b&gt;<mark>Bone</mark>&lt;/b&gt; &amp; <mark>x</mark>"
    )


@given(st.text(max_size=200), st.text(min_size=1, max_size=5))
def test_marking_never_makes_other_tags(text: str, word: str) -> None:
    """Whatever was typed."""
    assert "<" not in highlighted(text, [word]).replace("<mark>", "").replace("</mark>", "")


def test_a_passage_is_cut_about_the_first_hit() -> None:
    """At blanks, with dots where something is left out."""
    text = "alpha " * 60 + "needle " + "omega " * 60
    cut = passage(text, ["needle"], around=20)

    assert cut.startswith("… alpha")
    assert "needle" in cut
    assert cut.endswith("omega …")


def test_a_short_text_is_its_own_passage() -> None:
    """Nothing to cut."""
    assert passage("Only this.", ["other"]) == "Only this."
