from typing import Any

from numpy.typing import NDArray

def finalize(values: NDArray[Any], /) -> None: ...
def hash_spans(letters: NDArray[Any], starts: NDArray[Any], ends: NDArray[Any], hashes: NDArray[Any], /) -> None: ...
def minima(
    hashes: NDArray[Any],
    offsets: NDArray[Any],
    multipliers: NDArray[Any],
    increments: NDArray[Any],
    signatures: NDArray[Any],
    /,
) -> None: ...
