"""Traffic theory: how well lines and agents carry traffic.

Each takes figures, or arrays of them: sequences, for a list, or numpy arrays, for a numpy array
whose shape is that of all arguments together, by numpy's rules. A figure goes with every item of an
array. Where an item is refused, a note of the exception tells which.
"""

from typing import Any, Literal, overload

from phone_system import _native
from phone_system._arrays import Counts, Reals, apply


@overload
def erlang_b(
    traffic: float,
    lines: int,
) -> float: ...
@overload
def erlang_b(
    traffic: Reals,
    lines: Counts,
) -> Any: ...
def erlang_b(
    traffic: Reals,
    lines: Counts,
) -> Any:
    """Erlang B: the probability that a call finds all lines busy and is gone.

    Args:
        traffic: Erlang: finite, not negative.
        lines: 1 to 1,000,000.

    Returns:
        The probability.

    Raises:
        CapacityError: If an argument is out of range.
    """
    return apply(
        _native.erlang_b,
        "rc",
        (
            traffic,
            lines,
        ),
    )


@overload
def erlang_b_recall(
    traffic: float,
    lines: int,
    recall: float,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> float: ...
@overload
def erlang_b_recall(
    traffic: Reals,
    lines: Counts,
    recall: Reals,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> Any: ...
def erlang_b_recall(
    traffic: Reals,
    lines: Counts,
    recall: Reals,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> Any:
    """Extended Erlang B: the same if a share of blocked calls is made again, and again.

    Args:
        traffic: Erlang: finite, not negative.
        lines: 1 to 1,000,000.
        recall: The share of blocked calls that is made again, 0 to 1.
        overloaded: What to do where more traffic is offered than can be served: ``"raise"``, or
            answer ``"nan"``.

    Returns:
        The probability that a call is blocked.

    Raises:
        CapacityError: If `recall` is 1 and `traffic` is not below `lines`, or an argument is out of
            range.
    """
    return apply(
        _native.erlang_b_recall,
        "rcr",
        (
            traffic,
            lines,
            recall,
        ),
        overloaded,
    )


@overload
def erlang_c(
    traffic: float,
    agents: int,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> float: ...
@overload
def erlang_c(
    traffic: Reals,
    agents: Counts,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> Any: ...
def erlang_c(
    traffic: Reals,
    agents: Counts,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> Any:
    """Erlang C: the probability that a call finds all agents busy and waits.

    Args:
        traffic: Erlang: finite, not negative.
        agents: 1 to 1,000,000.
        overloaded: What to do where more traffic is offered than can be served: ``"raise"``, or
            answer ``"nan"``.

    Returns:
        The probability.

    Raises:
        CapacityError: If `traffic` is not below `agents`, or an argument is out of range.
    """
    return apply(
        _native.erlang_c,
        "rc",
        (
            traffic,
            agents,
        ),
        overloaded,
    )


@overload
def service_level(
    traffic: float,
    agents: int,
    handle_seconds: float,
    target_seconds: float,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> float: ...
@overload
def service_level(
    traffic: Reals,
    agents: Counts,
    handle_seconds: Reals,
    target_seconds: Reals,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> Any: ...
def service_level(
    traffic: Reals,
    agents: Counts,
    handle_seconds: Reals,
    target_seconds: Reals,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> Any:
    """The share of calls that an agent answers within a time.

    Args:
        traffic: Erlang: finite, not negative.
        agents: 1 to 1,000,000.
        handle_seconds: How long a call keeps an agent busy in the mean, talk and work after it:
            more than 0, at most 1e9.
        target_seconds: 0 to 1e9; 0 asks for those who do not wait.
        overloaded: What to do where more traffic is offered than can be served: ``"raise"``, or
            answer ``"nan"``.

    Returns:
        The share.

    Raises:
        CapacityError: If `traffic` is not below `agents`, or an argument is out of range.
    """
    return apply(
        _native.service_level,
        "rcrr",
        (
            traffic,
            agents,
            handle_seconds,
            target_seconds,
        ),
        overloaded,
    )


@overload
def speed_of_answer(
    traffic: float,
    agents: int,
    handle_seconds: float,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> float: ...
@overload
def speed_of_answer(
    traffic: Reals,
    agents: Counts,
    handle_seconds: Reals,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> Any: ...
def speed_of_answer(
    traffic: Reals,
    agents: Counts,
    handle_seconds: Reals,
    *,
    overloaded: Literal["raise", "nan"] = "raise",
) -> Any:
    """The mean time until a call is answered, those that do not wait among them.

    Args:
        traffic: Erlang: finite, not negative.
        agents: 1 to 1,000,000.
        handle_seconds: How long a call keeps an agent busy in the mean, talk and work after it:
            more than 0, at most 1e9.
        overloaded: What to do where more traffic is offered than can be served: ``"raise"``, or
            answer ``"nan"``.

    Returns:
        Seconds.

    Raises:
        CapacityError: If `traffic` is not below `agents`, or an argument is out of range.
    """
    return apply(
        _native.speed_of_answer,
        "rcr",
        (
            traffic,
            agents,
            handle_seconds,
        ),
        overloaded,
    )


@overload
def engset(
    idle_source_traffic: float,
    lines: int,
    sources: int,
) -> float: ...
@overload
def engset(
    idle_source_traffic: Reals,
    lines: Counts,
    sources: Counts,
) -> Any: ...
def engset(
    idle_source_traffic: Reals,
    lines: Counts,
    sources: Counts,
) -> Any:
    """Engset: the probability that a call of one of few sources is blocked (call congestion).

    Args:
        idle_source_traffic: Erlang that a source offers while it is in no call: the rate at
            which it begins calls times their mean length.
        lines: 1 to 1,000,000.
        sources: At least 1.

    Returns:
        The probability; 0 if there are as many lines as sources.

    Raises:
        CapacityError: If an argument is out of range.
    """
    return apply(
        _native.engset,
        "rcc",
        (
            idle_source_traffic,
            lines,
            sources,
        ),
    )
