"""The API: GraphQL schema, uploads, subscriptions and playback, as one ASGI app that also runs alone.

Imports only `i2v_core`. It meets the worker in Redis and in the media store, never directly.
"""
