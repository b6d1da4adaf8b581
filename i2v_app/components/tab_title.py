"""The one place that writes the tab's title, for all parts that have one to give."""

from __future__ import annotations

import reflex as rx

rx.asset("tab_title.js", shared=True)
