"""`make bench`: run the benchmarks named in ARGS (all of them without), each printing a table."""

from __future__ import annotations

import argparse
import asyncio
from importlib import import_module

#: Name to module, imported when it is run: some bring a browser.
BENCHMARKS = {
    "the-way": "the_way",
    "queue": "queue",
    "memory": "memory",
    "encryption": "encryption",
    "first-frame": "first_frame",
    "watermark": "watermark",
    "chaos": "chaos",
    "outage": "outage",
    "subscribers": "subscribers",
    "first-visit": "first_visit",
    "pages": "pages",
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help=", ".join(BENCHMARKS))
    for name in parser.parse_args().names or BENCHMARKS:
        asyncio.run(import_module(f"benchmarks.{BENCHMARKS[name]}").main())
