"""A running API, and a viewer that uses it."""

from __future__ import annotations

from tests.fundamentals.conftest import alice, bob, server

__all__ = ["alice", "bob", "server"]
