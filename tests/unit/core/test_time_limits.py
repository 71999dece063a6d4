from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.time_limits import Due, Event, TimeLimit, Unit, due, end_of
from pipelines.core.working_days import Bound, WorkingCalendar, YearOfDays, not_announced
from pipelines.registry.calendars import CalendarDescriptor, unknown_years, working_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
TITLE = {"zh": "日历", "en": "Calendar"}
DAYS, CALENDAR_DAYS, HOURS = Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.HOURS


def calendar(through: int = 2026, country: str = "CN", **more: object) -> CalendarDescriptor:
    return CalendarDescriptor.model_validate(
        {"id": "some", "title": TITLE, "country": country, "announced_through": through, **more}
    )


CHINA = working_calendar(calendar())


def counted(
    event: Event, unit: Unit, count: int, days: WorkingCalendar | None = CHINA, zone: ZoneInfo = SHANGHAI
) -> Due:
    return due(event, TimeLimit(unit, count, zone, days))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("event", "unit", "count", "last"),
    [
        # The day of the event is not counted; an ordinary week.
        ("2025-03-10", DAYS, 1, "2025-03-11"),
        ("2025-03-14", DAYS, 1, "2025-03-17"),
        # Spring Festival 2025: off 28 January to 4 February; worked Sunday 26 January and Saturday 8 February.
        ("2025-01-24", DAYS, 1, "2025-01-26"),
        ("2025-01-27", DAYS, 1, "2025-02-05"),
        ("2025-01-27", DAYS, 4, "2025-02-08"),
        ("2025-01-27", DAYS, 5, "2025-02-10"),
        # Labour Day 2025: Sunday 27 April is worked, off 1 to 5 May.
        ("2025-04-25", DAYS, 1, "2025-04-27"),
        ("2025-04-30", DAYS, 1, "2025-05-06"),
        # National Day and Mid-Autumn 2025: off 1 to 8 October; worked Sunday 28 September and Saturday 11 October.
        ("2025-09-26", DAYS, 1, "2025-09-28"),
        ("2025-09-30", DAYS, 3, "2025-10-11"),
        ("2025-09-30", DAYS, 10, "2025-10-21"),
        # Across the year's end: 1 and 2 January 2026 are off, Sunday 4 January is worked.
        ("2025-12-31", DAYS, 1, "2026-01-04"),
        ("2025-12-31", DAYS, 20, "2026-01-29"),
        # Spring Festival 2026: off 15 to 23 February; worked Saturdays 14 and 28 February.
        ("2026-02-13", DAYS, 1, "2026-02-14"),
        ("2026-02-14", DAYS, 1, "2026-02-24"),
        ("2026-02-14", DAYS, 5, "2026-02-28"),
        # National Day 2026: off 1 to 7 October; worked Sunday 20 September and Saturday 10 October.
        ("2026-09-18", DAYS, 1, "2026-09-20"),
        ("2026-09-30", DAYS, 3, "2026-10-10"),
        # Calendar days: the last one is put off while it is off, and not where it is a Saturday that is worked.
        ("2025-02-14", CALENDAR_DAYS, 20, "2025-03-06"),
        ("2025-09-11", CALENDAR_DAYS, 20, "2025-10-09"),
        ("2026-01-25", CALENDAR_DAYS, 20, "2026-02-14"),
        ("2026-01-26", CALENDAR_DAYS, 20, "2026-02-24"),
        # A leap day is a day.
        ("2024-02-28", DAYS, 1, "2024-02-29"),
        ("2024-02-09", CALENDAR_DAYS, 20, "2024-02-29"),
    ],
)
def test_days_are_counted_as_by_hand(event: str, unit: Unit, count: int, last: str) -> None:
    found = counted(day(event), unit, count)
    assert (found.first_day, found.last_day, found.is_uncertain) == (day(last), day(last), False)
    assert found.latest == dt.datetime.combine(day(last), dt.time(16), dt.UTC)  # 24:00 in Shanghai


@pytest.mark.parametrize(
    ("event", "unit", "count", "earliest", "latest"),
    [
        # 2027 has not been announced. Far from festivals there is nothing to be uncertain of.
        ("2027-03-08", DAYS, 5, "2027-03-15", "2027-03-15"),
        # Spring Festival of 2027 begins on 6 February, its eve is a festival too.
        ("2027-01-29", DAYS, 3, "2027-02-01", "2027-02-15"),
        ("2027-02-01", CALENDAR_DAYS, 5, "2027-02-09", "2027-02-12"),
        # The announcement for 2027 may still move the last days of 2026, not those before.
        ("2026-12-24", DAYS, 1, "2026-12-25", "2027-01-05"),
        ("2026-12-22", DAYS, 1, "2026-12-23", "2026-12-23"),
        # National Day of 2028.
        ("2028-09-29", DAYS, 1, "2028-09-30", "2028-10-09"),
    ],
)
def test_years_that_are_not_announced_give_an_earliest_and_a_latest_day(
    event: str, unit: Unit, count: int, earliest: str, latest: str
) -> None:
    found = counted(day(event), unit, count)
    assert (found.first_day, found.last_day) == (day(earliest), day(latest))
    assert found.is_uncertain == (earliest != latest)


@pytest.mark.parametrize("year", range(2008, 2027))
def test_what_was_announced_lay_within_what_would_have_been_told_before(year: int) -> None:
    before = working_calendar(calendar(year - 1))
    for month in range(1, 13):
        event = dt.date(year, month, 1) - dt.timedelta(days=1)
        for count in (3, 10, 20):
            told, came = counted(event, DAYS, count, before), counted(event, DAYS, count)
            assert told.first_day <= came.first_day
            assert came.last_day <= told.last_day
            assert (told.last_day - told.first_day).days <= 31


def test_hours_are_counted_day_and_night_and_across_summer_time() -> None:
    fire = dt.datetime(2026, 2, 17, 23, 30, tzinfo=SHANGHAI)
    assert counted(fire, HOURS, 5).latest == dt.datetime(2026, 2, 17, 20, 30, tzinfo=dt.UTC)
    assert counted(fire, HOURS, 5).last_day == day("2026-02-18")
    berlin = ZoneInfo("Europe/Berlin")
    before = dt.datetime(2026, 3, 29, 1, 30, tzinfo=berlin)  # clocks go from two to three
    assert counted(before, HOURS, 2, None, berlin).latest.astimezone(berlin) == dt.datetime(
        2026, 3, 29, 4, 30, tzinfo=berlin
    )
    assert end_of(day("2026-03-28"), berlin) - end_of(day("2026-03-27"), berlin) == dt.timedelta(hours=24)
    assert end_of(day("2026-03-29"), berlin) - end_of(day("2026-03-28"), berlin) == dt.timedelta(hours=23)


def test_an_event_late_in_the_evening_of_greenwich_is_of_the_next_day_in_shanghai() -> None:
    assert counted(dt.datetime(2026, 3, 3, 23, 30, tzinfo=dt.UTC), DAYS, 1).last_day == day("2026-03-05")
    assert counted(dt.datetime(2026, 3, 3, 15, 30, tzinfo=dt.UTC), DAYS, 1).last_day == day("2026-03-04")


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="moment"):
        counted(day("2026-03-03"), HOURS, 5)
    with pytest.raises(ValueError, match="calendar"):
        counted(day("2026-03-03"), DAYS, 5, None)
    with pytest.raises(OverflowError):
        counted(dt.date.max, DAYS, 1)
    assert counted(day("2026-10-01"), CALENDAR_DAYS, 2, None).last_day == day(
        "2026-10-03"
    )  # no calendar: nothing is off


def test_corrections_go_over_what_the_package_says() -> None:
    said = [
        {"document": "No. 1", "days_off": ["2026-03-04", "2026-02-28"], "working_days": ["2026-03-07", "2026-01-01"]}
    ]
    days = working_calendar(calendar(corrections=said))
    assert [days.is_working(day(text), Bound.LATEST) for text in ("2026-03-04", "2026-02-28")] == [False, False]
    assert [days.is_working(day(text), Bound.EARLIEST) for text in ("2026-03-07", "2026-01-01")] == [True, True]
    # A day that is decreed is known, announced or not.
    ahead = working_calendar(calendar(corrections=[{"document": "No. 2", "days_off": ["2027-02-04"]}]))
    assert not ahead.is_working(day("2027-02-04"), Bound.EARLIEST)
    assert ahead.is_working(day("2027-02-03"), Bound.EARLIEST)
    assert not ahead.is_working(day("2027-02-03"), Bound.LATEST)


def test_a_later_correction_of_a_day_holds() -> None:
    off, worked = (
        {"document": "No. 1", "days_off": ["2026-03-04"]},
        {"document": "No. 2", "working_days": ["2026-03-04"]},
    )
    for said, expected in (([off, worked], True), ([worked, off], False)):
        days = working_calendar(calendar(corrections=said))
        assert days.is_working(day("2026-03-04"), Bound.LATEST) is expected
    with pytest.raises(ValueError, match="either off or worked"):
        calendar(corrections=[{**off, "working_days": ["2026-03-04"]}])


def test_a_year_that_only_the_descriptor_calls_announced_stays_uncertain() -> None:
    wrong = calendar(2027)
    assert unknown_years(wrong) == (2027,)
    assert counted(day("2027-01-29"), DAYS, 3, working_calendar(wrong)).is_uncertain
    told = calendar(
        2027, corrections=[{"document": "No. 3", "days_off": ["2027-02-11"], "working_days": ["2027-01-31"]}]
    )
    assert unknown_years(told) == ()
    assert counted(day("2027-01-29"), DAYS, 1, working_calendar(told)).last_day == day("2027-01-31")
    # Countries that move no days have nothing to be announced.
    assert unknown_years(calendar(2060, country="DE")) == ()


PATTERN = st.sets(st.dates(dt.date(2029, 12, 1), dt.date(2031, 3, 1)), max_size=40)


@given(PATTERN, PATTERN, PATTERN, st.dates(dt.date(2030, 1, 1), dt.date(2030, 12, 31)), st.integers(1, 30))
def test_counting_agrees_with_listing_the_days(
    off: set[dt.date], worked: set[dt.date], unknown: set[dt.date], event: dt.date, count: int
) -> None:
    year = YearOfDays(frozenset(off), frozenset(worked - off), frozenset(unknown - off - worked))
    days = WorkingCalendar(lambda _: year)
    found = counted(event, DAYS, count, days)
    for bound, last in ((Bound.EARLIEST, found.first_day), (Bound.LATEST, found.last_day)):
        after = [event + dt.timedelta(days=step) for step in range(1, (last - event).days + 1)]
        assert sum(days.is_working(entry, bound) for entry in after) == count
        assert days.is_working(last, bound)
    assert found.first_day <= found.last_day
    assert counted(event, DAYS, count + 1, days) > found  # more time is later
    assert counted(event + dt.timedelta(days=1), DAYS, count, days) >= found  # a later event is not due before
    ends = counted(event, CALENDAR_DAYS, count, days)
    assert event + dt.timedelta(days=count) <= ends.first_day <= ends.last_day


@given(st.frozensets(st.dates(dt.date(2030, 1, 1), dt.date(2030, 12, 31)), max_size=8))
def test_of_a_year_without_announcement_festivals_are_known_and_what_is_near_is_open(
    festivals: frozenset[dt.date],
) -> None:
    year = not_announced(2030, festivals)
    days = WorkingCalendar(lambda _: year)
    for festival in festivals:
        assert not days.is_working(festival, Bound.EARLIEST)
    for step in range(365):
        entry = dt.date(2030, 1, 1) + dt.timedelta(days=step)
        surely, perhaps = days.is_working(entry, Bound.LATEST), days.is_working(entry, Bound.EARLIEST)
        assert perhaps or not surely
        near = min((abs((entry - festival).days) for festival in festivals), default=365)
        if near > 9:
            assert surely == perhaps == (entry.weekday() < 5)
