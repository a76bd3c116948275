//! Shows a key by its kind alone, for messages and listings.

use std::fmt::Write;

use uuid::Uuid;

use super::{Key, KeyFault, KeyKind, KeyReader, calendar, int::Int, moment, option};

/// Longest text of a key, in bytes; what is beyond is cut off.
const SHOWN_MAX: usize = 1_000;

impl KeyKind {
    /// The key that `bytes` are, as text: `("Ann", Some(30))`.
    ///
    /// ```
    /// use db0_runtime::codec::key::{Desc, Key, encode_key};
    ///
    /// let key = ("Ann".to_string(), Some(30_u32), Desc(true));
    /// let kind = <(String, Option<u32>, Desc<bool>)>::kind();
    /// assert_eq!(kind.show(&encode_key(&key))?, r#"("Ann", Some(30), Desc(true))"#);
    /// # Ok::<(), db0_runtime::codec::key::KeyFault>(())
    /// ```
    pub fn show(&self, bytes: &[u8]) -> Result<String, KeyFault> {
        let mut input = KeyReader::new(bytes);
        let mut text = String::new();
        show(self, &mut input, &mut text)?;
        input.finish()?;
        if text.len() > SHOWN_MAX {
            text.truncate(text.floor_char_boundary(SHOWN_MAX));
            text.push('…');
        }
        Ok(text)
    }
}

fn show(kind: &KeyKind, input: &mut KeyReader<'_>, out: &mut String) -> Result<(), KeyFault> {
    match kind {
        KeyKind::Unit => out.push_str("()"),
        KeyKind::Option(inner) if option::read_head(input)? => {
            wrapped("Some(", inner, input, out)?;
        }
        KeyKind::Option(_) => out.push_str("None"),
        KeyKind::Desc(inner) => input.reversed(|input| wrapped("Desc(", inner, input, out))?,
        KeyKind::Array(element, len) => show_array(element, *len, input, out)?,
        KeyKind::Tuple(kinds) | KeyKind::Struct(kinds) => show_list(kinds, input, out)?,
        KeyKind::Enum(variants) => {
            let number = u32::read_key(input)?;
            let kinds = usize::try_from(number).ok().and_then(|number| variants.get(number));
            let kinds = kinds.ok_or(KeyFault::Variant(number))?;
            push(out, format_args!("variant {number}"));
            if !kinds.is_empty() {
                show_list(kinds, input, out)?;
            }
        }
        leaf => show_leaf(leaf, input, out)?,
    }
    Ok(())
}

fn wrapped(
    head: &str,
    kind: &KeyKind,
    input: &mut KeyReader<'_>,
    out: &mut String,
) -> Result<(), KeyFault> {
    out.push_str(head);
    show(kind, input, out)?;
    out.push(')');
    Ok(())
}

fn show_list(
    kinds: &[KeyKind],
    input: &mut KeyReader<'_>,
    out: &mut String,
) -> Result<(), KeyFault> {
    out.push('(');
    for (at, kind) in kinds.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        show(kind, input, out)?;
    }
    out.push(')');
    Ok(())
}

fn show_array(
    element: &KeyKind,
    len: u64,
    input: &mut KeyReader<'_>,
    out: &mut String,
) -> Result<(), KeyFault> {
    out.push('[');
    for at in 0..len {
        out.push_str(if at == 0 { "" } else { ", " });
        let before = input.left();
        show(element, input, out)?;
        if input.left() == before {
            // Elements of no bytes, as many as a damaged catalogue says: they are all the same.
            push(out, format_args!("; {len}"));
            break;
        }
    }
    out.push(']');
    Ok(())
}

fn show_leaf(kind: &KeyKind, input: &mut KeyReader<'_>, out: &mut String) -> Result<(), KeyFault> {
    match kind {
        KeyKind::Bool => push(out, format_args!("{}", bool::read_key(input)?)),
        KeyKind::Int | KeyKind::Memo => show_int(Int::read(input)?, out)?,
        KeyKind::Float32 => push(out, format_args!("{:?}", f32::read_key(input)?)),
        KeyKind::Float64 => push(out, format_args!("{:?}", f64::read_key(input)?)),
        KeyKind::Char => push(out, format_args!("{:?}", char::read_key(input)?)),
        KeyKind::Text => push(out, format_args!("{:?}", String::read_key(input)?)),
        KeyKind::Bytes => {
            out.push_str("0x");
            for byte in input.escaped()? {
                push(out, format_args!("{byte:02x}"));
            }
        }
        KeyKind::Uuid => push(out, format_args!("{}", Uuid::read_key(input)?)),
        _ => show_moment(kind, input, out)?,
    }
    Ok(())
}

fn show_int(int: Int, out: &mut String) -> Result<(), KeyFault> {
    match int {
        Int::Positive(value) => push(out, format_args!("{value}")),
        Int::Negative(complement) => {
            let value = i128::try_from(complement).map_err(|_| KeyFault::Range)?;
            push(out, format_args!("{}", !value));
        }
    }
    Ok(())
}

fn show_moment(
    kind: &KeyKind,
    input: &mut KeyReader<'_>,
    out: &mut String,
) -> Result<(), KeyFault> {
    match kind {
        KeyKind::Date => calendar::write_date(i32::read_key(input)?.into(), out),
        KeyKind::Time => {
            let (seconds, nanos) = <(u32, u32)>::read_key(input)?;
            calendar::write_time(seconds, nanos, out);
        }
        KeyKind::DateTime | KeyKind::Instant => {
            let (seconds, nanos) = <(i64, u32)>::read_key(input)?;
            calendar::write_date_time(seconds, nanos, out);
            out.push_str(if *kind == KeyKind::Instant { "Z" } else { "" });
        }
        KeyKind::ZonedInstant => {
            let (seconds, nanos, offset) = <(i64, u32, i32)>::read_key(input)?;
            calendar::write_date_time(seconds.saturating_add(offset.into()), nanos, out);
            calendar::write_offset(offset, out);
        }
        _ => {
            let (seconds, nanos) = moment::read_moment(input)?;
            calendar::write_span(seconds, nanos, out);
        }
    }
    Ok(())
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // A String takes everything.
    let _ = out.write_fmt(text);
}
