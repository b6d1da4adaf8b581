"""What a test knows of a page without looking at it, and a page that nobody looks at."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import APIRequestContext, Page

_HIDE = """() => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
}"""


def look_elsewhere(page: Page) -> None:
    """The page is told that it is hidden, by what it can ask; the event is the test's to send."""
    page.evaluate(_HIDE)


def jobs_of(request: APIRequestContext, url: str) -> list[dict[str, Any]]:
    """The viewer's jobs, as the server at `url` (with its last slash) has them."""
    query = "{ jobs { edges { node { name state progress { queuePosition } } } } }"
    answer = request.post(f"{url}graphql", data={"query": query})
    return [edge["node"] for edge in answer.json()["data"]["jobs"]["edges"]]
