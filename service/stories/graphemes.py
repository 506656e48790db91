"""Counting characters as people count them: a flag is one, a family of four is one, an accent is none.

Extended grapheme clusters of Unicode Standard Annex 29, from what the standard library knows about characters. Signs
that nobody sees (direction marks, a byte order mark) are not counted at all, because nobody can find them to delete.
"""

import unicodedata

_JOINER = "\u200d"
_ZERO_WIDTH_NON_JOINER = "\u200c"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_REGIONAL = range(0x1F1E6, 0x1F200)
_KATAKANA_VOICE = range(0xFF9E, 0xFFA0)
_LINKERS = frozenset("\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d")
"""Viramas that tie the next consonant to the one before (UAX 29, rule GB9c)."""
_INDIC = range(0x0900, 0x0D80)
_HANGUL_LEAD, _HANGUL_VOWEL, _HANGUL_TAIL = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
_HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)


MOST_COUNTED = 10_000
"""A longer text is far beyond every limit that is counted so; the number of its code points says that as well."""


def count_characters(text: str) -> int:
    """How many characters a person sees in `text`; a line end counts as one."""
    if len(text) > MOST_COUNTED:
        return len(text)
    count, cluster = 0, ""
    for char in text.replace("\r\n", "\n"):
        if _is_unseen(char):
            continue
        if cluster and _belongs(cluster, char):
            cluster += char
        else:
            count, cluster = count + 1, char
    return count


def _is_unseen(char: str) -> bool:
    kind = unicodedata.category(char)
    if kind == "Cf":
        return char not in (_JOINER, _ZERO_WIDTH_NON_JOINER) and ord(char) not in _TAGS
    return kind == "Cc" and char not in "\n\t"


def _belongs(cluster: str, char: str) -> bool:
    """Whether `char` goes on with `cluster`, which is not empty."""
    last = cluster[-1]
    if last == "\n":
        return False
    return (
        _extends(char)
        or _is_joined_picture(cluster, char)
        or _is_half_flag(cluster, char)
        or _is_conjunct(cluster, char)
        or _is_same_syllable(last, char)
    )


def _extends(char: str) -> bool:
    code = ord(char)
    return (
        unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or char in (_JOINER, _ZERO_WIDTH_NON_JOINER)
        or code in _SKIN_TONES
        or code in _TAGS
        or code in _KATAKANA_VOICE
    )


def _is_joined_picture(cluster: str, char: str) -> bool:
    joined = cluster[-1] == _JOINER and cluster[-2:] != _JOINER * 2
    return joined and _is_pictograph(cluster[0]) and _is_pictograph(char)


def _is_pictograph(char: str) -> bool:
    return unicodedata.category(char) in {"So", "Sm"} and ord(char) not in _REGIONAL


def _is_half_flag(cluster: str, char: str) -> bool:
    return len(cluster) == 1 and ord(cluster) in _REGIONAL and ord(char) in _REGIONAL


def _is_conjunct(cluster: str, char: str) -> bool:
    """Whether `char` is a consonant that a virama ties to the consonant before, with only marks between."""
    if not _is_indic(char):
        return False
    last_consonant = max((place for place, each in enumerate(cluster) if _is_indic(each)), default=None)
    if last_consonant is None:
        return False
    between = cluster[last_consonant + 1 :]
    return any(each in _LINKERS for each in between) and _ZERO_WIDTH_NON_JOINER not in between


def _is_indic(char: str) -> bool:
    return ord(char) in _INDIC and unicodedata.category(char) == "Lo"


def _is_same_syllable(last: str, char: str) -> bool:
    before, after = ord(last), ord(char)
    if before in _HANGUL_LEAD:
        return after in _HANGUL_LEAD or after in _HANGUL_VOWEL or after in _HANGUL_SYLLABLES
    open_syllable = before in _HANGUL_SYLLABLES and (before - _HANGUL_SYLLABLES.start) % 28 == 0
    if before in _HANGUL_VOWEL or open_syllable:
        return after in _HANGUL_VOWEL or after in _HANGUL_TAIL
    return (before in _HANGUL_TAIL or before in _HANGUL_SYLLABLES) and after in _HANGUL_TAIL
