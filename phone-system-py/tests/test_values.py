"""Telephone numbers and lists of them."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phone_system import LineType, NumberError, NumberList, PhoneNumber, parse_number

NEAR = st.integers(14_255_550_100, 14_255_550_140)


def test_a_number_has_one_text_form() -> None:
    number = PhoneNumber("+14255550100")
    assert str(number) == f"{number}" == "+14255550100"
    assert number.digits == 14_255_550_100
    assert PhoneNumber.from_digits(14_255_550_100) == number
    assert eval(repr(number)) == number
    for bad in ["", "14255550100", "+1 425", "+0425", "+999", "+1000000000000000", "+١٤٢٥"]:
        with pytest.raises(ValueError, match=r"E\.164"):
            PhoneNumber(bad)
    for digits in [0, 999, 10**15]:
        with pytest.raises(ValueError, match="4 to 15 digits"):
            PhoneNumber.from_digits(digits)
    with pytest.raises(OverflowError):
        PhoneNumber.from_digits(-1)
    with pytest.raises(TypeError):
        PhoneNumber(14_255_550_100)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_numbers_are_values() -> None:
    small, large = PhoneNumber("+9999"), PhoneNumber("+10000")
    assert small < large
    assert small <= large
    assert sorted([large, small]) == [small, large]
    assert len({small, large, PhoneNumber("+9999")}) == 2
    assert small != "+9999"
    with pytest.raises(TypeError):
        _ = small < "+10000"  # type: ignore[operator] # pyright: ignore
    with pytest.raises(AttributeError):
        small.digits = 1  # type: ignore[misc] # pyright: ignore
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(small, protocol)) == small
    assert copy.copy(small) == copy.deepcopy(small) == small
    match small:
        case PhoneNumber(digits):
            assert digits == 9999


def test_what_people_write_is_read() -> None:
    parsed = parse_number("(425) 555-0100", country="US")
    assert parsed.number == PhoneNumber("+14255550100")
    assert (parsed.country, parsed.extension) == ("US", None)
    assert parse_number("tel:+18005550199;ext=55").line is LineType.TOLL_FREE
    with pytest.raises(NumberError) as caught:
        parse_number("hello")
    assert caught.value.dotted == "number.not_a_number"
    assert caught.value.figures == {"text": "hello"}
    with pytest.raises(ValueError, match="two letters"):
        parse_number("4255550100", country="USA")
    with pytest.raises(ValueError, match="lone surrogate"):
        parse_number("\ud800")


def test_a_list_is_a_set_of_ranges() -> None:
    numbers = NumberList(
        ["+14255550105", "+14255550100-+14255550102", PhoneNumber("+14255550103"), "+14255550102"]
    )
    assert numbers.ranges == ("+14255550100-+14255550103", "+14255550105")
    assert len(numbers) == len(list(numbers)) == 5
    assert PhoneNumber("+14255550105") in numbers
    assert "+14255550105" in numbers
    assert "+14255550104" not in numbers
    assert "nonsense" not in numbers
    assert 14_255_550_105 not in numbers
    assert NumberList(numbers) == numbers
    assert hash(NumberList(numbers)) == hash(numbers)
    assert eval(repr(numbers)) == pickle.loads(pickle.dumps(numbers)) == numbers
    assert copy.deepcopy(numbers) == numbers
    assert NumberList(["+9999", "+10000"]).ranges == ("+9999", "+10000")
    assert not NumberList()
    with pytest.raises(AttributeError):
        numbers._ranges = ()


@pytest.mark.parametrize(
    "bad",
    ["+14255550102-+14255550100", "+9999-+10000", "+1425-", "-", "+1425-1426", "+1425-+1426-+1427"],
)
def test_what_is_no_range_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"range|E\.164"):
        NumberList([bad])


def test_a_text_is_not_a_list() -> None:
    with pytest.raises(TypeError):
        NumberList("+14255550100")
    with pytest.raises(TypeError):
        NumberList([14_255_550_100])  # type: ignore[list-item] # pyright: ignore


def test_a_huge_range_costs_nothing() -> None:
    numbers = NumberList(["+100000000000000-+999999999999999"])
    assert len(numbers) == 900_000_000_000_000
    assert PhoneNumber("+500000000000000") in numbers


@given(st.lists(st.tuples(NEAR, NEAR)))
def test_a_list_holds_what_was_put_into_it(ends: list[tuple[int, int]]) -> None:
    ranges = [(min(pair), max(pair)) for pair in ends]
    numbers = NumberList(f"+{first}-+{last}" for first, last in ranges)
    expected = {digits for first, last in ranges for digits in range(first, last + 1)}
    assert [number.digits for number in numbers] == sorted(expected)
    assert len(numbers) == len(expected)
    for digits in range(14_255_550_095, 14_255_550_145):
        assert (PhoneNumber.from_digits(digits) in numbers) == (digits in expected)
    assert NumberList(numbers.ranges) == numbers == NumberList(iter(numbers))
