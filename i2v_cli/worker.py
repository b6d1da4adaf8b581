"""`i2v worker`: one slot that takes jobs until it is told to stop."""

from __future__ import annotations


def run() -> int:
    """Run it and return its exit code. Raises `StartRefused`."""
    import worker.main

    return worker.main.run()
