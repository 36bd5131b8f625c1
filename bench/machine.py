"""How fast the machine is at this moment: `python -m bench.machine` counts what one processor of it compiles.

A virtual machine shares its processors, and how much of them it gets may change by half from one minute to the next.
Compiling Python is work of the kind that the servers do, and has nothing else in common with them.
"""

import argparse
import inspect
import os
import subprocess
import sys
import time

SECONDS = 0.4


def machine_speed() -> float:
    """How many times a second all processors together, each at the same time, compile one module of Python's own."""
    command = [sys.executable, "-m", "bench.machine"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(os.cpu_count() or 1)]
    return sum(float(process.communicate(timeout=30)[0]) for process in processes)


def _compiled_in_a_second() -> float:
    source = inspect.getsource(argparse)
    started, compiled = time.perf_counter(), 0
    while (passed := time.perf_counter() - started) < SECONDS:
        compile(source, "argparse.py", "exec")
        compiled += 1
    return compiled / passed


if __name__ == "__main__":
    print(_compiled_in_a_second())
