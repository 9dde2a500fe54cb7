//! Recognises the compiler that has built an executable.

use std::fs::File;
use std::os::unix::fs::FileExt;

use observation::Runtime;

/// The most bytes that are read of a file or of one of its sections.
const MOST: u64 = 8 << 20;

/// The size of one read, bytes.
const CHUNK: usize = 64 << 10;

/// How many bytes of a chunk are read again with the next one: a marker may span both.
const AGAIN: usize = 31;

/// The first bytes of the `.go.buildinfo` section that Go's linker writes (Go's debug/buildinfo).
const GO: &[u8] = b"\xff Go buildinf:";

/// What rustc writes into `.comment`.
const RUSTC: &[u8] = b"rustc version";

/// Paths of Rust's standard library in its panic messages: as in the Rust project's builds, and as in others' builds.
const RUST_PATHS: [&[u8]; 2] = [b"/rustc/", b"library/std/src/"];

/// The size of a header of a 64-bit ELF file and of each of its sections (elf(5)).
const HEADER: usize = 64;

/// The compiler that has built `file`: Go's or Rust's. `None` if it is neither, or the file can't be read.
pub(super) fn built_by(file: &File) -> Option<Runtime> {
    let header = bytes(file, 0, HEADER)?;
    if !header.starts_with(b"\x7fELF") {
        return None;
    }
    let Some(sections) = sections(file, &header) else {
        let holds = |traces: &[&[u8]]| holds(file, 0, MOST, traces);
        return match holds(&[GO]) {
            true => Some(Runtime::Go),
            false => holds(&RUST_PATHS).then_some(Runtime::Rust),
        };
    };
    let of_name = |name: &[u8]| sections.iter().find(|section| section.name == name);
    let holds = |name: &[u8], traces: &[&[u8]]| {
        of_name(name).is_some_and(|section| holds(file, section.from, section.len, traces))
    };
    if of_name(b".go.buildinfo").is_some() {
        return Some(Runtime::Go);
    }
    (holds(b".comment", &[RUSTC]) || holds(b".rodata", &RUST_PATHS)).then_some(Runtime::Rust)
}

/// A section, and where its data is in the file.
struct Section {
    name: Vec<u8>,
    from: u64,
    len: u64,
}

impl Section {
    fn read(header: &[u8], names: &[u8]) -> Option<Section> {
        let name = names.get(usize::try_from(number(header, 0, 4)?).ok()?..)?;
        let name = name.split(|byte| *byte == 0).next()?.to_vec();
        let (from, len) = place(header)?;
        Some(Section { name, from, len })
    }
}

/// The offset in the file and the length of the section with this header.
fn place(header: &[u8]) -> Option<(u64, u64)> {
    Some((number(header, 0x18, 8)?, number(header, 0x20, 8)?))
}

/// The sections of an ELF file that begins with `header`; `None` if it has none, is damaged, or is not 64-bit
/// little-endian.
fn sections(file: &File, header: &[u8]) -> Option<Vec<Section>> {
    if !header.starts_with(b"\x7fELF\x02\x01") || number(header, 0x3a, 2)? != HEADER as u64 {
        return None;
    }
    let (from, count, names) = (number(header, 0x28, 8)?, number(header, 0x3c, 2)?, number(header, 0x3e, 2)?);
    let headers = bytes(file, from, usize::try_from(count).ok()? * HEADER)?;
    let headers = headers.chunks_exact(HEADER);
    let (from, len) = place(headers.clone().nth(usize::try_from(names).ok()?)?)?;
    let names = bytes(file, from, usize::try_from(len).ok()?.min(CHUNK))?;
    Some(headers.filter_map(|header| Section::read(header, &names)).collect())
}

/// The little-endian number of `len` bytes at offset `at`.
fn number(of: &[u8], at: usize, len: usize) -> Option<u64> {
    let bytes = of.get(at..at + len)?;
    Some(bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}

/// `len` bytes of `file`; `None` if it has fewer.
fn bytes(file: &File, from: u64, len: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; len];
    file.read_exact_at(&mut bytes, from).ok()?;
    Some(bytes)
}

/// Whether any of `traces` is in the given `len` bytes of `file`, or in the first [`MOST`] of them.
fn holds(file: &File, from: u64, len: u64, traces: &[&[u8]]) -> bool {
    let until = from.saturating_add(len.min(MOST));
    let mut chunk = vec![0; CHUNK];
    let mut at = from;
    while at < until {
        let wanted = usize::try_from(until - at).map_or(CHUNK, |left| left.min(CHUNK));
        let Some(read) = chunk.get_mut(..wanted).and_then(|room| file.read_at(room, at).ok()) else { return false };
        let bytes = chunk.get(..read).unwrap_or_default();
        if traces.iter().any(|trace| is_in(bytes, trace)) {
            return true;
        }
        if read <= AGAIN {
            return false;
        }
        at += (read - AGAIN) as u64;
    }
    false
}

fn is_in(bytes: &[u8], trace: &[u8]) -> bool {
    let Some(first) = trace.first() else { return false };
    let mut begins = bytes.iter().enumerate().filter(|(_, byte)| *byte == first);
    begins.any(|(at, _)| bytes.get(at..).is_some_and(|rest| rest.starts_with(trace)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use processes::TemporaryFolder;

    /// The compiler that is recognised in `content`.
    fn of(content: &[u8]) -> Option<Runtime> {
        let folder = TemporaryFolder::new("executable").unwrap();
        let path = folder.path().join("program");
        std::fs::write(&path, content).unwrap();
        built_by(&File::open(path).unwrap())
    }

    /// A 64-bit ELF file of these sections and the one of their names.
    fn elf(sections: &[(&str, &[u8])]) -> Vec<u8> {
        let names: String = sections.iter().map(|(name, _)| format!("{name}\0")).collect::<String>() + ".shstrtab\0";
        let all = sections.iter().copied().chain([(".shstrtab", names.as_bytes())]);
        let (mut data, mut headers, mut name) = (Vec::<u8>::new(), Vec::<u8>::new(), 0_u32);
        for (title, content) in all {
            let mut header = [0_u8; HEADER];
            header[..4].copy_from_slice(&name.to_le_bytes());
            header[0x18..0x20].copy_from_slice(&((HEADER + data.len()) as u64).to_le_bytes());
            header[0x20..0x28].copy_from_slice(&(content.len() as u64).to_le_bytes());
            headers.extend(header);
            data.extend(content);
            name += title.len() as u32 + 1;
        }
        let mut file = vec![0; HEADER];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[0x28..0x30].copy_from_slice(&((HEADER + data.len()) as u64).to_le_bytes());
        file[0x3a..0x3c].copy_from_slice(&(HEADER as u16).to_le_bytes());
        file[0x3c..0x3e].copy_from_slice(&(sections.len() as u16 + 1).to_le_bytes());
        file[0x3e..0x40].copy_from_slice(&(sections.len() as u16).to_le_bytes());
        file.extend(data);
        file.extend(headers);
        file
    }

    #[test]
    fn sections_tell_go_and_rust() {
        assert_eq!(of(&elf(&[(".text", b"x"), (".go.buildinfo", GO)])), Some(Runtime::Go));
        assert_eq!(of(&elf(&[(".comment", b"GCC: 12\0rustc version 1.95.0\0")])), Some(Runtime::Rust));
        assert_eq!(of(&elf(&[(".rodata", b"at /rustc/0123/library/core/src/option.rs")])), Some(Runtime::Rust));
        let distribution = b"/usr/src/rustc-1.63.0/library/std/src/panicking.rs";
        assert_eq!(of(&elf(&[(".comment", b"GCC: 12"), (".rodata", distribution)])), Some(Runtime::Rust));
        assert_eq!(of(&elf(&[(".comment", b"GCC: 12"), (".rodata", b"usage: sh")])), None);
        assert_eq!(of(&elf(&[(".data", GO)])), None, "a program may know of the mark without bearing it");
    }

    #[test]
    fn without_sections_the_first_bytes_tell() {
        let bare = |data: &[u8]| [&b"\x7fELF\x02\x01"[..], &[0; HEADER - 6][..], data].concat();
        assert_eq!(of(&bare(GO)), Some(Runtime::Go));
        assert_eq!(of(&bare(b"/rustc/0123/")), Some(Runtime::Rust));
        assert_eq!(of(&bare(b"")), None);
        let across = [vec![b'x'; CHUNK - HEADER - 5], GO.to_vec()].concat();
        assert_eq!(of(&bare(&across)), Some(Runtime::Go));
        let beyond = [vec![b'x'; usize::try_from(MOST).unwrap()], GO.to_vec()].concat();
        assert_eq!(of(&bare(&beyond)), None);
    }

    #[test]
    fn what_is_no_program_or_a_damaged_one_is_none() {
        assert_eq!(of(b""), None);
        assert_eq!(of(b"#!/bin/sh\n/rustc/"), None);
        let mut cut = elf(&[(".go.buildinfo", b"x")]);
        cut.truncate(cut.len() - 1);
        assert_eq!(of(&cut), None);
    }

    #[test]
    fn programs_of_this_machine_are_told() {
        assert_eq!(built_by(&File::open("/proc/self/exe").unwrap()), Some(Runtime::Rust));
        assert_eq!(built_by(&File::open("/bin/sh").unwrap()), None);
    }
}
