"""Forms that may show who somebody is are found, and everyday sentences are left in peace."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.stories.flags import SENTENCES, flags
from service.stories.identities import identities, is_nhs_number
from service.stories.worrying import WORRYING

FOUND = [
    ("person", "Dr Patel sat down.", "Dr Patel"), ("person", "I asked Dr. Amara Okafor twice.", "Dr. Amara Okafor"),
    ("person", "Sister Mary-Jane held my hand.", "Sister Mary-Jane"), ("person", "Prof O’Neill laughed.",
    "Prof O’Neill"),
    ("person", "Then Mr van der Berg came.", "Mr van der Berg"), ("person", "Nurse Julie knew.", "Nurse Julie"),
    ("place_of_care", "I went to St Thomas’ Hospital.", "St Thomas’ Hospital"), ("place_of_care",
    "on Ward 6B that night", "Ward 6B"),
    ("place_of_care", "the Royal Victoria Infirmary", "Royal Victoria Infirmary"), ("place_of_care",
    "We were at GOSH then.", "GOSH"),
    ("place_of_care", "in ward 12", "ward 12"),
    ("phone", "Ring me on 07700 900123.", "07700 900123"), ("phone", "+44 7700 900 123 is mine", "+44 7700 900 123"),
    ("phone", "Call 020 7946 0018 now", "020 7946 0018"), ("phone", "(555) 012-3456", "(555) 012-3456"), ("phone",
    "+49 30 901820", "+49 30 901820"),
    ("address", "We live at 14 Acacia Avenue, near", "14 Acacia Avenue"), ("address", "12b Old Mill Lane",
    "12b Old Mill Lane"),
    ("postcode", "It is SW1A 1AA.", "SW1A 1AA"), ("postcode", "M1 1AE", "M1 1AE"), ("postcode", "EX12PQ", "EX12PQ"),
    ("birth_date", "I was born on 3 June 1991.", "born on 3 June 1991"), ("birth_date", "DOB: 03/06/91",
    "DOB: 03/06/91"),
    ("birth_date", "my birthday is 4th of May 1988", "birthday is 4th of May 1988"),
    ("nhs_number", "My number is 943 476 5919.", "943 476 5919"), ("nhs_number", "9434765919", "9434765919"),
    ("email", "Write to tomasz@example.org!", "tomasz@example.org"), ("handle", "I am @tomasz_w there", "@tomasz_w"),
    ("link", "See https://example.org/me.", "https://example.org/me."), ("link", "facebook.com/tomasz.w",
    "facebook.com/tomasz.w"),
]  # fmt: skip
NOT_FOUND = [
    "My consultant was kind. The nurse sat with me.", "The doctor said no.", "I saw a doctor. Then nothing.",
    "The hospital was cold.",
    "In Hospital they gave me tea.", "I was in hospital in London for 12 weeks.",
    "It was 3 June 2024 when it came back.",
    "On 12/03/2024 I rang the bell.", "I had 1200 mg on day 15 and 20 ml after.",
    "My counts went from 0.2 to 1.5 in 2023.",
    "I was 29, then 30.", "Ring 116 123 if you need to.", "Call 999 or 111.", "Childline is 0800 1111.",
    "Nearly 1 in 100,000 people.",
    "Chapter 4, pages 100-120.", "B12 and D3 helped.", "The T-cell count was CD19 4%.",
    "CAR-T, B-ALL and Ph+ ALL are words.",
    "I met him at the clinic on Monday.", "I took 6 MP and methotrexate.", "We walked down the street at 5.",
    "My way of coping.",
    "Sister of mine, I love you.", "Mother and Father came.", "My Father cried.", "I’ll meet you @ six.",
    "The 5 Row seats.",
    "It cost £1,250.50.", "Blood type O, room temperature 21.", "1234567890 is no number of anybody.",
    "943 476 5918", "2019-2020",
    "The ward was full.", "Ward rounds are at nine.", "Dr Who was on television.",
    "From 2020 to 2024, 4 times a year.",
    "Miss you all. Miss I do.", "Doctor, I said, please.", "Hospice care came to us.", "Every Hospital has one.",
    "0.05 and 10.000.000",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "words"), FOUND)
def test_what_may_name_somebody_is_found(kind: str, text: str, words: str) -> None:
    """With its kind, its words and its place."""
    found = [each for each in identities(text) if each.kind == kind]

    assert [each.words for each in found] == [words]
    assert text[found[0].start : found[0].end] == words


@pytest.mark.parametrize("text", NOT_FOUND)
def test_everyday_sentences_are_left_in_peace(text: str) -> None:
    """An editor who is warned too often stops looking."""
    assert [(each.kind, each.words) for each in identities(text)] == []


@given(st.integers(0, 999_999_999))
def test_exactly_one_last_digit_makes_an_nhs_number(first_nine: int) -> None:
    """Or none, where the check digit would be ten."""
    good = [last for last in range(10) if is_nhs_number(f"{first_nine:09}{last}")]

    assert len(good) <= 1


@given(st.integers(0, 999_999_999), st.integers(0, 8))
def test_a_slip_of_the_pen_is_seen(first_nine: int, place: int) -> None:
    """One wrong digit, or two neighbours in the wrong order: what modulus 11 is there for."""
    number = next((f"{first_nine:09}{last}" for last in range(10) if is_nhs_number(f"{first_nine:09}{last}")), None)
    if number is None:
        return
    wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    assert not is_nhs_number(wrong)
    assert swapped == number or not is_nhs_number(swapped)


def test_flags_tell_everything_in_the_order_it_stands_there() -> None:
    """Kind, words, place, and a sentence an editor can act on."""
    text = "Dr Patel knew. I want to die. Ring 07700 900123."

    assert [(each.kind, text[each.start : each.end]) for each in flags(text)] == [
        ("person", "Dr Patel"),
        ("suicide", "want to die"),
        ("phone", "07700 900123"),
    ]
    assert all(each.sentence.endswith(".") for each in flags(text))


def test_every_kind_has_its_sentence() -> None:
    """Also those of danger."""
    assert {kind for kinds in WORRYING.values() for kind in kinds} <= set(SENTENCES)


@pytest.mark.parametrize("piece", ["a.", "0800-", "Aa-Aa", "Dr Aa ", "1 Aa ", "he hit me ", "@a", "+1 "])
def test_no_text_keeps_us_busy(piece: str) -> None:
    """Whatever somebody made up for that: seconds would be minutes if a pattern looked back over and over."""
    started = time.process_time()
    flags(piece * (50_000 // len(piece)))

    assert time.process_time() - started < 5
