"""The web page, in pure Python (Reflex). It calls the API over the network with the viewer's cookie.

Its only import of `graphql_api` is the one that mounts it on the same origin (`i2v_app.serve`).
"""
