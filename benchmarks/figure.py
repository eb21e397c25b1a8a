"""A figure: what was measured, what of the reference, and how they should compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

Profile = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Target:
    """How large the ratio to the reference may be, or has to be."""

    ratio: float
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.ratio:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the table.

    Attributes:
        name: what was measured.
        unit: of the values, and of those of the reference.
        values: one a repeat.
        reference: what the values are compared with.
        reference_values: measured in the same run, or one that is given.
        target: what the ratio of the medians should be.
        cpu: CPU seconds of the server, of one repeat or request; None where nothing was counted.
        peak: the most memory that the server had meanwhile, in MB.
        client: the share of one CPU that our own client took, of many requests; None elsewhere.
        profile: has it done again under a profiler and returns where the time goes; None where
            nothing of the server's is measured.
    """

    name: str
    unit: str
    values: Sequence[float]
    reference: str
    reference_values: Sequence[float]
    target: Target
    cpu: float | None = None
    peak: float | None = None
    client: float | None = None
    profile: Profile | None = None

    @property
    def ratio(self) -> float:
        """The median as a multiple of that of the reference."""
        return median(self.values) / max(median(self.reference_values), 1e-9)

    @property
    def met(self) -> bool:
        """Whether the ratio is what it should be."""
        if self.target.at_least:
            return self.ratio >= self.target.ratio
        return self.ratio <= self.target.ratio

    @property
    def excess(self) -> float:
        """By which factor the target is missed; 1 and less where it is met."""
        factor = self.ratio / self.target.ratio
        return 1 / max(factor, 1e-9) if self.target.at_least else factor
