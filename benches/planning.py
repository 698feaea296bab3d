"""Erlang B and C, and simulated calls, in Python: phone_system, and what else is installed.

    pip install phone-system erlanglib pyworkforce numpy simpy
    python benches/planning.py

Prints the time of a question, and what each answers where more is offered than can be served.
"""

import datetime
import heapq
import math
import random
import time
from collections.abc import Callable

import phone_system


NOW = datetime.datetime(2018, 4, 1, 9, tzinfo=datetime.UTC)


def taken(ask: Callable[[], object], times: int) -> float:
    """Nanoseconds a time; the best of five runs."""
    best = math.inf
    for _ in range(5):
        begun = time.perf_counter()
        for _ in range(times):
            ask()
        best = min(best, (time.perf_counter() - begun) / times)
    return best * 1e9


def recurrence(traffic: float, lines: int) -> float:
    """What programs commonly have."""
    blocking = 1.0
    for line in range(1, lines + 1):
        blocking = traffic * blocking / (line + traffic * blocking)
    return blocking


ERLANG, LINES, CALLS = 80, 96, 200_000


def with_phone_system() -> tuple[float, int]:
    """Blocking, and how many calls it took, those before the day among them."""
    number = "+12125550100"
    system = phone_system.System()
    contoso = system.organization("contoso", actor="ada", clock=lambda: NOW)
    contoso.inventory.import_owned(
        csv=f"TelephoneNumber,IsoCountryCode,Capability\n{number},US,VoiceApplicationAssignment\n"
    )
    simulated = contoso.capacity.simulate(
        numbers=[{"number": number, "arrivals": [20 * ERLANG] * 24, "limit": LINES}],
        duration=datetime.timedelta(minutes=3),
        days=5,
    )
    return float(simulated.day.blocking or 0), simulated.day.offered * 25 // 24


def with_a_heap() -> tuple[float, int]:
    """What a programmer would write: a heap of ends."""
    chance = random.Random(1)
    now, refused, ends = 0.0, 0, []
    for _ in range(CALLS):
        now += chance.expovariate(ERLANG)
        while ends and ends[0] <= now:
            heapq.heappop(ends)
        if len(ends) < LINES:
            heapq.heappush(ends, now + chance.expovariate(1))
        else:
            refused += 1
    return refused / CALLS, CALLS


def with_simpy() -> tuple[float, int]:
    """The package that people take for it."""
    import simpy

    chance = random.Random(1)
    environment = simpy.Environment()
    lines = simpy.Resource(environment, LINES)
    refused = 0

    def call():
        with lines.request() as line:
            yield line
            yield environment.timeout(chance.expovariate(1))

    def calls():
        nonlocal refused
        for _ in range(CALLS):
            yield environment.timeout(chance.expovariate(ERLANG))
            if lines.count < LINES:
                environment.process(call())
            else:
                refused += 1

    environment.process(calls())
    environment.run()
    return refused / CALLS, CALLS


def simulations() -> None:
    """The same calls by all: they agree with Erlang B, and so with each other."""
    exact = phone_system.erlang_b(ERLANG, LINES)
    for name, simulate in [
        ("phone_system", with_phone_system),
        ("a heap in Python", with_a_heap),
        ("simpy", with_simpy),
    ]:
        begun = time.perf_counter()
        try:
            blocking, calls = simulate()
        except ImportError:
            print(f"{name} is not installed")
            continue
        passed = time.perf_counter() - begun
        # Some four standard errors of 200,000 calls, which come in bursts.
        assert abs(blocking - exact) < 0.003, (name, blocking, exact)
        print(f"a simulated call, {name}: {passed / calls * 1e9:.0f} ns; {blocking:.4f} blocked")


def show(name: str, ask: Callable[[], object], times: int = 1_000, items: int = 1) -> None:
    """Prints the time of an item."""
    print(f"{name}: {taken(ask, times) / items:.0f} ns")


def main() -> None:
    """Asks everyone the same."""
    simulations()
    for lines in (15, 100, 1_000):
        traffic = lines * 0.9
        show(f"erlang_b, {lines} lines", lambda t=traffic, n=lines: phone_system.erlang_b(t, n))
        show(f"  a loop in Python, {lines} lines", lambda t=traffic, n=lines: recurrence(t, n), 200)
    many = [80 + place / 1e4 for place in range(100_000)]
    show("erlang_b, 96 lines, of a list", lambda: phone_system.erlang_b(many, 96), 1, len(many))
    show("erlang_c, 96 agents", lambda: phone_system.erlang_c(80, 96))
    try:
        import numpy
    except ImportError:
        print("numpy is not installed")
    else:
        array = numpy.array(many)
        ask = lambda: phone_system.erlang_b(array, 96)  # noqa: E731
        show("erlang_b, 96 lines, of a numpy array", ask, 1, len(many))

        def loop() -> object:
            blocking = numpy.ones_like(array)
            for line in range(1, 97):
                blocking = array * blocking / (line + array * blocking)
            return blocking

        show("  a loop over lines in numpy", loop, 1, len(many))
    try:
        # Servers come first there.
        from erlanglib import erlang_b, erlang_c
    except ImportError:
        print("erlanglib is not installed")
    else:
        for lines in (15, 100, 1_000):
            show(f"  erlanglib, {lines} lines", lambda n=lines: erlang_b(n, n * 0.9), 100)
        show("  erlanglib, erlang_c", lambda: erlang_c(96, 80), 100)
        print(f"  erlanglib, 12 erlang and 10 agents: {erlang_c(10, 12)}")
    try:
        from pyworkforce.queuing import ErlangC
    except ImportError:
        print("pyworkforce is not installed")
    else:
        # 80 erlang: 800 calls in half an hour, three minutes each.
        queue = ErlangC(transactions=800, aht=3, interval=30, asa=20 / 60, shrinkage=0)
        show("  pyworkforce, waiting_probability", lambda: queue.waiting_probability(96), 100)
        full = ErlangC(transactions=120, aht=3, interval=30, asa=20 / 60, shrinkage=0)
        print(f"  pyworkforce, 12 erlang and 10 agents: {full.waiting_probability(10)}")
    try:
        print(phone_system.erlang_c(12, 10))
    except phone_system.CapacityError as refused:
        print(refused)


if __name__ == "__main__":
    main()
