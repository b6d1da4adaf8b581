"""Holds a page against axe: WCAG A and AA and the best practices, all that a tool can tell."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.visiting import ROOT

_AXE = ROOT / ".web" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """(but) => axe.run(document, {
  resultTypes: ['violations'], rules: Object.fromEntries(but.map((rule) => [rule, { enabled: false }])) })"""


def assert_accessible(page: Page, state: str, *, but: tuple[str, ...] = ()) -> None:
    """Fail if axe finds anything on the page as it is; `state` says in the message what that is. `but`: rules to leave out."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(_AXE.read_text())
    violations = page.evaluate(_RUN, list(but))["violations"]
    assert not violations, f"{state}: " + "; ".join(
        f"{v['id']}: {[node['html'][:160] for node in v['nodes']]}" for v in violations
    )
