//! Where the functions of a profile are: addresses, objects in memory, source lines.
//!
//! Formats that contain addresses are written from these; everything else reads the stacks.

use std::collections::BTreeMap;
use std::sync::Arc;

/// An object in the sampled process' memory.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MappedObject {
    /// The file that it was mapped from, or `[kernel]`.
    pub path: Arc<str>,
    /// The first address.
    pub start: u64,
    /// The address after the last.
    pub end: u64,
    /// The offset in the file.
    pub offset: u64,
}

/// A function at an address, or one that was inlined there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Line {
    /// The demangled function without its hash, or `[unknown]`.
    pub function: Arc<str>,
    /// The source file; empty where none is known.
    pub file: Arc<str>,
    /// The line in it; 0 where none is known.
    pub line: u32,
}

/// An address that occurs on a stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The address in the sampled process's memory.
    pub address: u64,
    /// The index in [`Locations::objects`] of the object that contains it.
    pub object: Option<usize>,
    /// What is at the address, innermost first: every function but the last was inlined into the next.
    pub lines: Arc<[Line]>,
}

/// A stack of addresses, innermost first, and the thread's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddressStack {
    /// The thread's name when it was sampled.
    pub thread: Arc<str>,
    /// The indices in [`Locations::locations`] of the addresses, innermost first.
    pub locations: Vec<usize>,
}

/// A profile by address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Locations {
    /// The objects in memory. The first is the program's own file if that is known, as `profile.proto` requires.
    pub objects: Vec<MappedObject>,
    /// Every address that occurs on a stack.
    pub locations: Vec<Location>,
    /// Samples per stack.
    pub stacks: BTreeMap<AddressStack, u64>,
}
