"""Calls admitted and released from Python, beside a dictionary behind a lock.

Install the package as it is shipped, for example by ``pip install ./phone-system-py``, and run
``python benches/capacity.py``. Each figure is the best of several rounds, for a call that is admitted
and released.
"""

import threading
import time
from array import array
from collections.abc import Callable
from datetime import UTC, datetime

import phone_system

NUMBERS, CALLS, ROUNDS = 1_000, 100_000, 7


def best(run: Callable[[], None], calls: int) -> float:
    """Nanoseconds a call, of the best round."""
    took = []
    for _ in range(ROUNDS):
        begin = time.perf_counter_ns()
        run()
        took.append((time.perf_counter_ns() - begin) / calls)
    return min(took)


def main() -> None:
    """Tells what each way takes."""
    system = phone_system.System()
    contoso = system.organization(
        "contoso",
        actor="ada",
        clock=lambda: datetime(2018, 4, 1, tzinfo=UTC),
    )
    numbers = [phone_system.PhoneNumber(f"+1212555{place:04}") for place in range(NUMBERS)]
    rows = "".join(f"{number},US,VoiceApplicationAssignment\n" for number in numbers)
    csv = "TelephoneNumber,IsoCountryCode,Capability\n" + rows
    contoso.inventory.import_owned(csv=csv)
    asked = [numbers[place * 7_919 % NUMBERS] for place in range(CALLS // 10)]

    def one_by_one() -> None:
        for number in asked:
            contoso.admit(number).release()

    lines = contoso.lines(numbers)

    def together(at_once: int) -> Callable[[], None]:
        which = array("I", (place * 7_919 % NUMBERS for place in range(at_once)))

        def run() -> None:
            for _ in range(CALLS // at_once):
                lines.release(lines.admit(which).permits)

        return run

    in_use = dict.fromkeys(numbers, 0)
    lock = threading.Lock()

    def locked() -> None:
        for number in asked:
            with lock:
                if in_use[number] >= 250:
                    raise RuntimeError
                in_use[number] += 1
            with lock:
                in_use[number] -= 1

    print(f"a permit for each call: {best(one_by_one, len(asked)):.0f} ns")
    for at_once in (100, 10_000):
        print(f"{at_once} calls at once on lines: {best(together(at_once), CALLS):.0f} ns")
    print(f"a dictionary behind a lock: {best(locked, len(asked)):.0f} ns")


if __name__ == "__main__":
    main()
