"""What a text seems to mention, in the words of `labels.COMMON_NOTES`: a suggestion for the editor, who decides."""

from service.stories.labels import COMMON_NOTES
from service.stories.passages import phrase_pattern

PHRASES: dict[str, tuple[str, ...]] = {
    "death": ("died", "dead", "death", "dying", "passed away", "funeral", "lost her life", "lost his life",
    "end of life", "hospice", "her last days", "his last days", "we lost him", "we lost her", "I lost my", "ashes",
    "grave"),
    "relapse": ("relapse", "relapsed", "relapses", "came back", "it was back", "cancer is back", "leukaemia is back",
    "leukemia is back", "second time round", "recurrence"),
    "a child who is ill": ("my son", "my daughter", "our son", "our daughter", "our little boy", "our little girl",
    "my little boy", "my little girl", "my child", "our child", "my baby", "children's ward", "paediatric",
    "pediatric", "toddler", "when I was a child"),
    "needles and procedures": ("needle", "needles", "lumbar puncture", "lumbar punctures", "bone marrow biopsy",
    "bone marrow test", "biopsy", "cannula", "hickman line", "picc line", "injection", "injections", "blood test",
    "blood tests", "spinal tap", "transplant", "surgery", "operation", "feeding tube"),
    "fertility": ("fertility", "infertile", "sperm", "freeze my eggs", "froze my eggs", "egg freezing",
    "have children of my own", "early menopause", "miscarriage", "pregnant"),
    "survival figures": ("survival rate", "survival rates", "chance of survival", "chances of survival",
    "per cent chance", "percent chance", "five-year survival", "prognosis", "the odds", "statistics",
    "life expectancy", "months to live", "weeks to live", "years to live"),
    "hard times in hospital": ("intensive care", "icu", "ventilator", "sepsis", "septic", "coma", "resuscitation",
    "isolation room", "in isolation", "emergency room", "a&e", "crash team", "delirium", "graft versus host"),
    "anxiety and low mood": ("anxiety", "anxious", "panic attack", "panic attacks", "depressed", "depression",
    "low mood", "could not stop crying", "couldn't stop crying", "ptsd", "nightmares", "hopeless", "antidepressants"),
    "self-harm": ("self-harm", "self-harmed", "self harm", "harmed myself", "hurt myself", "cut myself", "suicide",
    "suicidal", "kill myself", "end my life", "take my own life", "overdose"),
}  # fmt: skip
"""Note -> phrases that call for it; one is enough."""

_PATTERNS = {note: phrase_pattern(phrases) for note, phrases in PHRASES.items()}


def mentions(text: str) -> list[str]:
    """The notes that `text` seems to call for, in the order of `labels.COMMON_NOTES`."""
    return [note for note in COMMON_NOTES if note in _PATTERNS and _PATTERNS[note].search(text)]
