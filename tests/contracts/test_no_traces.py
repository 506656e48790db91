"""What is committed speaks of the project alone."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOSTS = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "registry.n" + "pm",
    "crates" + ".io",
    "proxy.golang" + ".org",
)
PATHS = ("/" + "root/", "/" + "work/", "/" + "home/")


def committed_files() -> list[Path]:
    """Everything git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def lines_with(words: tuple[str, ...]) -> list[str]:
    """`file: line` wherever one of the words stands in a text file."""
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    found = []
    for path in committed_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {line.strip()}" for line in text.splitlines() if pattern.search(line)]
    return found


def test_no_file_names_a_package_registry() -> None:
    """Whoever installs chooses the index."""
    assert lines_with(HOSTS) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    """Paths begin at the project."""
    assert lines_with(PATHS) == []
