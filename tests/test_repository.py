"""What must be true of the files themselves: lock files that name no host, no machine's paths, files of a size to read."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
#: Lines above which a file needs a reason (STYLE: one concept, a few screens). The reason goes beside its name.
MOST_LINES = 400
LONG_FOR_A_REASON: dict[str, str] = {}


def files() -> list[Path]:
    """What is in the repository, or would be with the next commit."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    pairs = []
    for path in files():
        try:
            pairs.append((path, path.read_text()))
        except UnicodeDecodeError:
            continue
    return pairs


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_files_name_no_host_and_hash_everything(lock: Path) -> None:
    text = lock.read_text()
    requirements = re.findall(r"^[A-Za-z0-9][^\n]*(?:\n    --hash[^\n]*)*", text, flags=re.MULTILINE)

    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text
    assert requirements
    assert [line for line in requirements if "==" not in line or "--hash=sha256:" not in line] == []


def test_the_pages_lock_names_no_host() -> None:
    naming = {path.name: path.read_text().count('"resolved": "http') for path in (ROOT / "reflex.lock").glob("*.json")}

    assert [name for name, count in naming.items() if count] == []


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    locked = {line.split("==")[0].lower() for line in (ROOT / "requirements" / "dev.txt").read_text().splitlines()}

    names = {re.split(r"[\[<>=!; ]", dependency)[0].lower() for dependency in wanted}
    assert names - locked == set()


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    home = re.compile(r"(?<![\w.])/(?:home|Users|root)/[\w.]+|" + re.escape(str(ROOT)))

    assert [path.name for path, text in texts() if path != Path(__file__) and home.search(text)] == []


def test_source_files_fit_on_a_few_screens() -> None:
    long = {
        str(path.relative_to(ROOT)): len(text.splitlines())
        for path, text in texts()
        if path.suffix in {".py", ".js", ".jsx", ".lua", ".css"} and len(text.splitlines()) > MOST_LINES
    }

    assert set(long) == set(LONG_FOR_A_REASON), long


def test_the_licence_is_the_one_that_is_declared() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"]

    assert declared == "Apache-2.0"
    assert "Apache License\n                           Version 2.0, January 2004" in (ROOT / "LICENSE").read_text()
