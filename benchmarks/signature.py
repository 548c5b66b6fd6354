"""Raw text to a 128-permutation MinHash signature over word-3 shingles: dupdetect, datasketch, rensa."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.frame import Benchmark, Contestant, Options, Table, race, require, timing_table
from dupdetect.errors import InputError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.fingerprint.minhash import signatures
from dupdetect.settings import Settings
from dupdetect.text import shingle_batch

__all__ = ["BENCHMARK", "texts_of", "zipf_texts"]

SETTINGS = Settings(shingle_words=3, permutations=128)
WORDS = re.compile(r"\w+").findall


def zipf_texts(count: int, *, words: int = 250, seed: int = 20141103) -> list[str]:
    """Return texts of plain lower-case words whose frequencies follow Zipf's law, about 1.6 kB each with 250 words.

    Parameters
    ----------
    count : int
    words : int
        Words a text.
    seed : int
        Same seed, same texts.
    """
    draw = np.random.default_rng(seed)
    letters = np.frombuffer(b"eeeetttaaaoooiiinnnssshhhrrrddllccuummwwffggyyppbbvk", dtype=np.uint8)
    # Frequent words are short in every language (Zipf's law of abbreviation): lengths grow with the rank.
    sizes = np.clip(draw.poisson(np.linspace(5.0, 10.0, 50_000)), 1, 16)
    vocabulary = [draw.choice(letters, size).tobytes().decode() for size in sizes]
    weights = 1 / (np.arange(len(vocabulary)) + 2.7)  # Mandelbrot's shift, as in English
    ranks = draw.choice(len(vocabulary), (count, words), p=weights / weights.sum())
    return [" ".join(vocabulary[rank] for rank in row) + "." for row in ranks.tolist()]


def texts_of(paths: Sequence[Path]) -> list[str]:
    """Return the field ``text`` of every line of JSONL files, gzipped or not; a folder stands for its files.

    Raises
    ------
    InputError
        A line without a text, or no text at all.
    """
    files = [file for path in paths for file in (sorted(path.glob("*.jsonl*")) if path.is_dir() else [path])]
    texts = []
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    texts.append(str(json.loads(line)["text"]))
                except (ValueError, KeyError, TypeError) as error:
                    raise InputError(f"{file.name}, line {number}: not a JSON object with a field 'text'") from error
    if not texts:
        raise InputError(f"no text in {', '.join(path.name for path in paths)}: give JSONL with a field 'text'")
    return texts


def shingles_as_text(text: str) -> list[str]:
    """Return word-3 shingles as a peer's user makes them, in the fastest plain Python we know."""
    words = WORDS(text.lower())
    return list(map(" ".join, zip(words, words[1:], words[2:], strict=False)))


def shingles_as_bytes(text: str) -> list[bytes]:
    """Return the same as bytes, which datasketch hashes: encoded once a text, not once a shingle."""
    words = " ".join(WORDS(text.lower())).encode().split(b" ")
    return list(map(b" ".join, zip(words, words[1:], words[2:], strict=False)))


def _contestants(texts: Sequence[str]) -> Iterator[Contestant]:
    datasketch = require("datasketch", purpose="the benchmark 'signature'")
    rensa = require("rensa", purpose="the benchmark 'signature'")
    fingerprinter = Fingerprinter(SETTINGS)
    as_text, as_bytes = list(map(shingles_as_text, texts)), list(map(shingles_as_bytes, texts))

    def sketch(hashfunc: Callable[[bytes], int] | None) -> Callable[[Sequence[list[bytes]]], object]:
        # `bulk` is a copy of one prepared MinHash and an `update_batch` for each text
        named = {} if hashfunc is None else {"hashfunc": hashfunc}
        return lambda shingled: datasketch.MinHash.bulk(shingled, num_perm=128, seed=1, scheme="affine32", **named)

    def rensa_full(shingled: Sequence[list[str]]) -> object:
        return rensa.RMinHash.digest_matrix_from_token_sets(shingled, 128, 42)

    def rensa_rho(shingled: Sequence[list[str]]) -> object:
        return rensa.RMinHash.digest_matrix_from_token_sets_rho(shingled, 128, 42)

    sha1, crc32 = sketch(None), sketch(zlib.crc32)
    yield Contestant(name="dupdetect", work=lambda: fingerprinter.fingerprint_batch(texts))
    yield Contestant(name="dupdetect, one by one", work=lambda: [fingerprinter.fingerprint(text) for text in texts])
    yield Contestant(name="datasketch, SHA-1", work=lambda: sha1(list(map(shingles_as_bytes, texts))))
    yield Contestant(name="datasketch, CRC-32", work=lambda: crc32(list(map(shingles_as_bytes, texts))))
    yield Contestant(name="rensa, full set", work=lambda: rensa_full(list(map(shingles_as_text, texts))))
    yield Contestant(name="rensa, rho", work=lambda: rensa_rho(list(map(shingles_as_text, texts))))

    hashed = [shingles for _, shingles in shingle_batch(texts, SETTINGS)]
    yield Contestant(name="dupdetect", stage="shingles", work=lambda: list(shingle_batch(texts, SETTINGS)))
    yield Contestant(name="Python, str", stage="shingles", work=lambda: list(map(shingles_as_text, texts)))
    yield Contestant(name="Python, bytes", stage="shingles", work=lambda: list(map(shingles_as_bytes, texts)))

    yield Contestant(
        name="dupdetect",
        stage="MinHash",
        work=lambda: [signatures(shingles.hashes, shingles.offsets, SETTINGS) for shingles in hashed],
    )
    yield Contestant(name="datasketch, SHA-1", stage="MinHash", work=lambda: sha1(as_bytes))
    yield Contestant(name="datasketch, CRC-32", stage="MinHash", work=lambda: crc32(as_bytes))
    yield Contestant(name="rensa, full set", stage="MinHash", work=lambda: rensa_full(as_text))
    yield Contestant(name="rensa, rho", stage="MinHash", work=lambda: rensa_rho(as_text))


NOTES = (
    "dupdetect's whole also makes the containment sample and the content digest; the peers' makes a signature only.",
    "Not shown: how good the signatures are. dupdetect's are datasketch's, bit for bit, for equal shingle hashes;",
    "rensa estimates otherwise, and its rho looks at a sample of the shingles: less work, not the same work faster.",
    "The tokenisers differ: the peers' `\\w+` of lower-cased text knows neither NFKC nor scripts without spaces.",
)


def _measure(options: Options) -> Iterator[Table]:
    texts = texts_of(options.data) if options.data else zipf_texts(100 if options.quick else 1000)
    kind = f"{', '.join(path.name for path in options.data)}" if options.data else "Zipf words, 250 a text"
    if options.quick:
        texts = texts[:100]
    timings = race(list(_contestants(texts)), rounds=options.rounds or (3 if options.quick else 15), warmup=2)
    size = float(np.mean([len(text.encode()) for text in texts])) / 1e3
    title = f"Text → 128-permutation signature, word-3 shingles: {kind}, {size:.1f} kB mean"
    yield timing_table(title, timings, items=len(texts), item="text", notes=NOTES)


BENCHMARK = Benchmark(
    name="signature",
    summary="text → shingles → MinHash signature, against datasketch and rensa",
    measure=_measure,
    peers=("datasketch", "rensa"),
)
