"""Keys of what is to happen once, for all parts that send such things."""

from __future__ import annotations

import reflex as rx

rx.asset("new_key.js", shared=True)
