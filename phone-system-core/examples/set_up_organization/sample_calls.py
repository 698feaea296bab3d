"""A month of calls of a sample, as the PSTN usage report shows them."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sample_data import (
    CONFERENCES_CHARGE,
    CONFERENCES_INCLUDE,
    DAYS,
    HOURS,
    MONTH,
    OUTSIDE,
    Row,
    Sample,
    User,
    destination,
    fictional,
    is_toll_free,
    made_up_id,
    masked,
)


@dataclass(frozen=True)
class Call:
    """A call: `user` made it, took it or organized the conference, if there is one."""

    kind: str
    country: str
    user: User | None
    caller: str
    called: str
    start: datetime
    seconds: int
    capability: str
    number_type: str = "Subscriber"
    conference: str = ""

    @property
    def end(self) -> datetime:
        """When it ended."""
        return self.start + timedelta(seconds=self.seconds)

    @property
    def is_emergency(self) -> bool:
        """Whether it called for help: 911, 999."""
        return not self.called.startswith("+")

    def reach(self) -> str:
        """Whether it left the country; North Americans call each other as at home."""
        ends = [self.caller, self.called]
        countries = {destination(end)[0] for end in ends if end.startswith("+")}
        at_home = len(countries) <= 1 or countries == {"US", "CA"}
        return "Domestic" if at_home or self.is_emergency else "International"


class Calls:
    """Makes the calls of the month; each method named in `Sample.calls` makes one."""

    def __init__(self, sample: Sample, users: list[User], rng: random.Random) -> None:
        self.rng = rng
        self.sample = sample
        self.home = next(iter(sample.users))
        self.holders = [user for user in users if user.telephone]
        self.organizers = [user for user in users if user.organizes]
        self.busy: dict[str, list[tuple[datetime, datetime]]] = {}
        self.helped = 0

    def all(self) -> list[Call]:
        """All calls, in the order in which they ended."""
        made = [
            getattr(self, sort)() for sort, count in self.sample.calls.items() for _ in range(count)
        ]
        return sorted(made, key=lambda call: call.end)

    # What the sorts of calls have in common.

    def outside(self, country: str) -> str:
        """Someone's number in a country."""
        return self.rng.choice(fictional(self.rng.choice(OUTSIDE[country])))

    def abroad(self, country: str) -> str:
        """Someone's number in another country, where calls are not as at home."""
        near = {"US", "CA"} if country == "US" else {country}
        return self.outside(self.rng.choice([other for other in OUTSIDE if other not in near]))

    def lasts(self, longest: int) -> int:
        """How many seconds a call lasts: short ones are more frequent than long ones."""
        return min(self.rng.randint(20, longest), self.rng.randint(20, longest))

    def begins(self, country: str) -> datetime:
        """An instant in working hours, seldom at a weekend."""
        first, last = HOURS[country]
        while True:
            day = MONTH + timedelta(days=self.rng.randrange(DAYS))
            if day.weekday() < 5 or self.rng.random() < 0.1:
                break
        return day + timedelta(seconds=self.rng.randrange(first * 3600, last * 3600))

    def free(self, line: str, country: str, seconds: int) -> datetime:
        """An instant at which a person is not in another call for so long."""
        while True:
            start = self.begins(country)
            end = start + timedelta(seconds=seconds)
            if all(end <= other[0] or other[1] <= start for other in self.busy.get(line, [])):
                self.busy.setdefault(line, []).append((start, end))
                return start

    def user_out(self, user: User, called: str, capability: str, longest: int = 1500) -> Call:
        """A call that a user makes."""
        seconds = self.lasts(longest)
        start = self.free(user.telephone, user.country, seconds)
        return Call(
            "user_out", user.country, user, user.telephone, called, start, seconds, capability
        )

    def holder(self, fits: Callable[[User], bool]) -> User:
        """Someone with a number who fits."""
        return self.rng.choice([user for user in self.holders if fits(user)])

    def conference(
        self, kind: str, organizer: User, caller: str, called: str, capability: str
    ) -> Call:
        """A call into a conference or out of one."""
        start = self.begins(organizer.country)
        seconds = self.lasts(4200 if kind == "conf_in" else 2400)
        conference = str(self.rng.randrange(100_000_000, 1_000_000_000))
        return Call(
            kind,
            organizer.country,
            organizer,
            caller,
            called,
            start,
            seconds,
            capability,
            "Service",
            conference,
        )

    def service(self, status: str, toll_free: bool) -> str:
        """A service number that is owned."""
        return next(
            service.number
            for service in self.sample.services
            if service.status == status and is_toll_free(service.number) == toll_free
        )

    # The sorts of calls.

    def user_called(self) -> Call:
        """Somebody calls a user: a few from abroad, a few withholding their number or in vain."""
        user = self.rng.choice(self.holders)
        chance = self.rng.random()
        caller = self.abroad(user.country) if chance < 0.08 else self.outside(user.country)
        shown = "" if chance > 0.97 else masked(caller)
        seconds = 0 if self.rng.random() < 0.08 else self.lasts(1200)
        start = self.free(user.telephone, user.country, seconds)
        return Call("user_in", user.country, user, shown, user.telephone, start, seconds, user.plan)

    def user_calls_home(self) -> Call:
        """A user calls within the country; from the United States now and then Canada."""
        user = self.rng.choice(self.holders)
        to_canada = user.country == "US" and self.rng.random() < 0.05
        return self.user_out(user, self.outside("CA" if to_canada else user.country), user.plan)

    def user_calls_abroad_by_plan(self) -> Call:
        """A user with international minutes uses them."""
        user = self.holder(lambda user: user.plan == "MCOPSTN2")
        return self.user_out(user, self.abroad(user.country), user.plan)

    def user_calls_abroad_on_credits(self) -> Call:
        """A user with a domestic plan calls abroad, and has a licence for credits."""
        user = self.holder(lambda user: user.holds("MCOPSTNPP"))
        return self.user_out(user, self.abroad(user.country), "MCOPSTNPP", longest=2400)

    def user_calls_abroad_unpaid(self) -> Call:
        """The same without the licence: nothing pays for it."""
        user = self.holder(lambda user: user.plan == "MCOPSTN1" and not user.holds("MCOPSTNPP"))
        return self.user_out(user, self.abroad(user.country), user.plan)

    def user_calls_for_help(self) -> Call:
        """An emergency call; one country after the other has one."""
        countries = list(self.sample.users)
        country = countries[self.helped % len(countries)]
        self.helped += 1
        user = self.holder(lambda user: user.country == country)
        return self.user_out(user, {"US": "911", "GB": "999"}[country], user.plan, longest=300)

    def conference_called(self) -> Call:
        """Somebody dials into a conference and pays for the call; a few do so from abroad."""
        organizer = self.rng.choice(self.organizers)
        called = self.service("ConferenceAssigned", toll_free=False)
        away = self.rng.random() < 0.15
        caller = self.abroad(self.home) if away else self.outside(self.home)
        return self.conference("conf_in", organizer, masked(caller), called, "MCOMEETADV")

    def conference_called_toll_free(self) -> Call:
        """Somebody dials into a conference, and the organization pays."""
        organizer = self.rng.choice(self.organizers)
        called = self.service("ConferenceAssigned", toll_free=True)
        near = self.home == "US" and self.rng.random() < 0.1
        caller = self.outside("CA" if near else self.home)
        return self.conference("conf_in", organizer, caller, called, "MCOPSTNPP")

    def conference_calls_included(self) -> Call:
        """A conference dials out to where that is included."""
        return self.dial_out(self.rng.choice(self.organizers), CONFERENCES_INCLUDE, "MCOMEETADV")

    def conference_calls_on_credits(self) -> Call:
        """A conference dials out to elsewhere; its organizer has a licence for credits."""
        organizers = [user for user in self.organizers if user.holds("MCOPSTNPP")]
        return self.dial_out(self.rng.choice(organizers), CONFERENCES_CHARGE, "MCOPSTNPP")

    def conference_calls_unpaid(self) -> Call:
        """The same without the licence: nothing pays for it."""
        organizers = [user for user in self.organizers if not user.holds("MCOPSTNPP")]
        return self.dial_out(self.rng.choice(organizers), CONFERENCES_CHARGE, "MCOMEETADV")

    def dial_out(self, organizer: User, countries: list[str], capability: str) -> Call:
        """A conference dials out to one of some countries; the bridge's toll number shows."""
        shown = self.service("ConferenceAssigned", toll_free=False)
        called = self.outside(self.rng.choice(countries))
        return self.conference("conf_out", organizer, shown, called, capability)

    def attendant_called(self) -> Call:
        """Somebody calls the auto attendant."""
        called = self.service("VoiceApplicationAssigned", toll_free=False)
        start, seconds = self.begins(self.home), self.lasts(400)
        caller = self.outside(self.home)
        return Call("ucap_in", self.home, None, caller, called, start, seconds, "MCOEV", "Service")

    def nobody_called(self) -> Call:
        """Somebody calls a number that is owned and not assigned."""
        block = self.rng.choice(self.sample.blocks)
        called = self.rng.choice(fictional(block.exchange)[block.assigned : block.count])
        start, caller = self.begins(block.country), self.outside(block.country)
        return Call("unassigned_in", block.country, None, caller, called, start, 0, "")


def usage_row(call: Call, currency: str, rng: random.Random) -> Row:
    """A row of the usage report; what the calls cost is for the reader to find out."""
    user = call.user
    who = [made_up_id(user.upn), user.upn, user.name] if user else ["", "", ""]
    dialed = "" if call.is_emergency else destination(call.called)[1]
    return [
        str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        f"{rng.getrandbits(128):032x}",
        call.conference,
        call.country,
        *who,
        call.caller,
        call.kind,
        call.number_type,
        call.reach(),
        dialed or {"US": "United States", "GB": "United Kingdom"}[call.country],
        call.called,
        f"{call.start:%Y-%m-%dT%H:%M:%SZ}",
        f"{call.end:%Y-%m-%dT%H:%M:%SZ}",
        call.seconds,
        "0.00",
        "0.00",
        currency,
        call.capability,
    ]
