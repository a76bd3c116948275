//! A cursor over MessagePack bytes, which gives one token at a time and never recurses.

use rmp::Marker;

use super::{fault::Error, limits::DEPTH_MAX};

/// What stands at the cursor. Arrays and maps are given by their length: what they hold follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Token<'a> {
    Nil,
    Bool(bool),
    UInt(u64),
    Int(i64),
    F32(f32),
    F64(f64),
    /// Not yet checked to be UTF-8.
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    Array(usize),
    Map(usize),
    /// An extension: its kind, and then its payload.
    Ext(&'a [u8]),
}

/// The bytes that are still to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    #[inline]
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Fails unless everything has been read.
    #[inline]
    pub(crate) fn finish(&self) -> Result<(), Error> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(Error::new(format!("{} bytes too many", self.rest.len())))
    }

    #[inline]
    pub(crate) fn peek(&self) -> Result<u8, Error> {
        self.rest.first().copied().ok_or_else(cut_short)
    }

    /// Passes over `count` bytes that have been peeked at.
    #[inline]
    pub(crate) fn advance(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or_else(cut_short)?;
        self.rest = rest;
        Ok(*bytes)
    }

    #[inline]
    fn slice(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(cut_short)?;
        self.rest = rest;
        Ok(bytes)
    }

    #[inline]
    fn length8(&mut self) -> Result<usize, Error> {
        self.fixed().map(|[length]| length.into())
    }

    #[inline]
    fn length16(&mut self) -> Result<usize, Error> {
        self.fixed().map(|bytes| u16::from_be_bytes(bytes).into())
    }

    #[inline]
    fn length32(&mut self) -> Result<usize, Error> {
        // Where it didn't fit into a usize, the bytes couldn't be there either.
        self.fixed().map(|bytes| usize::try_from(u32::from_be_bytes(bytes)).unwrap_or(usize::MAX))
    }

    /// A length is believed only if that many values can still follow, so that nobody allocates
    /// for a number that damage made up.
    #[inline]
    fn array(&self, length: usize) -> Result<Token<'a>, Error> {
        if length > self.rest.len() { Err(cut_short()) } else { Ok(Token::Array(length)) }
    }

    #[inline]
    fn map(&self, length: usize) -> Result<Token<'a>, Error> {
        if length > self.rest.len() / 2 { Err(cut_short()) } else { Ok(Token::Map(length)) }
    }

    #[inline]
    fn ext(&mut self, payload: usize) -> Result<Token<'a>, Error> {
        self.slice(payload.saturating_add(1)).map(Token::Ext)
    }

    /// An unsigned integer, if one comes next. This and the four below are the short ways for what
    /// is expected; on `None` nothing has been read, and [`token`](Self::token) tells why.
    #[inline]
    pub(crate) fn uint(&mut self) -> Option<u64> {
        let (&marker, rest) = self.rest.split_first()?;
        let (value, rest) = match marker {
            0x00..=0x7f => (marker.into(), rest),
            0xcc => rest.split_first().map(|(&value, rest)| (value.into(), rest))?,
            0xcd => chunk(rest).map(|(bytes, rest)| (u16::from_be_bytes(bytes).into(), rest))?,
            0xce => chunk(rest).map(|(bytes, rest)| (u32::from_be_bytes(bytes).into(), rest))?,
            0xcf => chunk(rest).map(|(bytes, rest)| (u64::from_be_bytes(bytes), rest))?,
            _ => return None,
        };
        self.rest = rest;
        Some(value)
    }

    /// A negative integer, if one comes next.
    #[inline]
    pub(crate) fn negative(&mut self) -> Option<i64> {
        let (&marker, rest) = self.rest.split_first()?;
        let (value, rest) = match marker {
            0xe0..=0xff => (marker.cast_signed().into(), rest),
            0xd0 => rest.split_first().map(|(&value, rest)| (value.cast_signed().into(), rest))?,
            0xd1 => chunk(rest).map(|(bytes, rest)| (i16::from_be_bytes(bytes).into(), rest))?,
            0xd2 => chunk(rest).map(|(bytes, rest)| (i32::from_be_bytes(bytes).into(), rest))?,
            0xd3 => chunk(rest).map(|(bytes, rest)| (i64::from_be_bytes(bytes), rest))?,
            _ => return None,
        };
        self.rest = rest;
        Some(value)
    }

    /// A float of 64 bits, if one comes next.
    #[inline]
    pub(crate) fn float(&mut self) -> Option<f64> {
        let (&0xcb, rest) = self.rest.split_first()? else { return None };
        let (bytes, rest) = chunk(rest)?;
        self.rest = rest;
        Some(f64::from_be_bytes(bytes))
    }

    /// A text, if a short one comes next.
    #[inline]
    pub(crate) fn short_text(&mut self) -> Option<&'a [u8]> {
        let (marker @ 0xa0..=0xbf, rest) = self.rest.split_first()? else { return None };
        let (text, rest) = rest.split_at_checked(usize::from(marker & 0x1f))?;
        self.rest = rest;
        Some(text)
    }

    /// The length of an array, if a short one comes next.
    #[inline]
    pub(crate) fn short_array(&mut self) -> Option<usize> {
        let (marker @ 0x90..=0x9f, rest) = self.rest.split_first()? else { return None };
        let length = usize::from(marker & 0x0f);
        if length > rest.len() {
            return None;
        }
        self.rest = rest;
        Some(length)
    }

    /// What stands at the cursor.
    pub(crate) fn token(&mut self) -> Result<Token<'a>, Error> {
        let [marker] = self.fixed()?;
        Ok(match Marker::from_u8(marker) {
            Marker::FixPos(value) => Token::UInt(value.into()),
            Marker::FixNeg(value) => Token::Int(value.into()),
            Marker::Null => Token::Nil,
            Marker::True => Token::Bool(true),
            Marker::False => Token::Bool(false),
            Marker::U8 => Token::UInt(self.fixed().map(u8::from_be_bytes)?.into()),
            Marker::U16 => Token::UInt(self.fixed().map(u16::from_be_bytes)?.into()),
            Marker::U32 => Token::UInt(self.fixed().map(u32::from_be_bytes)?.into()),
            Marker::U64 => Token::UInt(self.fixed().map(u64::from_be_bytes)?),
            Marker::I8 => Token::Int(self.fixed().map(i8::from_be_bytes)?.into()),
            Marker::I16 => Token::Int(self.fixed().map(i16::from_be_bytes)?.into()),
            Marker::I32 => Token::Int(self.fixed().map(i32::from_be_bytes)?.into()),
            Marker::I64 => Token::Int(self.fixed().map(i64::from_be_bytes)?),
            Marker::F32 => Token::F32(self.fixed().map(f32::from_be_bytes)?),
            Marker::F64 => Token::F64(self.fixed().map(f64::from_be_bytes)?),
            Marker::FixStr(length) => Token::Text(self.slice(length.into())?),
            Marker::FixArray(length) => self.array(length.into())?,
            Marker::FixMap(length) => self.map(length.into())?,
            other => self.sized(other)?,
        })
    }

    /// The tokens whose length follows their marker.
    fn sized(&mut self, marker: Marker) -> Result<Token<'a>, Error> {
        let length = match marker {
            Marker::Str8 | Marker::Bin8 | Marker::Ext8 => self.length8()?,
            Marker::Str16 | Marker::Bin16 | Marker::Ext16 | Marker::Array16 | Marker::Map16 => {
                self.length16()?
            }
            Marker::Str32 | Marker::Bin32 | Marker::Ext32 | Marker::Array32 | Marker::Map32 => {
                self.length32()?
            }
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            _ => return Err(Error::new("a byte that MessagePack doesn't use")),
        };
        match marker {
            Marker::Str8 | Marker::Str16 | Marker::Str32 => self.slice(length).map(Token::Text),
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => self.slice(length).map(Token::Bytes),
            Marker::Array16 | Marker::Array32 => self.array(length),
            Marker::Map16 | Marker::Map32 => self.map(length),
            _ => self.ext(length),
        }
    }

    /// Passes over one value and everything in it.
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        self.skim(|_| ())
    }

    /// Passes over one value, and gives every extension in it to `each`.
    #[inline]
    pub(crate) fn skim(&mut self, mut each: impl FnMut(&'a [u8])) -> Result<(), Error> {
        // No overflow: a believed length is at most that of the bytes left.
        let mut pending = 1_u64;
        while pending > 0 {
            pending -= 1;
            let size = FIXED_SIZES[usize::from(self.peek()?)];
            if size > 0 {
                self.slice(size.into())?;
                continue;
            }
            match self.token()? {
                Token::Array(length) => pending += length as u64,
                Token::Map(length) => pending += 2 * length as u64,
                Token::Ext(ext) => each(ext),
                _ => {}
            }
        }
        Ok(())
    }

    /// Passes over one value, and gives its bytes.
    pub(crate) fn raw(&mut self) -> Result<&'a [u8], Error> {
        let before = self.rest;
        self.skip()?;
        Ok(&before[..before.len() - self.rest.len()])
    }

    /// As [`raw`](Self::raw), and fails where arrays and maps nest deeper than `levels`.
    pub(crate) fn raw_within(&mut self, levels: usize) -> Result<&'a [u8], Error> {
        let before = self.rest;
        let mut open = [0_usize; DEPTH_MAX];
        let levels = levels.min(DEPTH_MAX);
        let mut depth = 0;
        loop {
            let inside = match self.token()? {
                Token::Array(length) => Some(length),
                Token::Map(length) => Some(2 * length),
                _ => None,
            };
            if let Some(length) = inside {
                if depth == levels {
                    return Err(Error::too_deep());
                }
                open[depth] = length;
                depth += 1;
            }
            while depth > 0 && open[depth - 1] == 0 {
                depth -= 1;
            }
            if depth == 0 {
                return Ok(&before[..before.len() - self.rest.len()]);
            }
            open[depth - 1] -= 1;
        }
    }
}

#[inline]
fn chunk<const N: usize>(bytes: &[u8]) -> Option<([u8; N], &[u8])> {
    bytes.split_first_chunk().map(|(chunk, rest)| (*chunk, rest))
}

/// How many bytes a leaf takes by its first byte alone; 0 for all else, extensions among it.
const FIXED_SIZES: [u8; 256] = {
    let mut sizes = [0; 256];
    let mut marker = 0;
    while marker < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let byte = marker as u8;
        sizes[marker] = match byte {
            0xa0..=0xbf => 1 + (byte & 0x1f),
            0x00..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => 1,
            0xcc | 0xd0 => 2,
            0xcd | 0xd1 => 3,
            0xca | 0xce | 0xd2 => 5,
            0xcb | 0xcf | 0xd3 => 9,
            _ => 0,
        };
        marker += 1;
    }
    sizes
};

pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|_| Error::new("text that is not UTF-8"))
}

#[cold]
fn cut_short() -> Error {
    Error::new("the bytes end too early")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_that_can_not_be_true_are_refused() {
        for bomb in [
            &[0xdd, 0xff, 0xff, 0xff, 0xff][..],
            &[0xdf, 0xff, 0xff, 0xff, 0xff, 0xc0],
            &[0xc6, 0xff, 0xff, 0xff, 0xff],
            &[0xdb, 0xff, 0xff, 0xff, 0xff],
            &[0xc9, 0xff, 0xff, 0xff, 0xff, 1],
            &[0x92, 0xc0],
            &[0x81, 0xc0],
            &[0xd8, 1, 2],
            &[0xc1],
            &[],
        ] {
            assert!(Reader::new(bomb).skip().is_err(), "{bomb:x?}");
            assert!(Reader::new(bomb).raw_within(DEPTH_MAX).is_err(), "{bomb:x?}");
        }
    }

    #[test]
    fn depth_is_that_of_arrays_and_maps() {
        let nested = |levels: usize| [vec![0x91; levels], vec![0xc0]].concat();
        for levels in [0, 1, 5, DEPTH_MAX] {
            let bytes = nested(levels);
            assert_eq!(Reader::new(&bytes).raw_within(levels).expect("it just fits"), bytes);
            if levels > 0 {
                assert!(Reader::new(&bytes).raw_within(levels - 1).is_err());
            }
        }
        assert!(Reader::new(&nested(DEPTH_MAX + 1)).raw_within(usize::MAX).is_err());
        // Siblings don't add up: [[], [nil], {}, nil].
        assert!(Reader::new(&[0x94, 0x90, 0x91, 0xc0, 0x80, 0xc0]).raw_within(2).is_ok());
    }

    proptest! {
        #[test]
        fn both_ways_to_skip_agree(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let plain = Reader::new(&bytes).raw().ok();
            let bounded = Reader::new(&bytes).raw_within(DEPTH_MAX).ok();
            // Sixty-four bytes can't nest deeper than the bound.
            prop_assert_eq!(plain, bounded);
        }
    }
}
