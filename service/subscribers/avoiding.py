"""What readers may leave out for now: groups of the content notes that editors give to stories and articles.

Notes are words, chosen from a list or typed, so a group knows its notes by the words in them. A note may belong to
several groups, or to none.
"""

import re
from collections.abc import Iterable
from enum import StrEnum


class Group(StrEnum):
    """Something hard to read just now."""

    DEATH = "death"
    RELAPSE = "relapse"
    FIGURES = "figures"
    CHILDREN = "children"
    PROCEDURES = "procedures"
    FERTILITY = "fertility"
    HOSPITAL = "hospital"
    LOW_MOOD = "low-mood"


LABELS: dict[Group, str] = {
    Group.DEATH: "Death and grief",
    Group.RELAPSE: "Relapse: the illness comes back",
    Group.FIGURES: "Survival figures and prognosis",
    Group.CHILDREN: "Children who are ill",
    Group.PROCEDURES: "Needles and procedures",
    Group.FERTILITY: "Fertility and pregnancy",
    Group.HOSPITAL: "Hard times in hospital",
    Group.LOW_MOOD: "Low mood, anxiety and self-harm",
}
"""The groups as readers see them, in the order of the page."""

_WORDS: dict[Group, str] = {
    Group.DEATH: r"death|dead|died|dying|grie\w+|bereave\w+|funeral|hospice|end of life|loss|suicid\w+|in memoriam",
    Group.RELAPSE: r"relaps\w+|recurr\w+|refractory|came back|comes back",
    Group.FIGURES: r"figures?|statistics?|prognos\w+|survival|life expectancy|odds",
    Group.CHILDREN: r"child\w*|bab(?:y|ies)|paediatric\w*|pediatric\w*|teenagers?",
    Group.PROCEDURES: r"needles?|procedures?|surgery|operations?|transplants?|biops\w+|lumbar|injections?|blood",
    Group.FERTILITY: r"fertil\w+|infertil\w+|pregnan\w+|miscarriages?|menopause",
    Group.HOSPITAL: r"hospital|intensive care|icu|sepsis|ventilators?|side effects?|shock",
    Group.LOW_MOOD: r"mood|anxi\w+|depress\w+|panic|self-harm\w*|suicid\w+|mental health|trauma\w*|ptsd",
}
_PATTERNS = {group: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for group, words in _WORDS.items()}


def groups_of(notes: Iterable[str]) -> frozenset[str]:
    """The names of the groups that content notes belong to: what a reader who avoids one of them is not sent."""
    said = " · ".join(notes)
    return frozenset(group.value for group, pattern in _PATTERNS.items() if pattern.search(said))
