"""``calendars/<id>.yaml``: calendars of working days, made of the package ``holidays`` and corrections of one's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Annotated, Any

from pydantic import Field, model_validator

from pipelines.core.errors import GongkaiError
from pipelines.core.messages import Message
from pipelines.core.working_days import WorkingCalendar, YearOfDays, not_announced, until_next_announcement
from pipelines.registry.base import Bilingual, Descriptor, Identifier, Text
from pipelines.registry.problems import Problem

#: Years that the package knows the festivals of.
FIRST_YEAR, LAST_YEAR = 1950, 2100


class CalendarUnusable(GongkaiError):
    """The package knows no such country."""

    message_id = "deadlines-calendar-country"

    def __init__(self, calendar: str, country: str) -> None:
        super().__init__(calendar=calendar, country=country)


class Correction(Descriptor):
    """Days that a document decrees, over what the package and corrections before it say."""

    document: Text
    """Its number, for whoever asks why."""
    days_off: tuple[dt.date, ...] = ()
    working_days: tuple[dt.date, ...] = ()

    @model_validator(mode="after")
    def _says_one_thing(self) -> Correction:
        if set(self.days_off) & set(self.working_days):
            raise ValueError("a day is either off or worked")
        return self


class CalendarDescriptor(Descriptor):
    """A calendar."""

    id: Identifier
    title: Bilingual
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    """ISO 3166-1 code, by which the package ``holidays`` is asked."""
    announced_through: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    """The last year whose days off have been announced: due dates over later ones are told as uncertain."""
    corrections: tuple[Correction, ...] = ()

    @property
    def corrected_years(self) -> frozenset[int]:
        """Years that corrections say something of."""
        return frozenset(day.year for entry in self.corrections for day in (*entry.days_off, *entry.working_days))


@lru_cache(maxsize=32)
def working_calendar(calendar: CalendarDescriptor) -> WorkingCalendar:
    """The calendar itself; the same object for the same descriptor.

    Raises:
        CalendarUnusable: when the package does not know its country.
    """
    package = _Package(calendar)
    is_worked: dict[dt.date, bool] = {}
    for entry in calendar.corrections:
        is_worked |= dict.fromkeys(entry.days_off, False) | dict.fromkeys(entry.working_days, True)
    worked = frozenset(day for day, decreed in is_worked.items() if decreed)
    off = is_worked.keys() - worked

    @cache
    def year(number: int) -> YearOfDays:
        if package.is_announced(number):
            known = package.days(number)
        else:
            known = not_announced(number, package.festivals(range(number - 1, number + 2)))
        if not package.is_announced(number + 1):
            known = until_next_announcement(number, known)
        return YearOfDays((known.off | off) - worked, (known.worked | worked) - off, known.open - off - worked)

    return WorkingCalendar(year)


def calendar_problems(calendars: Mapping[str, CalendarDescriptor]) -> Iterator[Problem]:
    """What is wrong with calendars beyond their form. Told by ``gongkai check`` alone: the package has to be asked."""
    for calendar in calendars.values():
        file = f"calendars/{calendar.id}.yaml"
        try:
            years = unknown_years(calendar)
        except CalendarUnusable as unusable:
            yield Problem(file, unusable.message, Message("deadlines-calendar-country-remedy"), "country")
            continue
        if years:
            message = Message("check-calendar-years", {"years": ", ".join(map(str, years))})
            yield Problem(file, message, Message("check-calendar-years-remedy"), "announced_through")


def unknown_years(calendar: CalendarDescriptor) -> tuple[int, ...]:
    """Years that the descriptor calls announced and neither the package nor a correction has the days of.

    They are counted as not announced.

    Raises:
        CalendarUnusable: when the package does not know the country.
    """
    package = _Package(calendar)
    horizon = package.horizon
    years = range(horizon + 1, calendar.announced_through + 1) if horizon is not None else ()
    return tuple(year for year in years if year not in calendar.corrected_years)


class _Package:
    """What the package says of a country. Imported when it is asked: that takes a quarter of a second."""

    def __init__(self, calendar: CalendarDescriptor) -> None:
        self._calendar = calendar
        self.horizon = self._horizon()

    def _holidays(self, years: Iterable[int], *, observed: bool = True) -> Any:
        import holidays

        wanted = [year for year in years if FIRST_YEAR <= year <= LAST_YEAR]
        try:
            return holidays.country_holidays(self._calendar.country, years=wanted, observed=observed, expand=False)
        except NotImplementedError:
            raise CalendarUnusable(self._calendar.id, self._calendar.country) from None

    def _horizon(self) -> int | None:
        """The last year with Saturdays or Sundays that are worked; ``None`` for countries that move no days."""
        last = self._calendar.announced_through
        worked = _worked_days(self._holidays(range(last - 10, last + 1)))
        return max((day.year for day in worked), default=None)

    def is_announced(self, year: int) -> bool:
        if year > self._calendar.announced_through:
            return False
        return self.horizon is None or year <= self.horizon or year in self._calendar.corrected_years

    def days(self, year: int) -> YearOfDays:
        """The days of an announced year; what is announced for the next one may lie in it."""
        found = self._holidays((year, year + 1))
        return YearOfDays(
            *(frozenset(day for day in days if day.year == year) for days in (found, _worked_days(found)))
        )

    def festivals(self, years: Iterable[int]) -> frozenset[dt.date]:
        """Statutory festivals, without days off beside them."""
        return frozenset(self._holidays(years, observed=False))


def _worked_days(found: Any) -> frozenset[dt.date]:
    return frozenset(getattr(found, "weekend_workdays", ()))
