"""`python -m i2v_cli` is `i2v`."""

from i2v_cli.main import main

main()
