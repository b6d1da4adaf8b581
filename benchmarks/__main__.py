"""`make bench`: run the benchmarks named in ARGS (all of them without), each printing a table."""

from __future__ import annotations

import argparse
import asyncio

from benchmarks import the_way

BENCHMARKS = {"the-way": the_way.main}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], help=", ".join(BENCHMARKS))
    for name in parser.parse_args().names or BENCHMARKS:
        asyncio.run(BENCHMARKS[name]())
