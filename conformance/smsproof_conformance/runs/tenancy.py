"""One run at a time on an account, as far as this machine can tell.

Two runs at once would set each other's webhooks, read each other's outbox and accuse the vendor of it. So a run on record
holds a file that stands for base URL and token, in the user's cache folder, whatever folder it was started in. The
lock is the kernel's: whoever dies has let go. Advisory: where no such file can be made, a run goes on without it.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from smsproof_conformance.targets.target import Secrets, Target

# Too short to try tokens against: what stands for an account must not help to guess its token.
_DIGEST_BYTES: Final = 4
_NO_PLACE: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ENOTDIR, errno.ENOLCK})


class AccountTaken(Exception):
    """Another run is at this account. Who must act: the person who started this one."""


@contextmanager
def tenancy(target: Target, secrets: Secrets, run: Path) -> Generator[None]:
    """Hold the account of a target for a run.

    run       the run file, by which others are told who holds it.
    raises    AccountTaken at once when another run does.
    """
    try:
        held = _hold(_path(target, secrets))
    except OSError as error:
        if error.errno not in _NO_PLACE:
            raise
        yield
        return
    descriptor, path = held
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"run": str(run.absolute()), "process": os.getpid()}).encode())
        yield
    finally:
        path.unlink(missing_ok=True)  # before it is let go: whoever waits for this very file sees that it is gone
        os.close(descriptor)


def _hold(path: Path) -> tuple[int, Path]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            try:
                raise AccountTaken(_who(descriptor)) from None
            finally:
                os.close(descriptor)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor, path
        os.close(descriptor)  # its former holder took the file away between our opening and our locking it


def _who(descriptor: int) -> str:
    holder = "another run"
    with suppress(ValueError, KeyError, TypeError):  # it holds the file and has not written its name yet
        told = json.loads(os.pread(descriptor, 4096, 0))
        holder = f"the run {told['run']} (process {told['process']})"
    return (
        f"This account is in use by {holder}: two runs at once would set each other's webhooks. Nothing was sent."
        " Wait until it ends, or stop it; or give this run a token of another account."
    )


def _path(target: Target, secrets: Secrets) -> Path:
    parts = urlsplit(target.base_url)
    # Whatever this machine calls itself, it is one vendor behind one port.
    host = "loopback" if target.on_loopback else parts.hostname or ""
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    account = "\0".join((host, str(port), parts.path.rstrip("/"), secrets.token.get_secret_value()))
    digest = hashlib.blake2b(account.encode(), digest_size=_DIGEST_BYTES, person=b"smsproof account")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "smsproof" / "accounts" / f"{digest.hexdigest()}.lock"
