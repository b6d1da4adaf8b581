"""What Reflex is told before it compiles or serves the page."""

import reflex as rx
from reflex.plugins.sitemap import SitemapPlugin

from i2v_app.page_build import OwnOriginPlugin

config = rx.Config(
    app_name="i2v_app",
    app_module_import="i2v_app.app",
    # Nobody else's page may call ours. The WebSocket is held to the same rule in i2v_app/same_origin.py, because an
    # empty list means "do not look" to the socket library.
    cors_allowed_origins=(),
    # In memory: a change costs 0.3 ms, not 1-2; all that matters is in the API, and a restart reads it again.
    state_manager_mode="memory",
    # Seconds, whatever the name, for which a closed tab's state is kept; an open page's watch asks for its own every 15.
    # Longer than a tunnel; who comes back later reads it anew from the API, as after a restart.
    redis_token_expiration=120,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["brotli", "gzip"],
    # The one font, served from here like everything else.
    frontend_packages=[
        "@fontsource-variable/instrument-sans@5.3.0",
        # Words with numbers in them, in every language (i2v_app/messages).
        "intl-messageformat@12.1.5",
        # The gallery draws only the tiles near the view (i2v_app/components/gallery).
        "@tanstack/react-virtual@3.14.26",
        # Not in the page: tests/browser runs it against the page.
        "axe-core@4.14.1",
    ],
    plugins=[OwnOriginPlugin()],
    # It would list the page under an address that the build cannot know.
    disable_plugins=[SitemapPlugin],
)
