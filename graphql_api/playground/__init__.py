"""The playground: Altair, served from our own files at `/graphql` to browsers.

`app.py` puts it before the GraphQL view; the page's build fetches Altair (`i2v_app/playground_build.py`).
"""
