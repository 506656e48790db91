"""What preflight says: one finding is one sentence, with the place to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Whether an issue may leave in spite of it."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to mend, or to know, before an issue leaves."""

    level: Level
    code: str
    """Which check says it, such as `link_broken`."""
    sentence: str
    mend: str
    """The page of the desk on which it is mended, such as /desk/issues/3/subject."""
    about: str = ""
    """What tells it from other findings of the same check, such as an address."""
    final: bool = False
    """A law or a storyteller's no stands behind it: nobody may override it."""

    @property
    def key(self) -> str:
        """What an override names it by."""
        return f"{self.code}:{self.about}"

    @property
    def blocks(self) -> bool:
        """Whether the issue may not leave with it."""
        return self.level is Level.BLOCK


class PreflightBlocks(Exception):
    """The issue may not leave as it is; the message says why, a sentence for each finding."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(" ".join(finding.sentence for finding in findings))
        self.findings = findings
