"""Words that may show who somebody is: names with titles, places of care, numbers, addresses. Forms, not meaning."""

import re
from collections.abc import Iterator

from service.stories.passages import Passage, find, without_overlaps

_NAME = r"[A-Z][\w'’]+(?:-[A-Z][\w'’]+)?"
_PARTICLES = r"(?:(?:van|von|der|den|de|la|al|bin|ap)\s+)*"
_TITLES = (
    r"Dr|Doctor|Mr|Mrs|Ms|Miss|Mx|Prof|Professor|Sister|Nurse|Matron|Consultant|Sir|Dame|Lady|Lord|Rev|Reverend|Father"
    r"|Rabbi|Imam"
)
_NOT_NAMES = (
    r"(?:Bear|Bump|Right|Bean|Potato|Men|Who|Google|Christmas|Day|I|The|And|But|It|He|She|They|We|You|My|In|On|At|Said"
    r"|Told|Came|Was|Had)\b"
)
_PERSON = rf"\b(?:{_TITLES})\.?\s+(?!{_NOT_NAMES}){_PARTICLES}{_NAME}(?:\s+{_PARTICLES}{_NAME}){{0,2}}"

_CARE = r"(?:Hospital|Infirmary|Hospice|Clinic|Surgery|(?:Medical|Health|Cancer) Centre|NHS (?:Foundation )?Trust)\b"
_NO_NAME_OF_CARE = r"(?:The|My|Our|A|This|That|In|At|On|From|And|His|Her|Their|Every|Each|No|When|After|Before)\s+"
_PLACE_OF_CARE = (
    rf"\b(?!{_NO_NAME_OF_CARE}{_CARE})(?:[A-Z][\w'’.]+\s+(?:(?:of|and|the)\s+)?){{1,5}}{_CARE}"
    r"|\b(?:GOSH|UCLH|Great Ormond Street|the (?:Royal )?Marsden|the Christie|Addenbrooke['’]?s|Barts)\b"
    r"|\b[Ww]ard\s+(?:\d{1,3}[A-Z]?|[A-Z]\d{1,2}|[A-Z])\b"
)

_MONTHS = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_TH = r"(?:st|nd|rd|th)?"
_DATE = (
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:19|20)?\d\d|\d{{1,2}}{_TH}\s+(?:of\s+)?{_MONTHS},?\s+(?:19|20)\d\d"
    rf"|{_MONTHS}\s+\d{{1,2}}{_TH},?\s+(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)"
)
_BIRTH_DATE = (
    r"(?i:\b(?:born(?:\s+on)?(?:\s+the)?|date of birth(?:\s+is|\s+was)?|d\.?o\.?b\.?"
    rf"|birthday(?:\s+is|\s+was)?(?:\s+on)?)\s*:?\s*{_DATE})"
)

_ROADS = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Close|Drive|Crescent|Terrace|Gardens|Grove|Square|Way|Court|Mews"
    r"|Boulevard)\b"
)
_ADDRESS = rf"\b\d{{1,4}}[a-zA-Z]?,?\s+(?:[A-Z][\w'’]+\s+){{1,3}}{_ROADS}"
_POSTCODE = (
    r"\b(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRV-Y])"
    r" ?\d[ABD-HJLNP-UW-Z]{2})\b"
)
"""The shapes of BS 7666."""

_PHONE = (
    r"(?<![\w.,/-])(?:(?:\+|00)[1-9][\d\s().-]{7,17}\d|\(?0[1-9]\d{1,4}\)?[\s-]?\d{3,4}[\s-]?\d{3,4}"
    r"|\(\d{3}\)\s?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})(?![\w/]|[.,-]\d)"
)
_EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b"
_HANDLE = r"(?<![\w@./])@[A-Za-z_][\w.]{2,29}\b"
_LINK = (
    r"(?i:\b(?:https?://|www\.)[^\s<>()\"”]+"
    r"|\b(?:facebook|instagram|tiktok|twitter|x|linkedin|youtube|gofundme|justgiving)\.com/[\w./@-]+)"
)
_NHS_NUMBER = r"(?<![\d-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\d-])"

_PATTERNS = {
    "email": re.compile(_EMAIL),
    "link": re.compile(_LINK),
    "birth_date": re.compile(_BIRTH_DATE),
    "nhs_number": re.compile(_NHS_NUMBER),
    "phone": re.compile(_PHONE),
    "address": re.compile(_ADDRESS),
    "postcode": re.compile(_POSTCODE),
    "handle": re.compile(_HANDLE),
    "place_of_care": re.compile(_PLACE_OF_CARE),
    "person": re.compile(_PERSON),
}
"""In this order: words that fit two kinds are told once, as the first."""

_FREE_LINES = frozenset({"116123", "999", "111", "112", "08001111"})
"""Numbers of helplines, which are everybody's."""


def identities(text: str) -> Iterator[Passage]:
    """What may show who somebody is, in the order it stands in `text`, no two sharing words."""
    yield from without_overlaps([each for each in find(_PATTERNS, text) if _is_meant(each)])


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits, blanks and hyphens aside, carry the right check digit.

    Modulus 11: the first nine weighted 10 … 2, and what the sum lacks to a multiple of eleven is the tenth (NHS Data
    Dictionary, NHS NUMBER). Ten times the same digit is nobody's.
    """
    figures = [int(each) for each in digits if each.isdigit()]
    if len(figures) != 10 or len(set(figures)) == 1:
        return False
    check = -sum(figure * weight for figure, weight in zip(figures, range(10, 1, -1), strict=False)) % 11
    return check == figures[9]


def _is_meant(passage: Passage) -> bool:
    digits = "".join(each for each in passage.words if each.isdigit())
    match passage.kind:
        case "nhs_number":
            return is_nhs_number(digits)
        case "phone":
            return 9 <= len(digits) <= 15 and digits not in _FREE_LINES
        case _:
            return True
