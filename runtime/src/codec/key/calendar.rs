//! Shows days and seconds since 1970 as dates and times, with no calendar crate at hand.

use std::fmt::Write;

const SECONDS_PER_DAY: i64 = 86_400;
const NANOS_PER_SECOND: u32 = 1_000_000_000;
const DAYS_PER_400_YEARS: i64 = 146_097;
/// From 1 March of year 0 to 1 January 1970: a year that starts in March has its leap day last.
const DAYS_FROM_MARCH_0: i64 = 719_468;

/// `2024-02-29`
pub(super) fn write_date(days: i64, out: &mut String) {
    // Wide enough for every day that 64 bits of seconds can reach.
    let days = days.saturating_add(DAYS_FROM_MARCH_0);
    let (cycle, day) = (days.div_euclid(DAYS_PER_400_YEARS), days.rem_euclid(DAYS_PER_400_YEARS));
    // A leap day ends each 4 years but each 100th, and then each 400th.
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Months from March on have 31, 30, 31, 30, 31 days, over and over: 153 in five.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = 400 * cycle + year + next_year;
    push(out, format_args!("{year:04}-{month:02}-{day:02}"));
}

/// `12:34:56.789`; a leap second is second 60.
pub(super) fn write_time(seconds: u32, nanos: u32, out: &mut String) {
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let leap = nanos / NANOS_PER_SECOND;
    push(out, format_args!("{hour:02}:{minute:02}:{:02}", second + leap));
    write_fraction(nanos % NANOS_PER_SECOND, out);
}

/// `2024-02-29T12:34:56.789`
pub(super) fn write_date_time(seconds: i64, nanos: u32, out: &mut String) {
    write_date(seconds.div_euclid(SECONDS_PER_DAY), out);
    out.push('T');
    // Less than a day.
    let second = u32::try_from(seconds.rem_euclid(SECONDS_PER_DAY)).unwrap_or_default();
    write_time(second, nanos, out);
}

/// `+01:00`
pub(super) fn write_offset(seconds: i32, out: &mut String) {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (minutes, rest) = (seconds.unsigned_abs() / 60, seconds.unsigned_abs() % 60);
    push(out, format_args!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
    if rest > 0 {
        push(out, format_args!(":{rest:02}"));
    }
}

/// `-1.5s`, of seconds rounded down and the nanoseconds since.
pub(super) fn write_span(seconds: i128, nanos: u32, out: &mut String) {
    let borrows = seconds < 0 && nanos > 0;
    let (seconds, nanos) =
        if borrows { (seconds + 1, NANOS_PER_SECOND - nanos) } else { (seconds, nanos) };
    let sign = if seconds < 0 || borrows { "-" } else { "" };
    push(out, format_args!("{sign}{}", seconds.unsigned_abs()));
    write_fraction(nanos, out);
    out.push('s');
}

fn write_fraction(nanos: u32, out: &mut String) {
    if nanos > 0 {
        push(out, format_args!(".{nanos:09}"));
        out.truncate(out.trim_end_matches('0').len());
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // A String takes everything.
    let _ = out.write_fmt(text);
}
