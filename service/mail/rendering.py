"""Templates of mails: a folder each with subject.txt, body.txt and body.mjml, rendered with Jinja alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from re import sub

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from service.languages import direction
from service.mail.mime import one_line
from service.mail.page import to_page

EMAIL_TEMPLATES = Path(__file__).parents[2] / "templates" / "email"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template gave: a subject of one line, a text part and an HTML part. Slots are still open in all three."""

    subject: str
    text: str
    html: str


class Templates:
    """Renders the folders of templates/email. A word that a template wants and nobody gave is an error, never a gap."""

    def __init__(self, folder: Path = EMAIL_TEMPLATES) -> None:
        self._jinja = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape(["mjml"], default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._styles = (folder / "_layout.css").read_text(encoding="utf-8")

    def render(self, template: str, *, lang: str, **words: object) -> Rendered:
        """Render the folder `template` in the locale `lang`.

        Besides `words` the bodies see `lang`, `dir` (ltr or rtl) and `subject`. Raises BadTemplate for MJML that is
        none, and Jinja's own errors for a word that is missing.
        """
        head = {"lang": lang, "dir": direction(lang)}
        subject = one_line(self._part(template, "subject.txt", {**words, **head}))
        seen = {**words, **head, "subject": subject}
        text = self._part(template, "body.txt", seen)
        return Rendered(subject, _airy(text), to_page(self._part(template, "body.mjml", seen), self._styles))

    def _part(self, template: str, part: str, words: Mapping[str, object]) -> str:
        return self._jinja.get_template(f"{template}/{part}").render(words)


def _airy(text: str) -> str:
    """No blanks at line ends, never more than one empty line, one line end at the end."""
    return sub(r"\n{3,}", "\n\n", sub(r"[ \t]+\n", "\n", text)).strip() + "\n"
