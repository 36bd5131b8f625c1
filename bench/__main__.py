"""Run the benchmarks: `python -m bench [name]`. Prints a table and writes `var/bench.json`."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench.benchmarks import BENCHMARKS, Measure
from bench.world import LOTS, PRODUCTS, prepare_world, running_servers

VAR = Path(__file__).resolve().parent.parent / "var"


def main(arguments: list[str]) -> int:
    """Run all benchmarks, or the one named; exit status 1 when a goal is missed, 2 for an unknown name."""
    names = [benchmark.name for benchmark in BENCHMARKS]
    if any(argument not in names for argument in arguments):
        print(f"bench: there is no such benchmark; these are: {', '.join(names)}", file=sys.stderr)
        return 2
    chosen = [benchmark for benchmark in BENCHMARKS if not arguments or benchmark.name in arguments]
    print(f"bench: preparing {PRODUCTS:,} products and {LOTS:,} lots in var/bench (once)", flush=True)
    world, environment = prepare_world(VAR / "bench")
    measures = []
    with running_servers(environment):
        for benchmark in chosen:
            print(f"bench: {benchmark.name} beside hello_row …", flush=True)
            measures.append(benchmark.run(world))
    _print_table(measures)
    (VAR / "bench.json").write_text(json.dumps([asdict(measure) for measure in measures], indent=2) + "\n")
    print("bench: wrote var/bench.json")
    return 0 if all(measure.holds for measure in measures) else 1


def _print_table(measures: list[Measure]) -> None:
    print(f"\n{'name':<16}{'value':>12} {'unit':<12}{'hello_row':>12}{'ratio':>9}{'goal':>8}  holds")
    for measure in measures:
        goal = f"{measure.goal:.0%}" if measure.goal is not None else "–"
        print(
            f"{measure.name:<16}{measure.value:>12.1f} {measure.unit:<12}{measure.baseline:>12.1f}"
            f"{measure.ratio:>9.1%}{goal:>8}  {'yes' if measure.holds else 'NO'}"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
