"""How hard a text is to read, in English: the Flesch-Kincaid grade, and the longest sentences.

Grade = 0.39 words/sentence + 11.8 syllables/word - 15.59 (Kincaid et al., Derivation of New Readability Formulas, Navy
Research Branch Report 8-75, 1975). A grade is a school year of the United States; five more is about the age. The
syllables are counted by the groups of vowels, which is right for nine words in ten and fair to texts as a whole.
"""

import re
from dataclasses import dataclass

LONG_SENTENCE = 25
"""Words; what plain-language guides call too long."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\s\"”’)]+|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouyáéíóúäöü]+")
_SILENT_E = re.compile(r"[^aeiouy](?:e|es|ed)$")
_SPOKEN_E = re.compile(r"(?:[^aeiouy]le|[td]ed|[sxzcg]es|[cs]hes)$")


@dataclass(frozen=True, slots=True)
class ReadingLevel:
    """`age` is the age at which the text is read with ease; 0 for a text without words."""

    words: int
    sentences: int
    grade: float
    long_sentences: list[str]

    @property
    def age(self) -> int:
        """In years."""
        return max(5, round(self.grade) + 5) if self.words else 0


def reading_level(text: str) -> ReadingLevel:
    """Measure `text`."""
    sentences = [each.strip() for each in _SENTENCE_END.split(text) if _WORD.search(each)]
    words = _WORD.findall(text)
    if not words:
        return ReadingLevel(0, 0, 0.0, [])
    grade = 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    long = [each for each in sentences if len(_WORD.findall(each)) > LONG_SENTENCE]
    return ReadingLevel(len(words), len(sentences), round(grade, 1), long)


def syllables(word: str) -> int:
    """Groups of vowels, less an e that is not spoken; at least one."""
    plain = word.lower().replace("’", "'").removesuffix("'s")
    groups = len(_VOWELS.findall(plain))
    silent = _SILENT_E.search(plain) and not _SPOKEN_E.search(plain)
    return max(1, groups - bool(silent))
