"""Fetches what the playground is made of, by its lock, into the folder that the API serves it from."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

_PACKAGE = "altair-static"
#: Names of its files that nobody asks for: its page (ours takes its place) and the pictures of its sandbox's template.
_LEFT_OUT = ("index.html", "favicon.ico", "iframe-sandbox/vite.svg", "assets/i18n/README.md")


class PlaygroundBuild:
    """The playground in `target`, made of the package and the lock in `source`.

    Both are given, because the page knows the API's address and nothing else of it.
    """

    def __init__(self, source: Path, target: Path) -> None:
        self._source = source
        self._target = target
        self._stamp = target / "sources.sha256"

    def is_built(self) -> bool:
        """Whether what is there was made of the present lock by the present code."""
        return self._stamp.exists() and self._stamp.read_text() == self._hash()

    def build(self, npm: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Fetch it anew with this npm. What npm said; the playground is there if its exit code is 0."""
        shutil.rmtree(self._target, ignore_errors=True)
        self._target.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(self._source / name, self._target / name)
        # Without scripts: nothing of the package runs here, only its files are wanted.
        run = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"],
            cwd=self._target,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if run.returncode == 0:
            self._keep_what_is_served()
            self._stamp.write_text(self._hash())
        return run

    def _keep_what_is_served(self) -> None:
        modules = self._target / "node_modules"
        package = modules / _PACKAGE
        files = self._target / "files"
        shutil.move(package / "build" / "dist", files)
        for name in _LEFT_OUT:
            (files / name).unlink()
        shutil.copy(package / "LICENSE", files / "LICENSE.txt")
        shutil.rmtree(modules)

    def _hash(self) -> str:
        sources = (self._source / "package.json", self._source / "package-lock.json", Path(__file__))
        return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()
