//! The form of a dump, written down a second time: chunks with their checksums, and rows in them.

use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128};

use crate::pages::{self, Row};

const FRONT: &[u8] = b"db0-dump\x01";

/// A dump of this content, in chunks of so many bytes.
pub(crate) fn framed(content: &[u8], chunk: usize) -> Vec<u8> {
    let mut dump = FRONT.to_vec();
    for (number, chunk) in content.chunks(chunk).enumerate() {
        dump.extend_from_slice(&(chunk.len() as u32).to_le_bytes());
        dump.extend_from_slice(&xxh3_64_with_seed(chunk, number as u64).to_le_bytes());
        dump.extend_from_slice(chunk);
    }
    dump.extend_from_slice(&0_u32.to_le_bytes());
    dump.extend_from_slice(&xxh3_128(content).to_le_bytes());
    dump
}

/// What is in the chunks of a dump that is whole.
pub(crate) fn unframed(dump: &[u8]) -> Option<Vec<u8>> {
    let mut rest = dump.strip_prefix(FRONT)?;
    let mut content = Vec::new();
    loop {
        let (length, behind) = rest.split_first_chunk()?;
        let length = u32::from_le_bytes(*length) as usize;
        if length == 0 {
            return Some(content);
        }
        let (chunk, behind) = behind.get(8..)?.split_at_checked(length)?;
        content.extend_from_slice(chunk);
        rest = behind;
    }
}

/// The head row and the rows of some content.
pub(crate) fn parts(mut content: &[u8]) -> Option<(Vec<u8>, Vec<Row>)> {
    let head = take(&mut content)?.to_vec();
    let mut rows = Vec::new();
    while let Some((&table, behind)) = content.split_first() {
        content = behind;
        let key = take(&mut content)?;
        rows.push(Row::at(table, key, take(&mut content)?)?);
    }
    Some((head, rows))
}

/// The content of a dump with this head row and these rows.
pub(crate) fn content(head: &[u8], rows: &[Row]) -> Vec<u8> {
    let mut content = Vec::new();
    put(&mut content, head);
    for row in rows {
        content.push(row.table);
        put(&mut content, &row.key);
        put(&mut content, &row.sealed());
    }
    content
}

fn take<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(pages::take(bytes)).ok()?;
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    pages::put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}
