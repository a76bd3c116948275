//! A file with any bytes in any pages: verifying it reads them, and nothing else.

use db0::Workspace;

use crate::{
    base::{self, BASE, NAME},
    input::Input,
};

const PAGE: usize = 4096;

/// Edits of the base: page, offset, bytes. An odd first byte: the input is the file.
pub(crate) fn read(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let is_whole = input.byte() % 2 == 1;
    let data = if is_whole { input.rest().to_vec() } else { edited(input) };
    let folder = base::folder();
    base::place(folder.path(), &data);
    let _ = Workspace::verify(folder.path(), NAME);
}

fn edited(mut input: Input<'_>) -> Vec<u8> {
    let mut data = BASE.clone();
    let pages = data.len() / PAGE;
    while !input.is_empty() {
        let at = input.below(pages) * PAGE + input.pair() % PAGE;
        let edit = input.bytes(16);
        let len = edit.len().min(data.len() - at);
        data[at..at + len].copy_from_slice(&edit[..len]);
    }
    data
}
