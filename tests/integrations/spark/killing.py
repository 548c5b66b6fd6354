"""What a test sends to executors to end one of them in the middle of its work."""

import os
import signal
from pathlib import Path


def killed_once(marker, work, *arguments):
    """Do `work`, but the first time kill the executor this runs in, with the shuffle files it holds."""
    *rest, batches = arguments
    for number, batch in enumerate(work(*rest, batches)):
        if number == 0 and not Path(marker).exists():
            Path(marker).touch()
            os.kill(_executor(), signal.SIGKILL)
        yield batch


def _executor():
    """The Java process above this worker."""
    process = os.getppid()
    while b"java" not in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")[0]:
        process = int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return process
