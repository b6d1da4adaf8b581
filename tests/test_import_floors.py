"""Imports run downward only. The contracts stand in pyproject.toml; `make check` runs them too."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[1]
#: What the page may know of the ground floor: no more than any other client of the API is told.
PAGE_MAY_KNOW = {"api_settings", "errors", "forwarding", "logs", "settings", "viewer_middleware", "viewers"}


def test_the_contracts_are_kept() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_a_new_module_of_the_ground_floor_is_closed_to_the_page_until_somebody_opens_it() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    closed = next(c for c in contracts if c["id"] == "page-knows-settings-only")["forbidden_modules"]
    modules = {path.stem for path in (ROOT / "i2v_core").glob("*.py")} - {"__init__"}

    assert {name.removeprefix("i2v_core.") for name in closed} == modules - PAGE_MAY_KNOW


def test_packages_define_nothing_in_their_init() -> None:
    for package in ("i2v_app", "graphql_api", "worker", "i2v_cli", "i2v_core"):
        lines = (ROOT / package / "__init__.py").read_text().splitlines()

        assert lines[0].startswith('"""'), package
        assert not any(line.startswith(("def ", "class ", "import ", "from ")) for line in lines), package


def test_help_is_quick_because_it_imports_none_of_the_heavy_parts() -> None:
    heavy = {"av", "cv2", "numpy", "reflex", "strawberry", "redis", "uvicorn", "pydantic"}
    seen = "import sys, i2v_cli.main; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True, cwd=ROOT).stdout

    assert heavy & set(loaded.split()) == set()
