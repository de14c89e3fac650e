"""`measure` and `split` beside the nearest peer and beside C: ratios in one run, CPU time."""

import resource
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import environment

environment.enter()

import stopwatch  # noqa: E402
from corpus import texts  # noqa: E402
from stopwatch import Rival, loop, not_run, race, row  # noqa: E402

from smsproof_spec.rules import cheapest, explain, measure, split, split_graphemes, transliterate  # noqa: E402

HERE = Path(__file__).parent


class CLoop:
    """`count_segments.c`, compiled, on the same texts."""

    def __init__(self, corpus: list[str], folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            raise FileNotFoundError("no C compiler")
        self.program = folder / "count_segments"
        subprocess.run([compiler, "-O2", "-o", self.program, HERE / "count_segments.c"], check=True)
        self.data = folder / "texts"
        self.data.write_bytes(b"".join(struct.pack("<I", len(text)) + text.encode("utf-32-le") for text in corpus))
        self.segments = 0

    def lap(self) -> float:
        """The best of three rounds in one process: it stands for the limit."""
        done = subprocess.run([self.program, self.data, "3"], capture_output=True, text=True, check=True)
        rounds = [line.split() for line in done.stdout.splitlines()]
        self.segments = int(rounds[0][1])
        return min(float(seconds) for seconds, _ in rounds)


def main() -> None:
    corpus = texts()
    print(
        f"Python {sys.version.split()[0]}; {len(corpus)} texts, mean {sum(map(len, corpus)) / len(corpus):.0f} characters;"
    )
    print(f"CPU time, median of {stopwatch.ROUNDS} laps in turn\n")
    with tempfile.TemporaryDirectory() as folder:
        rivals = [Rival("measure", loop(measure, corpus)), Rival("split", loop(split, corpus))]
        try:
            import smsutil

            rivals.append(Rival("smsutil", loop(smsutil.split, corpus)))
        except ImportError:
            smsutil = None
        c_loop = None
        try:
            c_loop = CLoop(corpus, Path(folder))
            rivals.append(Rival("C", c_loop.lap))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"C: {error}", file=sys.stderr)
        seconds = race(rivals)
    if c_loop:
        assert c_loop.segments == sum(measure(text).segments for text in corpus), "C and Python disagree"
    for name, taken in seconds.items():
        row(f"{name}, texts a second", f"{len(corpus) / taken:,.0f}")
    print()
    if smsutil:
        ratio = seconds["smsutil"] / seconds["measure"]
        row("measure / smsutil.split", f"{ratio:.1f} x", "at least 30 x", ratio >= 30)
        ratio = seconds["smsutil"] / seconds["split"]
        row("split / smsutil.split", f"{ratio:.1f} x", "at least 10 x", ratio >= 10)
    else:
        not_run("measure and split / smsutil.split", "smsutil could not be installed")
    if c_loop:
        share = seconds["C"] / seconds["measure"]
        row("measure / C loop", f"{share:.0%}", "at least 20 %", share >= 0.2)
    else:
        not_run("measure / C loop", "no C compiler")
    linear()
    the_rest(corpus)
    imports()


def linear() -> None:
    """A megabyte takes per character less than twice what ten kilobytes take."""
    print()
    for name, character in (
        ("ASCII", "a"),
        ("euro", "\u20ac"),
        ("brackets", "["),
        ("Chinese", "\u4e2d"),
        ("emoji", "\U0001f600"),
    ):
        small, large = character * 10_000, character * 1_000_000
        seconds = race([Rival("small", loop(measure, [small] * 100)), Rival("large", loop(measure, [large]))], 5)
        ratio = seconds["large"] / seconds["small"]
        row(f"measure, 1 MB / 10 kB per character, {name}", f"{ratio:.2f} x", "under 2 x", ratio < 2)


def the_rest(corpus: list[str]) -> None:
    """No bar: for whoever plans with them."""
    print()
    some = corpus[:500]
    functions = {
        "split_graphemes": split_graphemes,
        "transliterate": transliterate,
        "cheapest": cheapest,
        "explain": explain,
    }
    for name, taken in race([Rival(name, loop(function, some)) for name, function in functions.items()], 3).items():
        row(f"{name}, texts a second", f"{len(some) / taken:,.0f}")


def imports() -> None:
    """CPU time that an import adds to bare Python."""
    print()
    path = f"import sys; sys.path.insert(0, {str(environment.ROOT / 'spec')!r}); "
    programs = {
        "bare": path,
        "import smsproof_spec.rules": path + "import smsproof_spec.rules",
        "from smsproof_spec.rules import measure": path + "from smsproof_spec.rules import measure",
        "... import measure, split, check, classify": path
        + "from smsproof_spec.rules import measure, split, check, classify",
    }
    seconds = race([Rival(name, child(program)) for name, program in programs.items()], 15)
    for name in list(programs)[1:]:
        milliseconds = (seconds[name] - seconds["bare"]) * 1000
        row(name, f"+ {milliseconds:.1f} ms", "under 15 ms", milliseconds < 15)


def child(program: str) -> Callable[[], float]:
    """A lap that runs Python on a program."""

    def lap() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-I", "-c", program], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return lap


if __name__ == "__main__":
    main()
