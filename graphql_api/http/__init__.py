"""GraphQL over HTTP: what may be sent, what is answered in which form, and streams of results as events or parts.

`endpoint.py` puts it together and is what the view calls; the other modules know nothing of each other's work.
"""
