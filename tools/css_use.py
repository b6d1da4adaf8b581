"""Which rules of the page's stylesheet a walk through the page has used: Chromium counts them, and what is left is named."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import CDPSession, Page

#: Rules for moments that a walk does not stop at, and for readers, devices and browsers that it does not have.
_MOMENT = re.compile(
    r":(?:hover|active|focus[\w-]*|disabled|fullscreen|popover-open)|\[dir=|\[data-dragging|::backdrop|pointer:\s*coarse|hover:\s*none"
    r"|prefers-reduced-motion|:-moz-|data-words"
)
#: The page of all components has rules that no other build has.
_OWN = re.compile(r"\.specimen")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class CssUse:
    """The rules that were used, by their text in the one stylesheet of the build."""

    def __init__(self) -> None:
        self._sessions: dict[Page, CDPSession] = {}
        self._texts: dict[tuple[Page, str], str] = {}  # by page and Chromium's id of the stylesheet
        self._used: set[str] = set()
        self._all: dict[str, str] = {}  # each rule with its selector and conditions

    def follow(self, page: Page) -> None:
        """Count from now on what this page uses."""
        session = self._sessions[page] = page.context.new_cdp_session(page)
        session.on("CSS.styleSheetAdded", lambda event: self._on_sheet(page, event["header"]))
        for method in ("DOM.enable", "CSS.enable", "CSS.startRuleUsageTracking"):
            session.send(method)

    def take(self, page: Page) -> None:
        """Count in what was used since. Nothing is known of a page that was left, so: before it is."""
        session = self._sessions[page]
        for (owner, sheet), text in list(self._texts.items()):
            if owner is page and not text:
                text = session.send("CSS.getStyleSheetText", {"styleSheetId": sheet})["text"]
                self._texts[page, sheet] = text
                self._all |= {rule: where for rule, where in rules(text) if not _OWN.search(rule)}
        for rule in session.send("CSS.takeCoverageDelta")["coverage"]:
            text = self._texts.get((page, rule["styleSheetId"]), "")
            if rule["used"] and text:
                self._used.add(text[int(rule["startOffset"]) : int(rule["endOffset"])].strip())

    def report(self) -> str:
        """How much there is, how much of it was used, and what was not."""
        total = sum(map(len, self._all))
        unused = [rule for rule in self._all if rule not in self._used]
        never = sorted(self._all[rule] for rule in unused if not _MOMENT.search(self._all[rule] + rule))
        part = 1 - sum(map(len, unused)) / max(1, total)
        lines = [f"CSS: {total / 1000:.1f} kB in {len(self._all)} rules, {part:.0%} used in this walk;"]
        lines.append(
            f"{len(unused) - len(never)} rules are for other moments (hover, drag, touch), {len(never)} were not met:"
        )
        return "\n  ".join([*lines, *never])

    def _on_sheet(self, page: Page, header: dict[str, Any]) -> None:
        # The ids of a page that was left lead nowhere.
        if header["sourceURL"].endswith(".css"):
            self._texts = {key: text for key, text in self._texts.items() if key[0] is not page}
            self._texts[page, header["styleSheetId"]] = ""


def rules(text: str) -> list[tuple[str, str]]:
    """The style rules of a stylesheet, each with its selector and, before it, the conditions that it stands under."""
    found: list[tuple[str, str]] = []
    open_: list[tuple[str, int]] = []  # preludes and where they begin
    begin = at = 0
    while at < len(text):
        if text.startswith("/*", at):
            at = text.index("*/", at) + 2
            continue
        char = text[at]
        if char in "\"'":
            at = _end_of_string(text, at)
        elif char == "{":
            open_.append((_COMMENT.sub("", text[begin:at]).strip(), begin))
            begin = at + 1
        elif char == "}":
            prelude, start = open_.pop()
            above = [one for one, _ in open_]
            if not prelude.startswith("@") and not any(one.startswith("@keyframes") for one in above):
                found.append((text[start : at + 1].strip(), " ".join([*above, prelude])))
            begin = at + 1
        elif char == ";":
            begin = at + 1 if not open_ or open_[-1][0].startswith("@") else begin
        at += 1
    return found


def _end_of_string(text: str, at: int) -> int:
    end = at + 1
    while text[end] != text[at]:
        end += 2 if text[end] == "\\" else 1
    return end
