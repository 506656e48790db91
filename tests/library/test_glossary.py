"""Words that are explained, or kept from translation machines."""

from markupsafe import Markup

from service.library.glossary import Term, mark_terms

ALL = Term("ALL", "acute lymphoblastic leukaemia", translate=False)
CAR_T = Term("CAR T", "a treatment with trained cells", translate=False)
MARROW = Term("marrow", "the soft centre of bones", translate=True)


def test_a_machine_must_leave_the_word_alone() -> None:
    """ALL would come back as "everything"."""
    assert mark_terms("Types of ALL", [ALL], explain=False) == 'Types of <abbr translate="no">ALL</abbr>'


def test_only_the_first_use_is_explained() -> None:
    """Later uses stay protected, without the dots under them."""
    marked = mark_terms(Markup("<p>ALL and ALL</p>"), [ALL])

    first = '<abbr title="acute lymphoblastic leukaemia" translate="no">ALL</abbr>'
    assert marked == f'<p>{first} and <abbr translate="no">ALL</abbr></p>'


def test_a_word_that_may_be_translated_is_only_explained() -> None:
    """Without an explanation there is nothing to mark."""
    assert mark_terms("marrow", [MARROW]) == '<abbr title="the soft centre of bones">marrow</abbr>'
    assert mark_terms("marrow", [MARROW], explain=False) == "marrow"


def test_only_whole_words_count() -> None:
    """And capitals matter: all is not ALL."""
    assert mark_terms("all SMALL, CALLED, ALLY", [ALL]) == "all SMALL, CALLED, ALLY"


def test_words_of_several_parts_are_found() -> None:
    """Also before a hyphen."""
    assert "<abbr" in mark_terms("CAR T-cell therapy", [CAR_T])


def test_tags_and_addresses_are_left_alone() -> None:
    """Only text between tags is looked at."""
    link = Markup('<a href="/x/ALL" title="ALL">here</a>')

    assert mark_terms(link, [ALL]) == link


def test_plain_text_is_escaped() -> None:
    """A title is not HTML."""
    assert mark_terms("<b>ALL</b> & you", []) == "&lt;b&gt;ALL&lt;/b&gt; &amp; you"
