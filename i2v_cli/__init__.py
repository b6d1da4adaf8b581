"""The `i2v` command: up, web, api, worker, doctor. The only package that may import all the others."""
