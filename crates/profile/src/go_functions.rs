//! The functions of a stripped Go program: Go keeps a table of its own, which it needs for stack traces.
//!
//! The layout is that of Go 1.20 and later (`pcHeader`, `functab` and `_func` in Go's `runtime/symtab.go`) with words
//! of eight bytes. Programs with another layout have no names.

use std::sync::Arc;

use object::{Object, ObjectSection, ReadRef};

/// A function's address, its size, and its name.
pub(crate) type Function = (u64, u64, Arc<str>);

/// `abi.Go120PCLnTabMagic`, then two zeros.
const MAGIC: [u8; 6] = [0xf1, 0xff, 0xff, 0xff, 0, 0];

/// Positions in the header; the offsets of names and functions count from the start of the table.
const POINTER_SIZE: usize = 7;
const COUNT: usize = 8;
const NAMES: usize = 32;
const FUNCTIONS: usize = 64;

/// The functions of `object` by Go's own table; empty if it has none that can be trusted.
pub(crate) fn read<'data, R: ReadRef<'data>>(object: &object::File<'data, R>) -> Vec<Function> {
    let section = [".gopclntab", ".data.rel.ro.gopclntab"].iter().find_map(|name| object.section_by_name(name));
    let table = section.and_then(|section| section.uncompressed_data().ok());
    let text = object.section_by_name(".text").map(|text| text.address());
    let (Some(table), Some(text)) = (table, text) else { return Vec::new() };
    let functions = parse(&table, text).unwrap_or_default();
    // The table counts from the start of Go's code, which is the section's start only if no C code was linked before
    // it.
    let entered = functions.iter().find(|(address, ..)| *address == object.entry());
    if entered.is_some_and(|(.., name)| name.starts_with("_rt0_")) { functions } else { Vec::new() }
}

fn parse(table: &[u8], text: u64) -> Option<Vec<Function>> {
    if !table.starts_with(&MAGIC) || *table.get(POINTER_SIZE)? != 8 {
        return None;
    }
    let names = table.get(word(table, NAMES)?..)?;
    let functions = table.get(word(table, FUNCTIONS)?..)?;
    let count = word(table, COUNT)?;
    // Each entry takes two half-words here, so a count that exceeds the file's size is rejected.
    let entries = functions.get(..count.checked_mul(8)?.checked_add(4)?)?;
    let function = |index: usize| {
        let start = half(entries, 8 * index)?;
        let end = half(entries, 8 * index + 8)?;
        let about = usize::try_from(half(entries, 8 * index + 4)?).ok()?;
        let name = names.get(usize::try_from(half(functions, about.checked_add(4)?)?).ok()?..)?;
        let name = std::str::from_utf8(name.split(|&byte| byte == 0).next()?).ok()?;
        Some((text.checked_add(start.into())?, end.checked_sub(start)?.into(), name.into()))
    };
    Some((0..count).filter_map(function).collect())
}

/// An offset in the header.
fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let word = u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?);
    usize::try_from(word).ok()
}

fn half(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of two functions, at 0 and 16, that ends at 40.
    fn table() -> Vec<u8> {
        let mut table = MAGIC.to_vec();
        table.extend([1, 8]);
        for word in [2u64, 0, 0, 72, 0, 0, 0, 72 + 16] {
            table.extend(word.to_le_bytes());
        }
        table.extend(b"main.a\0main.b\0\0\0");
        for half in [0u32, 20, 16, 28, 40] {
            table.extend(half.to_le_bytes());
        }
        for half in [0u32, 0, 16, 7] {
            table.extend(half.to_le_bytes());
        }
        table
    }

    #[test]
    fn functions_stand_in_gos_own_table() {
        let functions = parse(&table(), 0x1000).unwrap();
        assert_eq!(functions, [(0x1000, 16, "main.a".into()), (0x1010, 24, "main.b".into())]);
    }

    #[test]
    fn a_damaged_table_names_what_it_can_or_nothing() {
        let whole = table();
        for length in 0..whole.len() {
            let _ = parse(&whole[..length], 0x1000);
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                let _ = parse(&damaged, u64::MAX - 8);
            }
        }
        assert!(parse(b"nothing", 0).is_none());
    }

    #[test]
    fn a_program_without_the_table_has_none_of_these() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(read(&object::File::parse(own.as_slice()).unwrap()).is_empty());
    }
}
