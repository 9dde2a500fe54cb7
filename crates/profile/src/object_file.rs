//! One object of a process (a program, a library, the kernel's vdso), read once: its unwind tables, its symbols, and
//! where its contents are mapped.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;

use object::{Object, ObjectSection, ObjectSegment, ReadCache, ReadRef};

use crate::maps::{self, Source};
use crate::symbol_table::SymbolTable;

/// A section's bytes and the addresses for which it was linked.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) addresses: Range<u64>,
    pub(crate) bytes: Arc<[u8]>,
}

/// A part of the file that is mapped as a unit.
#[derive(Debug, Clone, Copy)]
struct Segment {
    offset: u64,
    size: u64,
    address: u64,
}

/// What unwinding and naming need of an object. All empty for one that cannot be read.
#[derive(Debug, Default)]
pub(crate) struct ObjectFile {
    pub(crate) text: Option<Section>,
    pub(crate) eh_frame: Option<Section>,
    pub(crate) eh_frame_hdr: Option<Section>,
    pub(crate) got: Option<Range<u64>>,
    pub(crate) symbols: SymbolTable,
    /// The entry point, if it is a program or a dynamic loader; 0 otherwise.
    pub(crate) entry: u64,
    segments: Vec<Segment>,
}

impl ObjectFile {
    /// Reads the object; `None` if it no longer exists, was replaced after it was mapped, or is no object file.
    pub(crate) fn read(source: &Source) -> Option<Self> {
        match source {
            Source::File { path, inode } => Self::read_file(path, *inode),
            Source::Vdso => Self::parse(own_vdso()?.as_slice()),
        }
    }

    fn read_file(path: &Path, inode: u64) -> Option<Self> {
        let file = File::open(path).ok()?;
        // Another build under the same name would give wrong names, which is worse than none.
        if file.metadata().ok()?.ino() != inode {
            return None;
        }
        Self::parse(&ReadCache::new(file))
    }

    fn parse<'data, R: ReadRef<'data>>(data: R) -> Option<Self> {
        let object = object::File::parse(data).ok()?;
        let section = |name| {
            let section = object.section_by_name(name)?;
            let bytes = section.uncompressed_data().ok()?;
            let addresses = section.address()..section.address().checked_add(section.size())?;
            Some(Section { addresses, bytes: bytes.into_owned().into() })
        };
        let segments = object.segments().map(|segment| {
            let (offset, size) = segment.file_range();
            Segment { offset, size, address: segment.address() }
        });
        Some(Self {
            text: section(".text"),
            eh_frame: section(".eh_frame"),
            eh_frame_hdr: section(".eh_frame_hdr"),
            got: section(".got").map(|section| section.addresses),
            symbols: SymbolTable::read(&object),
            entry: object.entry(),
            segments: segments.collect(),
        })
    }

    /// The address for which the byte at `offset` in the file was linked.
    pub(crate) fn linked_address(&self, offset: u64) -> Option<u64> {
        // A mapping begins at the start of a page, which may lie before the segment.
        let page = 4096;
        let holds = |segment: &&Segment| {
            offset >= segment.offset / page * page && offset < segment.offset.saturating_add(segment.size)
        };
        let segment = self.segments.iter().rev().find(holds)?;
        Some(segment.address.wrapping_add(offset).wrapping_sub(segment.offset))
    }
}

/// The vdso of this process, which every process of this kernel shares.
fn own_vdso() -> Option<Vec<u8>> {
    let mapping = maps::read(std::process::id()).into_iter().find(|mapping| mapping.source == Source::Vdso)?;
    let mut bytes = vec![0; usize::try_from(mapping.end - mapping.start).ok()?];
    File::open("/proc/self/mem").ok()?.read_exact_at(&mut bytes, mapping.start).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vdso_is_an_object_with_symbols() {
        let vdso = ObjectFile::read(&Source::Vdso).unwrap();
        assert!(vdso.eh_frame.is_some());
        assert!(vdso.symbols.names().any(|name| name.contains("clock_gettime")));
    }

    #[test]
    fn a_replaced_file_is_not_read() {
        let path = std::env::current_exe().unwrap();
        let inode = std::fs::metadata(&path).unwrap().ino();
        assert!(ObjectFile::read(&Source::File { path: path.clone(), inode }).is_some());
        assert!(ObjectFile::read(&Source::File { path, inode: inode + 1 }).is_none());
    }
}
