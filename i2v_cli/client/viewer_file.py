"""What the command line remembers of a server: the cookie of its anonymous viewer, so that jobs are found again.

The cookie is all it takes to be that viewer, so the file is its owner's alone (0600), in the user's state folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from i2v_cli.client.ending import Stopped

#: Of the server, in its answers.
COOKIE = "i2v_viewer"


class ViewerFile:
    """The file of one server. Every method raises `Stopped` if the folder cannot be used."""

    def __init__(self, url: str, folder: Path | None = None) -> None:
        self._url = url
        host = re.sub(r"[^A-Za-z0-9.-]+", "_", urlsplit(url).netloc)
        self.path = (folder or _state_folder()) / f"{host}-{hashlib.sha256(url.encode()).hexdigest()[:12]}.json"

    def read(self) -> str | None:
        """The cookie's value, or None if there is none yet."""
        try:
            value = json.loads(self.path.read_text())[COOKIE]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            return None  # not ours, or written by hand: the server makes another
        except OSError as error:
            raise self._unusable(error) from None
        return value if isinstance(value, str) and re.fullmatch(r"[\x21-\x7e]+", value) else None

    def write(self, value: str) -> None:
        """Keep the cookie, in place of the one that was kept."""
        try:
            os.replace(self._written(value), self.path)
        except OSError as error:
            raise self._unusable(error) from None

    def write_first(self, value: str) -> str:
        """Keep the cookie unless another command was quicker, and give the one that is kept."""
        try:
            written = self._written(value)
            try:
                os.link(written, self.path)
            except FileExistsError:
                if (kept := self.read()) is not None:
                    return kept
                os.replace(written, self.path)
            finally:
                written.unlink(missing_ok=True)
        except OSError as error:
            raise self._unusable(error) from None
        return value

    def _written(self, value: str) -> Path:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".viewer-")  # made with 0600
        with os.fdopen(handle, "w") as file:
            json.dump({"url": self._url, COOKIE: value}, file)
            file.flush()
            os.fsync(file.fileno())
        return Path(name)

    def _unusable(self, error: OSError) -> Stopped:
        return Stopped(
            f"{self.path} cannot be used ({error.strerror}), where it is kept who you are to {self._url}. "
            "Make the folder writable, or set I2V_TOKEN to a token."
        )


def _state_folder() -> Path:
    from platformdirs import user_state_path

    return user_state_path("i2v", appauthor=False) / "viewers"
