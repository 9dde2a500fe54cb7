//! A process's memory as a set of objects: finds the object of an address, and the position in it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::maps::{Mapping, Source};
use crate::objects::{LoadedObject, Objects};

/// An object at its place in memory.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) source: Source,
    pub(crate) object: Arc<LoadedObject>,
    /// From its first executable mapping to the end of its last.
    pub(crate) range: Range<u64>,
    /// Add this to a linked address to get the one in memory.
    pub(crate) bias: u64,
    /// The file offset of its first executable mapping.
    pub(crate) offset: u64,
}

/// The executable memory of a process.
#[derive(Debug)]
pub(crate) struct Memory {
    /// The places by the start of their range.
    places: BTreeMap<u64, Place>,
}

impl Memory {
    /// Reads the objects in `maps`. Each is read once for all memories that share `objects`.
    pub(crate) fn new(maps: &[Mapping], objects: &mut Objects) -> Self {
        let mut places: BTreeMap<u64, Place> = BTreeMap::new();
        for mapping in maps {
            let object = objects.load(&mapping.source);
            let linked = object.file.linked_address(mapping.offset).unwrap_or(mapping.offset);
            let bias = mapping.start.wrapping_sub(linked);
            if let Some(mut last) = places.last_entry() {
                let last = last.get_mut();
                if last.source == mapping.source && last.bias == bias {
                    last.range.end = mapping.end;
                    continue;
                }
            }
            let (source, range) = (mapping.source.clone(), mapping.start..mapping.end);
            places.insert(mapping.start, Place { source, object, range, bias, offset: mapping.offset });
        }
        Self { places }
    }

    /// Every object.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Place> {
        self.places.values()
    }

    /// The object that contains `address`.
    pub(crate) fn find(&self, address: u64) -> Option<&Place> {
        let (_, place) = self.places.range(..=address).next_back()?;
        place.range.contains(&address).then_some(place)
    }
}
