"""Our words with somebody else's words in them, such as `Read the story “…”`."""

from typing import Self

from markupsafe import Markup, escape

from service.languages import marks

Part = tuple[str, str]
"""Words, and their language (BCP 47); empty for names, of which nobody knows it."""


class Phrase(str):
    """Plain words wherever text is wanted. Where HTML is, they say which of them are in another language."""

    _html: Markup

    @classmethod
    def of(cls, pattern: str, lang: str, around: str, **parts: Part) -> Self:
        """A `pattern` in `lang` that stands in a letter in `around`, with `{…}` filled by `parts`."""
        made = cls(pattern.format(**{name: words for name, (words, _) in parts.items()}))
        inner = {name: _marked(escape(words), its, lang) for name, (words, its) in parts.items()}
        made._html = _marked(escape(pattern).format(**inner), lang, around)
        return made

    def __html__(self) -> Markup:
        """For templates of pages and letters."""
        return self._html


def _marked(words: Markup, lang: str, around: str) -> Markup:
    attributes = marks(lang, around)
    return Markup("<span{}>{}</span>").format(attributes, words) if attributes else words
