"""`i2v api`: the API alone, for pages and programs that live elsewhere."""

from __future__ import annotations

from i2v_core.settings import load_settings


def run() -> int:
    """Serve it on I2V_HOST and I2V_PORT and return the exit code. Raises `StartRefused`."""
    settings = load_settings()
    from graphql_api.app import create_app
    from i2v_cli.listening import listen
    from i2v_cli.serving import serve

    return serve(create_app, settings, listen(settings.host, settings.port), factory=True)
