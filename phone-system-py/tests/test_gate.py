"""What live calls share, and many calls at once."""

import threading
from array import array
from datetime import UTC, datetime, timedelta

import pytest

from conftest import NOW
from phone_system import (
    BoundaryError,
    CapacityError,
    EnvelopeError,
    ErrorCode,
    InventoryError,
    Organization,
    PhoneNumber,
    System,
)

ONE = PhoneNumber("+442079460100")
OTHER = PhoneNumber("+442079460101")
SERVICE = PhoneNumber("+442079460199")
OWNED = f"""\
TelephoneNumber,IsoCountryCode,Capability
{ONE},GB,UserAssignment
{OTHER},GB,UserAssignment
{SERVICE},GB,VoiceApplicationAssignment
"""
HOUR = timedelta(hours=1)


@pytest.fixture
def calling(contoso: Organization) -> Organization:
    """An organization that owns two user numbers, four calls each, and a service number."""
    contoso.inventory.import_owned(csv=OWNED)
    return contoso


def test_numbers_share_a_trunk_group(system: System, calling: Organization) -> None:
    gate = system.gate
    gate.set_limits("trunk:west", two_way=2, inbound=1, burst=1)
    gate.join(SERVICE, ["trunk:west"])
    first = calling.admit(SERVICE)
    with pytest.raises(CapacityError) as caught:
        calling.admit(str(SERVICE))
    assert caught.value.code is ErrorCode.CAPACITY_LIMIT_REACHED
    assert caught.value.figures == {
        "scope": "trunk:west",
        "share": "inbound",
        "in_use": 1,
        "limit": 1,
    }
    with (
        calling.admit(SERVICE, dialed="+442079460123"),
        calling.admit(SERVICE, dialed="2079460123"),
    ):
        known = gate.occupancy("trunk:west")
        assert known is not None
        assert (known.in_use, known.peak, known.bursts) == (3, 3, 1)
    gate.release(first.permit)
    assert gate.occupancy("trunk:west", "outbound") is None
    assert system.occupancy(SERVICE).in_use == 0
    with pytest.raises(EnvelopeError):
        gate.set_limits("west", two_way=2)
    with pytest.raises(EnvelopeError):
        gate.set_limits("trunk:west", two_way=-2)
    with pytest.raises(EnvelopeError):
        gate.join(SERVICE, ["west"])


def test_permits_move_and_end(system: System, calling: Organization) -> None:
    permit = calling.adopt(ONE, ends_at=NOW + HOUR)
    old = permit.permit
    permit.renew(NOW + 2 * HOUR)
    assert permit.permit != old
    assert system.gate.expire(NOW + HOUR) == 0
    permit.transfer("contoso", OTHER, "outbound", NOW + HOUR)
    assert (permit.number, system.occupancy(ONE).in_use) == (OTHER, 0)
    full = [calling.admit(ONE) for _ in range(4)]
    with pytest.raises(CapacityError):
        permit.transfer("contoso", ONE)
    with pytest.raises(InventoryError):
        permit.transfer("fabrikam", ONE)
    assert (permit.number, system.occupancy(OTHER).in_use) == (OTHER, 1)
    assert system.gate.expire(NOW + HOUR) == 1
    with pytest.raises(CapacityError):
        permit.renew(None)
    for one in full:
        one.release()
    # An emergency call's permit that takes no place stays as it is.
    system.close()
    emergency = calling.admit(ONE, dialed="999")
    assert emergency.permit == 0
    with pytest.raises(BoundaryError):
        system.gate.expire(NOW)


def test_samples_are_seen_by_hours(system: System, calling: Organization) -> None:
    begin = datetime(2018, 4, 1, 9, tzinfo=UTC)
    with calling.admit(ONE), calling.admit(ONE):
        for minute in range(90):
            system.gate.sample(begin + timedelta(minutes=minute))
    loads = system.gate.loads(ONE)
    assert [(load.begins, load.most) for load in loads[-2:]] == [(begin, 2), (begin + HOUR, 2)]
    # A minute is told by the sample at its end.
    assert (loads[-2].carried, loads[-1].carried) == (2 * timedelta(minutes=59), HOUR)
    assert len(system.gate.loads(ONE, view="seconds")) == 60
    assert system.gate.loads(scope="trunk:west") == []
    with pytest.raises(TypeError):
        system.gate.loads()
    with pytest.raises(TypeError):
        system.gate.loads(ONE, scope="trunk:west")


def test_a_call_is_adopted_without_a_place_if_its_user_has_no_number(
    system: System, calling: Organization
) -> None:
    calling.licensing.import_seats(csv="SkuPartNumber,Seats\nENTERPRISEPREMIUM,1\nMCOPSTN2,1\n")
    calling.licensing.assign(
        assignments=[
            {
                "user": "u1@example.com",
                "usage_location": "GB",
                "skus": ["ENTERPRISEPREMIUM", "MCOPSTN2"],
            }
        ]
    )
    calling.billing.authorize(
        call="a", kind="user_in", user="u1@example.com", location="GB", at=NOW
    )
    (adopted,) = calling.adopt_calls(NOW)
    assert (adopted.call, adopted.number, adopted.permit) == ("a", None, None)


def test_many_calls_at_once(system: System, calling: Organization) -> None:
    lines = calling.lines([ONE, str(OTHER)])
    assert (len(lines), lines.numbers) == (2, (ONE, OTHER))
    told = lines.admit([0, 0, 0, 0, 0, 1])
    assert [permit != 0 for permit in told.permits] == [True, True, True, True, False, True]
    assert list(told.codes) == [0, 0, 0, 0, ErrorCode.CAPACITY_LIMIT_REACHED, 0]
    assert system.occupancy(ONE).in_use == 4
    assert lines.release(told.permits) == 5
    assert lines.release(list(told.permits)) == 0
    assert list(lines.admit([]).permits) == []
    assert list(lines.admit(array("I")).permits) == []
    assert lines.release([]) == 0
    ending = lines.admit(way="outbound", ends_at=NOW)
    assert len(ending.permits) == 2
    assert system.gate.expire(NOW) == 2
    for bad, kind in (([2], IndexError), ([-1], OverflowError), (["x"], TypeError)):
        with pytest.raises(kind):
            lines.admit(bad)
    with pytest.raises(ValueError, match="way is"):
        lines.admit(way="both")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    with pytest.raises(InventoryError):
        calling.lines([PhoneNumber("+442079460150")])
    calling.inventory.release(numbers=[OTHER])
    told = lines.admit()
    assert list(told.codes) == [0, ErrorCode.INVENTORY_NUMBER_UNKNOWN]
    system.close()
    with pytest.raises(BoundaryError):
        lines.admit()


def test_threads_never_pass_a_limit(system: System, calling: Organization) -> None:
    lines = calling.lines([ONE, OTHER])
    which = array("I", [0, 1, 0, 1, 0, 1])
    over: list[int] = []

    def call() -> None:
        for _ in range(200):
            told = lines.admit(which)
            over.extend(
                count
                for count in (system.occupancy(ONE).in_use, system.occupancy(OTHER).in_use)
                if count > 4
            )
            assert lines.release(told.permits) == sum(permit != 0 for permit in told.permits)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not over
    known = [system.occupancy(number) for number in (ONE, OTHER)]
    assert [one.in_use for one in known] == [0, 0]
    assert sum(one.admitted + one.refused for one in known) == 8 * 200 * 6
