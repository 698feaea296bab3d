"""The inverse problems of traffic theory: how many lines or agents, how much traffic.

Each takes figures, or arrays of them: sequences, for a list, or numpy arrays, for a numpy array
whose shape is that of all arguments together, by numpy's rules. A figure goes with every item of an
array. Where an item is refused, a note of the exception tells which.
"""

from typing import Any, overload

from phone_system import _native
from phone_system._arrays import Counts, Reals, apply


@overload
def lines_for_erlang_b(
    traffic: float,
    blocking: float,
) -> int: ...
@overload
def lines_for_erlang_b(
    traffic: Reals,
    blocking: Reals,
) -> Any: ...
def lines_for_erlang_b(
    traffic: Reals,
    blocking: Reals,
) -> Any:
    """The fewest lines that block no more calls than wanted, by `erlang_b`.

    Args:
        traffic: Erlang: finite, not negative.
        blocking: The share of calls that may be blocked, between 0 and 1.

    Returns:
        The number, at least 1.

    Raises:
        CapacityError: If an argument is out of range, or more than 1,000,000 would be needed.
    """
    return apply(
        _native.lines_for_erlang_b,
        "rr",
        (
            traffic,
            blocking,
        ),
    )


@overload
def lines_for_erlang_b_recall(
    traffic: float,
    recall: float,
    blocking: float,
) -> int: ...
@overload
def lines_for_erlang_b_recall(
    traffic: Reals,
    recall: Reals,
    blocking: Reals,
) -> Any: ...
def lines_for_erlang_b_recall(
    traffic: Reals,
    recall: Reals,
    blocking: Reals,
) -> Any:
    """The fewest lines that block no more calls than wanted, by `erlang_b_recall`.

    Args:
        traffic: Erlang: finite, not negative.
        recall: The share of blocked calls that is made again, 0 to 1.
        blocking: The share of calls that may be blocked, between 0 and 1.

    Returns:
        The number, at least 1.

    Raises:
        CapacityError: If an argument is out of range, or more than 1,000,000 would be needed.
    """
    return apply(
        _native.lines_for_erlang_b_recall,
        "rrr",
        (
            traffic,
            recall,
            blocking,
        ),
    )


@overload
def lines_for_engset(
    idle_source_traffic: float,
    sources: int,
    blocking: float,
) -> int: ...
@overload
def lines_for_engset(
    idle_source_traffic: Reals,
    sources: Counts,
    blocking: Reals,
) -> Any: ...
def lines_for_engset(
    idle_source_traffic: Reals,
    sources: Counts,
    blocking: Reals,
) -> Any:
    """The fewest lines that block no more calls than wanted, by `engset`.

    Args:
        idle_source_traffic: Erlang that a source offers while it is in no call: the rate at
            which it begins calls times their mean length.
        sources: At least 1.
        blocking: The share of calls that may be blocked, between 0 and 1.

    Returns:
        The number, at least 1.

    Raises:
        CapacityError: If an argument is out of range, or more than 1,000,000 would be needed.
    """
    return apply(
        _native.lines_for_engset,
        "rcr",
        (
            idle_source_traffic,
            sources,
            blocking,
        ),
    )


@overload
def agents_for_service_level(
    traffic: float,
    handle_seconds: float,
    target_seconds: float,
    service_level: float,
) -> int: ...
@overload
def agents_for_service_level(
    traffic: Reals,
    handle_seconds: Reals,
    target_seconds: Reals,
    service_level: Reals,
) -> Any: ...
def agents_for_service_level(
    traffic: Reals,
    handle_seconds: Reals,
    target_seconds: Reals,
    service_level: Reals,
) -> Any:
    """The fewest agents who answer the wanted share of calls in time, by `service_level`.

    Args:
        traffic: Erlang: finite, not negative.
        handle_seconds: How long a call keeps an agent busy in the mean, talk and work after it:
            more than 0, at most 1e9.
        target_seconds: 0 to 1e9; 0 asks for those who do not wait.
        service_level: The share of calls that is to be answered in time, between 0 and 1.

    Returns:
        The number.

    Raises:
        CapacityError: If an argument is out of range, or more than 1,000,000 would be needed.
    """
    return apply(
        _native.agents_for_service_level,
        "rrrr",
        (
            traffic,
            handle_seconds,
            target_seconds,
            service_level,
        ),
    )


@overload
def agents_for_speed_of_answer(
    traffic: float,
    handle_seconds: float,
    answer_seconds: float,
) -> int: ...
@overload
def agents_for_speed_of_answer(
    traffic: Reals,
    handle_seconds: Reals,
    answer_seconds: Reals,
) -> Any: ...
def agents_for_speed_of_answer(
    traffic: Reals,
    handle_seconds: Reals,
    answer_seconds: Reals,
) -> Any:
    """The fewest agents with whom calls wait no longer in the mean, by `speed_of_answer`.

    Args:
        traffic: Erlang: finite, not negative.
        handle_seconds: How long a call keeps an agent busy in the mean, talk and work after it:
            more than 0, at most 1e9.
        answer_seconds: How long calls may wait in the mean: more than 0, at most 1e9.

    Returns:
        The number.

    Raises:
        CapacityError: If an argument is out of range, or more than 1,000,000 would be needed.
    """
    return apply(
        _native.agents_for_speed_of_answer,
        "rrr",
        (
            traffic,
            handle_seconds,
            answer_seconds,
        ),
    )


@overload
def traffic_for_erlang_b(
    lines: int,
    blocking: float,
) -> float: ...
@overload
def traffic_for_erlang_b(
    lines: Counts,
    blocking: Reals,
) -> Any: ...
def traffic_for_erlang_b(
    lines: Counts,
    blocking: Reals,
) -> Any:
    """The most traffic of which no more is blocked than wanted, by `erlang_b`.

    Args:
        lines: 1 to 1,000,000.
        blocking: The share of calls that may be blocked, between 0 and 1.

    Returns:
        Erlang.

    Raises:
        CapacityError: If an argument is out of range.
    """
    return apply(
        _native.traffic_for_erlang_b,
        "cr",
        (
            lines,
            blocking,
        ),
    )


@overload
def traffic_for_erlang_b_recall(
    lines: int,
    recall: float,
    blocking: float,
) -> float: ...
@overload
def traffic_for_erlang_b_recall(
    lines: Counts,
    recall: Reals,
    blocking: Reals,
) -> Any: ...
def traffic_for_erlang_b_recall(
    lines: Counts,
    recall: Reals,
    blocking: Reals,
) -> Any:
    """The most traffic of first attempts of which no more is blocked, by `erlang_b_recall`.

    Args:
        lines: 1 to 1,000,000.
        recall: The share of blocked calls that is made again, 0 to 1.
        blocking: The share of calls that may be blocked, between 0 and 1.

    Returns:
        Erlang.

    Raises:
        CapacityError: If an argument is out of range.
    """
    return apply(
        _native.traffic_for_erlang_b_recall,
        "crr",
        (
            lines,
            recall,
            blocking,
        ),
    )


@overload
def traffic_for_engset(
    lines: int,
    sources: int,
    blocking: float,
) -> float: ...
@overload
def traffic_for_engset(
    lines: Counts,
    sources: Counts,
    blocking: Reals,
) -> Any: ...
def traffic_for_engset(
    lines: Counts,
    sources: Counts,
    blocking: Reals,
) -> Any:
    """The most traffic of an idle source with which no more is blocked, by `engset`.

    Args:
        lines: 1 to 1,000,000.
        sources: At least 1.
        blocking: The share of calls that may be blocked, between 0 and 1.

    Returns:
        Erlang of a source that is in no call.

    Raises:
        CapacityError: If an argument is out of range, or there are not more sources than lines:
            nothing is blocked then.
    """
    return apply(
        _native.traffic_for_engset,
        "ccr",
        (
            lines,
            sources,
            blocking,
        ),
    )


@overload
def traffic_for_service_level(
    agents: int,
    handle_seconds: float,
    target_seconds: float,
    service_level: float,
) -> float: ...
@overload
def traffic_for_service_level(
    agents: Counts,
    handle_seconds: Reals,
    target_seconds: Reals,
    service_level: Reals,
) -> Any: ...
def traffic_for_service_level(
    agents: Counts,
    handle_seconds: Reals,
    target_seconds: Reals,
    service_level: Reals,
) -> Any:
    """The most traffic of which agents answer the wanted share in time, by `service_level`.

    Args:
        agents: 1 to 1,000,000.
        handle_seconds: How long a call keeps an agent busy in the mean, talk and work after it:
            more than 0, at most 1e9.
        target_seconds: 0 to 1e9; 0 asks for those who do not wait.
        service_level: The share of calls that is to be answered in time, between 0 and 1.

    Returns:
        Erlang.

    Raises:
        CapacityError: If an argument is out of range.
    """
    return apply(
        _native.traffic_for_service_level,
        "crrr",
        (
            agents,
            handle_seconds,
            target_seconds,
            service_level,
        ),
    )


@overload
def traffic_for_speed_of_answer(
    agents: int,
    handle_seconds: float,
    answer_seconds: float,
) -> float: ...
@overload
def traffic_for_speed_of_answer(
    agents: Counts,
    handle_seconds: Reals,
    answer_seconds: Reals,
) -> Any: ...
def traffic_for_speed_of_answer(
    agents: Counts,
    handle_seconds: Reals,
    answer_seconds: Reals,
) -> Any:
    """The most traffic with which calls wait no longer in the mean, by `speed_of_answer`.

    Args:
        agents: 1 to 1,000,000.
        handle_seconds: How long a call keeps an agent busy in the mean, talk and work after it:
            more than 0, at most 1e9.
        answer_seconds: How long calls may wait in the mean: more than 0, at most 1e9.

    Returns:
        Erlang.

    Raises:
        CapacityError: If an argument is out of range.
    """
    return apply(
        _native.traffic_for_speed_of_answer,
        "crr",
        (
            agents,
            handle_seconds,
            answer_seconds,
        ),
    )
