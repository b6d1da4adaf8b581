"""The address under which a video is watched large, for all parts that lead there."""

from __future__ import annotations

import reflex as rx

rx.asset("address.js", shared=True)
