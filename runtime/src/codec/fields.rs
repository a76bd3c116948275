//! Rows taken apart into their fields, and put together again, without knowing any type.

use rmp::encode as mp;

use super::{
    fault::{Error, Fault},
    limits::{DEPTH_MAX, ROW_BYTES_MAX},
    reader::{Reader, Token, utf8},
};

/// The bytes of every field of a row that `encode_fields` wrote.
///
/// ```
/// use db0_runtime::codec::{decode, encode_fields, join_fields, split_fields};
///
/// let mut row = Vec::new();
/// encode_fields(&("Alice", 30), &mut row)?;
/// let mut fields = split_fields(&row)?;
/// assert_eq!(decode::<u32>(fields[1])?, 30);
///
/// fields.swap(0, 1);
/// let mut swapped = Vec::new();
/// join_fields(&fields, &mut swapped)?;
/// assert_eq!(decode::<(u32, String)>(&swapped)?, (30, "Alice".into()));
/// # Ok::<(), db0_runtime::codec::Fault>(())
/// ```
pub fn split_fields(row: &[u8]) -> Result<Vec<&[u8]>, Fault> {
    let mut reader = Reader::new(row);
    let length = row_length(&mut reader)?;
    let mut fields = Vec::with_capacity(length);
    for index in 0..length {
        fields.push(reader.raw().map_err(|error| error.at_index(index))?);
    }
    reader.finish()?;
    Ok(fields)
}

/// The bytes of one field, found by passing over those before it; `None` behind the last one.
pub fn field(row: &[u8], index: usize) -> Result<Option<&[u8]>, Fault> {
    let mut reader = Reader::new(row);
    if index >= row_length(&mut reader)? {
        return Ok(None);
    }
    for before in 0..index {
        reader.skip().map_err(|error| error.at_index(before))?;
    }
    Ok(Some(reader.raw().map_err(|error| error.at_index(index))?))
}

/// How many bytes the first `count` of the values that stand in `bytes` one after another take.
///
/// ```
/// use db0_runtime::codec::skip_values;
///
/// assert_eq!(skip_values(&[0x01, 0xa1, b'x', 0xc0], 2), Ok(3));
/// assert!(skip_values(&[0x01], 2).is_err());
/// ```
#[inline]
pub fn skip_values(bytes: &[u8], count: usize) -> Result<usize, Fault> {
    let mut reader = Reader::new(bytes);
    for _ in 0..count {
        reader.skip()?;
    }
    Ok(bytes.len() - reader.rest().len())
}

/// Appends the row of these fields to `out`, which is left as it was on a fault.
///
/// Each must be one whole value; what they are together must keep to the bounds of a row.
pub fn join_fields(fields: &[&[u8]], out: &mut Vec<u8>) -> Result<(), Fault> {
    let start = out.len();
    let joined = append(fields, out);
    if joined.is_err() {
        out.truncate(start);
    }
    Ok(joined?)
}

fn append(fields: &[&[u8]], out: &mut Vec<u8>) -> Result<(), Error> {
    let bytes = fields.iter().fold(5, |sum: usize, field| sum.saturating_add(field.len()));
    let length = match u32::try_from(fields.len()) {
        Ok(length) if bytes <= ROW_BYTES_MAX => length,
        _ => return Err(Error::new(format!("over {} MiB when encoded", ROW_BYTES_MAX >> 20))),
    };
    out.reserve(bytes);
    mp::write_array_len(out, length).map_err(|error| Error::new(error.to_string()))?;
    for (index, field) in fields.iter().enumerate() {
        let mut reader = Reader::new(field);
        let whole = reader.raw_within(DEPTH_MAX - 1).and_then(|_| reader.finish());
        whole.map_err(|error| error.at_index(index))?;
        out.extend_from_slice(field);
    }
    Ok(())
}

/// What stands for `None`, `()` and a variant without fields.
const NIL: &[u8] = &[0xc0];

/// The variant that the row of an enum names, and the bytes of what it holds: nil if that is nothing.
/// `None` where serde was told to write variants in another form.
///
/// ```
/// use db0_runtime::codec::{join_variant, split_variant};
///
/// let mut row = Vec::new();
/// join_variant("Circle", &[0x07], &mut row)?;
/// assert_eq!(split_variant(&row)?, Some(("Circle", &[0x07][..])));
/// # Ok::<(), db0_runtime::codec::Fault>(())
/// ```
pub fn split_variant(row: &[u8]) -> Result<Option<(&str, &[u8])>, Fault> {
    let mut reader = Reader::new(row);
    let found = match reader.token()? {
        Token::Text(name) => Some((utf8(name)?, NIL)),
        Token::Map(1) => match reader.token()? {
            Token::Text(name) => Some((utf8(name)?, reader.raw()?)),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    reader.finish()?;
    Ok(found)
}

/// Appends the row of a variant that holds these bytes, which must be one whole value; nothing, if that
/// is nil.
pub fn join_variant(name: &str, content: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    if content == NIL { Ok(put_name(name, out)?) } else { join_held(name, content, out) }
}

/// As [`join_variant`], of a variant that holds something, be it nil.
pub fn join_held(name: &str, content: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let mut reader = Reader::new(content);
    reader.raw_within(DEPTH_MAX - 1).and_then(|_| reader.finish())?;
    mp::write_map_len(out, 1).map_err(|error| Error::new(error.to_string()))?;
    put_name(name, out)?;
    out.extend_from_slice(content);
    Ok(())
}

fn put_name(name: &str, out: &mut Vec<u8>) -> Result<(), Error> {
    mp::write_str(out, name).map_err(|error| Error::new(error.to_string()))
}

fn row_length(reader: &mut Reader<'_>) -> Result<usize, Error> {
    match reader.token()? {
        Token::Array(length) => Ok(length),
        _ => Err(Error::new("not an array of fields")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_apart_and_together() {
        let row = [0x93, 0x01, 0x92, 0xc0, 0xa1, b'x', 0x81, 0x02, 0x03];
        let fields = split_fields(&row).expect("a well-formed row");
        assert_eq!(fields, [&row[1..2], &row[2..6], &row[6..]]);
        assert_eq!(field(&row, 1), Ok(Some(fields[1])));
        assert_eq!(field(&row, 3), Ok(None));
        let mut out = vec![7];
        join_fields(&fields, &mut out).expect("the same row");
        assert_eq!(out[1..], row);
    }

    #[test]
    fn what_is_no_row_is_refused() {
        for bytes in [&[][..], &[0xc0], &[0x92, 0xc0], &[0x91, 0xc0, 0xc0], &[0x81, 0xc0, 0xc0]] {
            assert!(split_fields(bytes).is_err(), "{bytes:x?}");
        }
    }

    #[test]
    fn variants_come_apart() {
        assert_eq!(split_variant(&[0xa1, b'A']), Ok(Some(("A", NIL))));
        assert_eq!(
            split_variant(&[0x81, 0xa1, b'A', 0x92, 1, 2]),
            Ok(Some(("A", &[0x92, 1, 2][..])))
        );
        for other in [&[0x01][..], &[0x81, 0x01, 0x01], &[0x82, 0xa1, b'A', 1, 0xa1, b'B', 2]] {
            assert_eq!(split_variant(other), Ok(None));
        }
        for damaged in [&[][..], &[0x81, 0xa1, b'A'], &[0xa1, b'A', 0xc0]] {
            assert!(split_variant(damaged).is_err(), "{damaged:x?}");
        }
    }

    #[test]
    fn only_whole_values_are_joined() {
        let mut out = vec![7];
        let deep = [vec![0x91; DEPTH_MAX], vec![0xc0]].concat();
        for bad in [&[][..], &[0xc0, 0xc0], &[0x92, 0xc0], &deep] {
            assert!(join_fields(&[bad], &mut out).is_err(), "{bad:x?}");
            assert_eq!(out, [7]);
        }
        assert!(join_fields(&[&deep[1..]], &mut out).is_ok());
    }
}
