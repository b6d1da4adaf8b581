"""The arq worker: takes one job at a time, runs the model in a process of its own, encodes, stores segments.

Imports only `i2v_core`.
"""
