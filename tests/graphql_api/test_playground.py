"""The playground's answers: who gets the page and who never does, what browsers may do with it, and which files there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from graphql import parse, validate
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from graphql_api.playground.app import TABS, Playground
from graphql_api.schema import schema
from i2v_app.security_headers import PageHeaders
from i2v_core.settings import Settings

ROOT = Path(__file__).parents[2]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """What the build leaves, made small."""
    for name, text in {"main.js": "start()", "styles.css": "a{}", "iframe-sandbox/index.html": "<p>"}.items():
        path = tmp_path / "built" / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "built" / "secret.txt").write_text("not served")
    return tmp_path / "built"


def visitor(built: Path, **settings: str) -> TestClient:
    """A client of the playground in front of a view that answers what an API answers."""
    playground = Playground(Settings(**settings), built)  # type: ignore[arg-type]
    view = playground.before(JSONResponse({"data": None}))
    routes = [Route("/graphql", view, methods=["GET", "POST", "OPTIONS"]), *playground.routes]
    return TestClient(Starlette(routes=routes), base_url="http://testserver")


def base(client: TestClient) -> str:
    found = re.search(r'<base href="([^"]+)"', client.get("/graphql", headers={"Accept": BROWSER}).text)
    assert found
    return found[1]


@pytest.mark.parametrize("accept", [BROWSER, "text/html", "application/xhtml+xml", "text/html, application/json;q=0.9"])
def test_a_browser_gets_the_page(built: Path, accept: str) -> None:
    answer = visitor(built).get("/graphql", headers={"Accept": accept})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "",
        "application/json",
        "application/graphql-response+json, application/json;q=0.9",
        "application/json, text/html",
        "application/json, text/plain, */*",
        "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed",
        "text/html;q=0",
        "text/html;q=rubbish",
        "text/*",
    ],
)
def test_a_program_never_gets_the_page(built: Path, accept: str) -> None:
    assert visitor(built).get("/graphql", headers={"Accept": accept}).json() == {"data": None}


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_what_is_no_visit_goes_to_the_api(built: Path, method: str) -> None:
    assert visitor(built).request(method, "/graphql", headers={"Accept": BROWSER}).json() == {"data": None}


def test_head_answers_as_get_does(built: Path) -> None:
    client = visitor(built)

    for path in ("/graphql", f"{base(client)}main.js"):
        get, head = (client.request(method, path, headers={"Accept": BROWSER}) for method in ("GET", "HEAD"))
        assert head.status_code == 200
        assert head.headers == get.headers


def test_nothing_is_evaluated_nothing_comes_from_elsewhere_and_nobody_frames_it(built: Path) -> None:
    headers = visitor(built).get("/graphql", headers={"Accept": BROWSER}).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))

    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_its_policy_stands_where_the_page_puts_its_own_on_everything(built: Path, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<script>a()</script>")
    alone = visitor(built)
    mounted = TestClient(PageHeaders(alone.app, tmp_path))

    for path in ("/graphql", f"{base(alone)}iframe-sandbox/index.html"):
        one, other = (client.get(path, headers={"Accept": BROWSER}).headers for client in (alone, mounted))
        assert other["content-security-policy"] == one["content-security-policy"]
        assert other["cache-control"] == one["cache-control"]


def test_the_page_holds_no_script_of_its_own_but_data(built: Path) -> None:
    page = visitor(built).get("/graphql", headers={"Accept": BROWSER}).text
    inline = [tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag]

    assert inline == ['<script type="application/json" id="i2v-tabs">']
    assert "//" not in re.sub(r"<script type=\"application/json\".*?</script>", "", page, flags=re.S), "no other host"


def test_files_may_be_kept_for_ever_by_the_browser_and_by_nothing_on_the_way(built: Path) -> None:
    client = visitor(built)
    answer = client.get(f"{base(client)}main.js")

    assert answer.text == "start()"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get(f"{base(client)}start.js").status_code == 200, "ours are beside Altair's"


def test_their_address_changes_with_them(built: Path) -> None:
    before = base(visitor(built))
    (built / "files" / "main.js").write_text("start(2)")

    assert base(visitor(built)) != before
    assert visitor(built).get(f"{before}main.js").status_code == 404


def test_scripts_of_users_run_without_an_origin(built: Path) -> None:
    client = visitor(built)
    policy = client.get(f"{base(client)}iframe-sandbox/index.html").headers["content-security-policy"]

    assert policy.startswith("sandbox allow-scripts; ")
    assert "connect-src 'none'" in policy
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize(
    "name", ["gone.js", "../secret.txt", "..%2Fsecret.txt", "%2e%2e/secret.txt", "/etc/passwd", "", "iframe-sandbox"]
)
def test_there_are_no_other_files(built: Path, name: str) -> None:
    client = visitor(built)
    answer = client.get(f"{base(client)}{name}")

    assert answer.status_code == 404
    assert "not served" not in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


def test_turned_off_there_is_a_sentence_instead(built: Path) -> None:
    client = visitor(built, playground="off")
    answer = client.get("/graphql", headers={"Accept": BROWSER})

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert "turned off" in answer.text
    assert client.get(f"{base(visitor(built))}main.js").status_code == 404
    assert client.get("/graphql").json() == {"data": None}, "the API is there all the same"


def test_never_built_it_says_what_to_do(tmp_path: Path) -> None:
    answer = visitor(tmp_path / "nothing").get("/graphql", headers={"Accept": BROWSER})

    assert answer.status_code == 503
    assert "make build" in answer.text


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab[0])
def test_every_example_is_valid_and_its_variables_are_its_own(
    tab: tuple[str, str, dict[str, object], list[str]],
) -> None:
    _, file, variables, files = tab
    document = parse((ROOT / "graphql_api" / "playground" / "examples" / file).read_text())
    (operation,) = document.definitions

    assert validate(schema._schema, document) == []
    declared = {definition.variable.name.value for definition in operation.variable_definitions}  # type: ignore[attr-defined]
    assert declared == {*variables, *files}


def test_the_lock_names_no_host_and_hashes_everything() -> None:
    lock = json.loads((ROOT / "graphql_api" / "playground" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if not entry["integrity"].startswith("sha512-")] == []
