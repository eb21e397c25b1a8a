"""The table of figures, as text and as JSON."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figure import Figure
from benchmarks.plan import Plan

_HEADINGS = ("", "median", "spread", "reference", "ratio", "target", "", "CPU s", "peak MB")


def machine() -> str:
    """Describe the machine: processor, number of them, memory, system, Python."""
    facts = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in facts if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"{names[0] if names else platform.machine()}, {os.cpu_count()} processors, "
        f"{memory:.0f} GB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def load_average() -> str:
    """Tell what else the machine does."""
    return " ".join(f"{each:.1f}" for each in os.getloadavg())


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a Markdown table, which reads well as text too."""
    rows = [_HEADINGS, *map(_row, figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(_HEADINGS))]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) + " |" for r in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]])


def summary(figures: Sequence[Figure]) -> str:
    """Count the targets that are met; name the others, the worst first."""
    missed = sorted((f for f in figures if not f.met), key=lambda f: -f.excess)
    lines = [f"{len(figures) - len(missed)} of {len(figures)} targets are met."]
    client = max((f.client for f in figures if f.client is not None), default=0.0)
    lines += [f"Our own client took {client:.0%} of one processor at most."]
    lines += [f"  missed by a factor of {f.excess:.1f}: {f.name} ({f.reference})" for f in missed]
    return "\n".join(lines)


def document(plan: Plan, figures: Iterable[Figure]) -> bytes:
    """Return everything as JSON."""
    found: dict[str, Any] = {
        "machine": machine(),
        "load": load_average(),
        "python": sys.version,
        "plan": asdict(plan),
        "figures": [
            asdict(replace(f, profile=None))
            | {"ratio": f.ratio, "median": median(f.values), "met": f.met}
            for f in figures
        ],
    }
    return json.dumps(found, indent=1, ensure_ascii=False).encode()


def _row(figure: Figure) -> tuple[str, ...]:
    low, high = _number(min(figure.values)), _number(max(figure.values))
    theirs = _number(median(figure.reference_values))
    return (
        figure.name,
        f"{_number(median(figure.values))} {figure.unit}",
        low if low == high else f"{low} to {high}",
        f"{figure.reference}: {theirs}",
        f"{figure.ratio:.3g}",
        str(figure.target),
        "met" if figure.met else "NOT MET",
        "" if figure.cpu is None else _number(figure.cpu),
        "" if figure.peak is None else f"{figure.peak:.0f}",
    )


def _number(value: float) -> str:
    """Write three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
