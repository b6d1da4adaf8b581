"""What a query may ask for: its costs, reckoned in one pass over the document, and the limits they are held against.

`graphql_api.documents` calls it for every request, before validation.
"""
