"""The `i2v` command as a client of a server: submit, watch, jobs, cancel, retry, delete, token.

It knows the server by its API alone, over HTTP and one WebSocket, as any other program does. `commands.py` has the commands.
"""
