"""The same API without GraphQL, for scripts: jobs as resources, progress as server-sent events, errors as problem documents.

`routes.py` puts it together for `graphql_api.app`. Rules live elsewhere: here are only addresses, statuses and documents.
"""
