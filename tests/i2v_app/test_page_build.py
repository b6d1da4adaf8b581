"""What is done to the built page: it speaks to wherever it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from i2v_app.page_build import OwnOriginPlugin, _drop_rules_of_nothing


def test_baked_in_addresses_become_the_pages_own(tmp_path: Path) -> None:
    built = tmp_path / "assets" / "reflex-env-1a2b.js"
    built.parent.mkdir()
    built.write_text(
        'var e={PING:"http://localhost:8000/ping",EVENT:`ws://localhost:8000/_event`,TRANSPORT:`websocket`};'
    )
    context = built.parent / "context-3c4d.js"
    context.write_text("var a=1,SAME_DOMAIN_HOSTNAMES=[`localhost`,`0.0.0.0`,`::`],b=2;")
    socket = built.parent / "state-7a8b.js"
    socket.write_text("e.router_data={pathname:n.pathname,asPath:n.pathname+i+a};let o=1;")
    (built.parent / "app.js.map").write_text("{}")
    (built.parent / "sans-latin-wght-normal-5e6f.woff2").touch()
    (tmp_path / "index.html").write_text("<head><title>i2v</title></head>")

    OwnOriginPlugin().post_build(static_dir=tmp_path)

    assert "localhost" not in built.read_text()
    assert '(location.origin+"/ping")' in built.read_text()
    assert '(location.origin.replace(/^http/,"ws")+"/_event")' in built.read_text()
    assert context.read_text() == "var a=1,SAME_DOMAIN_HOSTNAMES=[],b=2;", "https://localhost:8443 would lose its port"
    assert socket.read_text() == "e.router_data={pathname:n.pathname,asPath:n.pathname+i};let o=1;", "what is behind #"
    assert not list(tmp_path.rglob("*.map"))
    assert (tmp_path / "favicon.svg").exists()
    assert 'href="/assets/sans-latin-wght-normal-5e6f.woff2" as="font"' in (tmp_path / "index.html").read_text()
    assert "Der Server ist nicht erreichbar" in (tmp_path / "offline.html").read_text()
    assert "/* hash */" not in (tmp_path / "sw.js").read_text()


def test_rules_for_elements_that_the_page_has_none_of_are_dropped(tmp_path: Path) -> None:
    sheet = tmp_path / "assets" / "styles.css"
    sheet.parent.mkdir()
    ours = ".keys hr{top:0}.table{top:0}html:has(small){top:0}"
    sheet.write_text(f"@layer reset{{hr{{height:0}}a{{color:inherit}}sub,sup{{top:0}}table{{top:0}}}}{ours}")

    _drop_rules_of_nothing(tmp_path)

    assert sheet.read_text() == f"@layer reset{{a{{color:inherit}}}}{ours}"


def test_a_build_that_looks_otherwise_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="reflex-env"):
        OwnOriginPlugin().post_build(static_dir=tmp_path)
