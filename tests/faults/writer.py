"""Programs that tests/faults starts and kills: each says on stdout what was acknowledged, when it was.

``python -m tests.faults.writer VERB PATH SEED …``
"""

import os
import random
import sys
import time
import traceback

from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import open_index
from dupdetect.model import Article, Block

WORDS = [f"word{number}" for number in range(400)]
FINGERPRINTER = Fingerprinter()


def text(seed):
    """Return the text of a document in a version; the same in every process."""
    draw = random.Random(seed)
    return " ".join(draw.choices(WORDS, k=draw.choice([0, 2, 40, 120])))


def piece(id, version):
    return Article(id=id, blocks=(Block(text=text(f"{id} {version}")),))


def batch(articles):
    return articles, FINGERPRINTER.fingerprint_batch([article.text for article in articles])


def tell(*words):
    # One write call: a line is told whole or not at all.
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def forked(work, *arguments):
    """Start a process that is at work at once, without an interpreter's start; return its id and its output."""
    output, end = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(end, 1)
        try:
            work(*arguments)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(end)
    return child, os.fdopen(output)


def write(path, seed, alone=True):
    """Write for ever, in all ways; before each write tell what may be, after it what is.

    Beside others it leaves their documents alone: of two who write one, nobody's account is the last word.
    """
    draw = random.Random(seed)
    version = 0
    with open_index(path, busy_timeout=30) as index:
        known = list(index.ids()) if alone else []
        while True:
            version += 1
            mark = f"{seed}.{version}"
            verb = draw.choice(["add", "replace", "remove", "bulk"])
            if verb == "add":
                ids = [f"{mark}.{n}" for n in range(draw.randint(1, 5))]
                tell("trying", "put", mark, *ids)
                index.add(*batch([piece(id, mark) for id in ids]))
                known += ids
                tell("done", "put", mark, *ids)
            elif verb == "bulk":
                ids = [f"{mark}.{n}" for n in range(draw.randint(20, 120))]
                tell("trying", "put", mark, *ids)
                index.bulk_load([batch([piece(id, mark) for id in ids])])
                known += ids
                tell("done", "put", mark, *ids)
            elif known:
                ids = draw.sample(known, min(len(known), 3))
                kind = "put" if verb == "replace" else "remove"
                tell("trying", kind, mark, *ids)
                if verb == "replace":
                    index.replace(*batch([piece(id, mark) for id in ids]))
                else:
                    index.remove(ids)
                    known = [id for id in known if id not in ids]
                tell("done", kind, mark, *ids)


def share(path, seed, rounds):
    """Write and check beside others; tell what was written."""
    with open_index(path, busy_timeout=30) as index:
        for number in range(int(rounds)):
            id = f"{seed}.{number}"
            one = piece(id, "shared")
            articles, prints = batch([one])
            index.add(articles, prints)
            if one.text:
                assert id in {candidate.id for candidate in index.candidates(prints[0], limit=10_000).found}
            if number % 3 == 0:
                index.replace(*batch([piece(id, "again")]))
            tell("done", id, "again" if number % 3 == 0 else "shared")


def claim(path, seed, rounds, start):
    """Claim the text of each round at the same moment as others; tell who won."""
    with open_index(path, busy_timeout=30) as index:
        for number in range(int(rounds)):
            one = Article(id=f"{seed}.{number}", blocks=(Block(text=f"round {number} " + " ".join(WORDS[:60])),))
            # All rounds share most words: only equal texts object to each other.
            print_of = FINGERPRINTER.fingerprint(one.text)
            seen = index.candidates(print_of, limit=10_000)
            time.sleep(max(0.0, float(start) + number * 0.15 - time.time()))
            rivals = [index.fetch(candidate) for candidate in seen.found if candidate.status == "claimed"]
            won = (
                not any(rival.text == one.text for rival in rivals)
                and index.claim(
                    one,
                    print_of,
                    f"{seed}.{number}",
                    judged_up_to=seen.sequence,
                    judge=lambda newer, own=one.text: not any(rival.text == own for _, rival in newer),
                    ttl=3600,  # none ends while others look, however long it takes
                ).granted
            )
            tell(number, "won" if won else "lost")


if __name__ == "__main__":
    {"write": write, "share": share, "claim": claim}[sys.argv[1]](*sys.argv[2:])
