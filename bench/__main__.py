"""Run the benchmarks: `python -m bench [name]`. Prints a table and writes `var/bench.json`."""

import json
import sys
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from bench.benchmarks import LIBRARY_BENCHMARKS, SITE_BENCHMARKS
from bench.measure import Measure
from bench.world import LOTS, PRODUCTS, THREADS, prepare_world, running_servers

VAR = Path(__file__).resolve().parent.parent / "var"


def main(arguments: list[str]) -> int:
    """Run all benchmarks, or the one named; exit status 1 when a goal is missed, 2 for an unknown name."""
    names = [benchmark.name for benchmark in (*LIBRARY_BENCHMARKS, *SITE_BENCHMARKS)]
    if any(argument not in names for argument in arguments):
        print(f"bench: there is no such benchmark; these are: {', '.join(names)}", file=sys.stderr)
        return 2
    chosen = arguments or names
    measures = []
    for library_benchmark in LIBRARY_BENCHMARKS:
        if library_benchmark.name in chosen:
            _announce(library_benchmark.name, library_benchmark.baseline)
            measures.append(library_benchmark.run())
    site_benchmarks = [benchmark for benchmark in SITE_BENCHMARKS if benchmark.name in chosen]
    if site_benchmarks:
        print(f"bench: preparing {PRODUCTS:,} products and {LOTS:,} lots in var/bench (once)", flush=True)
        world, environment = prepare_world(VAR / "bench")
        by_servers = sorted(site_benchmarks, key=_servers)
        for (workers, threads), benchmarks in groupby(by_servers, key=_servers):
            with running_servers(environment, site_workers=workers, site_threads=threads):
                for benchmark in benchmarks:
                    _announce(benchmark.name, benchmark.baseline)
                    measures.append(benchmark.run(world))
    VAR.mkdir(exist_ok=True)
    _print_table(measures)
    (VAR / "bench.json").write_text(json.dumps([asdict(measure) for measure in measures], indent=2) + "\n")
    print("bench: wrote var/bench.json")
    return 0 if all(measure.holds for measure in measures) else 1


def _servers(benchmark: object) -> tuple[int, int]:
    """How many processes serve the site for a benchmark, with how many threads each."""
    return getattr(benchmark, "workers", 1), getattr(benchmark, "threads", THREADS)


def _announce(name: str, baseline: str) -> None:
    print(f"bench: {name} beside {baseline} …", flush=True)


def _print_table(measures: list[Measure]) -> None:
    print(f"\n{'name':<20}{'value':>12} {'unit':<12}{'baseline':>12}{'ratio':>9}{'goal':>12}  holds")
    for measure in measures:
        goal = str(measure.goal) if measure.goal is not None else "–"
        print(
            f"{measure.name:<20}{measure.value:>12.1f} {measure.unit:<12}{measure.baseline:>12.1f}"
            f"{measure.ratio:>9.1%}{goal:>12}  {'yes' if measure.holds else 'NO'}"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
