"""Counts for Prometheus, summed over the worker processes of a service."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dupdetect.index import IndexInfo

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Metrics:
    """The counters of one process.

    Parameters
    ----------
    folder : str, optional
        Where the worker processes of a service put their counters together. prometheus_client must know it when it is
        imported, from ``PROMETHEUS_MULTIPROC_DIR``: `dupdetect.cli.serve` sees to that.
    """

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder
        self._registry = CollectorRegistry()
        own = None if folder else self._registry  # with a folder, what is in it is collected, not what is in here
        self.requests = Counter("dupdetect_requests", "Requests answered.", ("method", "route", "status"), registry=own)
        self.seconds = Histogram(
            "dupdetect_request_seconds", "Seconds from a request's head to its answer.", ("route",),
            buckets=_SECONDS, registry=own,
        )  # fmt: skip
        self.decisions = Counter("dupdetect_decisions", "Checks by their decision.", ("decision",), registry=own)
        self.claims = Counter("dupdetect_claims", "Claims asked for, granted or not.", ("granted",), registry=own)
        self.unrecorded = Counter(
            "dupdetect_checks_unrecorded", "Checks that the list of recent checks has lost.", registry=own
        )
        self.inside = Gauge(
            "dupdetect_requests_inside", "Requests at work now.", registry=own, multiprocess_mode="livesum"
        )

    def text(self, info: IndexInfo | None) -> bytes:
        """Return everything in Prometheus' text format.

        Parameters
        ----------
        info : IndexInfo, optional
            None where the index cannot be read now.
        """
        registry = self._registry
        if self._folder:
            registry = CollectorRegistry()
            MultiProcessCollector(registry, path=self._folder)  # type: ignore[no-untyped-call]
        return generate_latest(registry) + (generate_latest(_of_index(info)) if info else b"")


class _IndexFacts(Collector):
    def __init__(self, info: IndexInfo) -> None:
        self._info = info

    def collect(self) -> Iterator[Metric]:
        info = self._info
        yield GaugeMetricFamily("dupdetect_index_documents", "Documents in the index.", value=info.documents)
        yield GaugeMetricFamily("dupdetect_index_claims", "Claims in the index.", value=info.claims)
        yield GaugeMetricFamily("dupdetect_index_bytes", "Size of the index's file.", value=info.bytes)


def _of_index(info: IndexInfo) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_IndexFacts(info))
    return registry
