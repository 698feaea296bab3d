"""Figures and arrays of figures, handed to the native half as they are."""

import sys
from array import array
from collections.abc import Callable, Sequence
from typing import Any, Literal, SupportsFloat, SupportsIndex, TypeAlias

# A numpy array has no type where numpy is not installed, so it stands here as Any.
Reals: TypeAlias = SupportsFloat | Sequence[float] | Any
Counts: TypeAlias = SupportsIndex | Sequence[int] | Any


def apply(
    formula: Callable[..., Any],
    kinds: str,
    arguments: tuple[Any, ...],
    overloaded: Literal["raise", "nan"] = "raise",
) -> Any:
    """Asks a native formula for a figure, a list or a numpy array.

    Args:
        formula: What is asked.
        kinds: Of each argument ``r`` if it is real, ``c`` if it is a count.
        arguments: Figures, sequences or numpy arrays.
        overloaded: What to do with what cannot be served.

    Returns:
        A figure if all arguments are, else as many as there are items.
    """
    if overloaded not in ("raise", "nan"):
        raise ValueError(f'overloaded is "raise" or "nan", not {overloaded!r}')
    nan = overloaded == "nan"
    # Who has an array has loaded numpy.
    numpy = sys.modules.get("numpy")
    if numpy is not None and any(has_shape(numpy, value) for value in arguments):
        return of_arrays(numpy, formula, kinds, arguments, nan)
    arrays: list[array[Any] | None] = [
        array("d" if kind == "r" else "q", value) if is_sequence(value) else None
        for kind, value in zip(kinds, arguments, strict=True)
    ]
    flat = [
        value if items is None else items for value, items in zip(arguments, arrays, strict=True)
    ]
    lengths = {len(items) for items in arrays if items is not None}
    if len(lengths) > 1:
        raise ValueError("the arguments have different lengths")
    if lengths == {0}:
        # An empty array has no memory that could be handed over.
        return []
    told = formula(*flat, nan)
    if isinstance(told, bytearray):
        answer: array[Any] = array("q" if is_count(formula) else "d")
        answer.frombytes(told)
        return answer.tolist()
    return told


def is_sequence(value: object) -> bool:
    """Whether it has figures one after the other; texts and bytes have none."""
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray))


def is_count(formula: Callable[..., Any]) -> bool:
    """Whether whole numbers are answered: lines or agents."""
    return formula.__name__.startswith(("lines_for_", "agents_for_"))


def has_shape(numpy: Any, value: object) -> bool:
    """Whether it is a numpy array, or something that makes itself one, and not a single figure."""
    return hasattr(value, "__array__") and not isinstance(value, numpy.generic)


def of_arrays(
    numpy: Any,
    formula: Callable[..., Any],
    kinds: str,
    arguments: tuple[Any, ...],
    nan: bool,
) -> Any:
    """The same of numpy arrays, of whatever shapes go together."""
    arrays = [numpy.asarray(value) for value in arguments]
    for kind, value in zip(kinds, arrays, strict=True):
        if value.dtype.kind not in ("iu" if kind == "c" else "iuf"):
            wanted = "whole numbers" if kind == "c" else "numbers"
            raise TypeError(f"an array of {wanted} is wanted, not of {value.dtype}")
    spread = numpy.broadcast_arrays(*arrays)
    types = [numpy.float64 if kind == "r" else numpy.int64 for kind in kinds]
    flat = [
        numpy.ascontiguousarray(value, dtype=dtype).reshape(-1)
        for value, dtype in zip(spread, types, strict=True)
    ]
    told = formula(*flat, nan)
    dtype = numpy.int64 if is_count(formula) else numpy.float64
    return numpy.frombuffer(told, dtype=dtype).reshape(spread[0].shape)
