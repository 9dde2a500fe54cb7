//! The profile format of pprof (`profile.proto`, gzip), for `go tool pprof` and compatible viewers.
//!
//! Messages and field numbers are those of github.com/google/pprof/proto/profile.proto, without the fields that are not
//! written here.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message;

use crate::error::ProfileError;
use crate::location::{AddressStack, Line, Location, Locations};
use crate::stack::{Frame, Profile};

/// Writes `profile` as a gzipped `profile.proto`: samples and CPU nanoseconds, threads as the label `thread`, inlined
/// functions as lines of their location. A profile that was read from folded stacks has a location per function.
///
/// # Errors
/// `writer` cannot be written to.
pub fn write(profile: &Profile, writer: impl Write) -> Result<(), ProfileError> {
    let by_function;
    let locations = if profile.locations.stacks.is_empty() {
        by_function = functions_as_locations(profile);
        &by_function
    } else {
        &profile.locations
    };
    let bytes = message(profile, locations).encode_to_vec();
    let compress = || -> io::Result<()> {
        let mut encoder = GzEncoder::new(writer, Compression::default());
        encoder.write_all(&bytes)?;
        encoder.finish()?.flush()
    };
    compress().map_err(|source| ProfileError::Write { what: "a pprof profile", source })
}

#[derive(Clone, PartialEq, Message)]
struct ProfileMessage {
    #[prost(message, repeated, tag = "1")]
    sample_type: Vec<ValueType>,
    #[prost(message, repeated, tag = "2")]
    sample: Vec<SampleMessage>,
    #[prost(message, repeated, tag = "3")]
    mapping: Vec<MappingMessage>,
    #[prost(message, repeated, tag = "4")]
    location: Vec<LocationMessage>,
    #[prost(message, repeated, tag = "5")]
    function: Vec<FunctionMessage>,
    #[prost(string, repeated, tag = "6")]
    string_table: Vec<String>,
    #[prost(message, optional, tag = "11")]
    period_type: Option<ValueType>,
    #[prost(int64, tag = "12")]
    period: i64,
    #[prost(int64, tag = "14")]
    default_sample_type: i64,
}

/// Strings are indices into the string table, and so is every `int64` below that is not itself a number.
#[derive(Clone, Copy, PartialEq, Message)]
struct ValueType {
    #[prost(int64, tag = "1")]
    kind: i64,
    #[prost(int64, tag = "2")]
    unit: i64,
}

#[derive(Clone, PartialEq, Message)]
struct SampleMessage {
    #[prost(uint64, repeated, tag = "1")]
    location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    value: Vec<i64>,
    #[prost(message, repeated, tag = "3")]
    label: Vec<LabelMessage>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct LabelMessage {
    #[prost(int64, tag = "1")]
    key: i64,
    #[prost(int64, tag = "2")]
    text: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct MappingMessage {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(uint64, tag = "2")]
    memory_start: u64,
    #[prost(uint64, tag = "3")]
    memory_limit: u64,
    #[prost(uint64, tag = "4")]
    file_offset: u64,
    #[prost(int64, tag = "5")]
    filename: i64,
    #[prost(bool, tag = "7")]
    has_functions: bool,
    #[prost(bool, tag = "8")]
    has_filenames: bool,
    #[prost(bool, tag = "9")]
    has_line_numbers: bool,
    #[prost(bool, tag = "10")]
    has_inline_frames: bool,
}

#[derive(Clone, PartialEq, Message)]
struct LocationMessage {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(uint64, tag = "2")]
    mapping_id: u64,
    #[prost(uint64, tag = "3")]
    address: u64,
    #[prost(message, repeated, tag = "4")]
    line: Vec<LineMessage>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct LineMessage {
    #[prost(uint64, tag = "1")]
    function_id: u64,
    #[prost(int64, tag = "2")]
    line: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct FunctionMessage {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "2")]
    name: i64,
    #[prost(int64, tag = "3")]
    system_name: i64,
    #[prost(int64, tag = "4")]
    filename: i64,
}

fn message(profile: &Profile, locations: &Locations) -> ProfileMessage {
    let mut tables = Tables::default();
    let (samples, cpu) = (tables.value_type("samples", "count"), tables.value_type("cpu", "nanoseconds"));
    let thread = tables.string("thread");
    let sample = |(stack, &count): (&AddressStack, &u64), tables: &mut Tables| SampleMessage {
        location_id: stack.locations.iter().map(|&index| id(index)).collect(),
        value: vec![signed(count), signed(count.saturating_mul(profile.period_ns))],
        label: vec![LabelMessage { key: thread, text: tables.string(&stack.thread) }],
    };
    let sample = locations.stacks.iter().map(|entry| sample(entry, &mut tables)).collect();
    let location =
        locations.locations.iter().enumerate().map(|(index, location)| tables.location(index, location)).collect();
    let mapping = locations.objects.iter().enumerate().map(|(index, object)| MappingMessage {
        id: id(index),
        memory_start: object.start,
        memory_limit: object.end,
        file_offset: object.offset,
        filename: tables.string(&object.path),
        has_functions: true,
        has_filenames: true,
        has_line_numbers: true,
        has_inline_frames: true,
    });
    let mapping = mapping.collect();
    ProfileMessage {
        sample_type: vec![samples, cpu],
        sample,
        mapping,
        location,
        period_type: Some(cpu),
        period: signed(profile.period_ns),
        default_sample_type: cpu.kind,
        function: tables.functions,
        string_table: tables.strings,
    }
}

/// The tables that a profile refers to by index.
struct Tables {
    strings: Vec<String>,
    string_indices: HashMap<String, i64>,
    functions: Vec<FunctionMessage>,
    function_ids: HashMap<(Arc<str>, Arc<str>), u64>,
}

impl Default for Tables {
    /// The first string is the empty one, by definition of the format.
    fn default() -> Self {
        Self {
            strings: vec![String::new()],
            string_indices: [(String::new(), 0)].into(),
            functions: Vec::new(),
            function_ids: HashMap::new(),
        }
    }
}

impl Tables {
    fn string(&mut self, text: &str) -> i64 {
        if let Some(&index) = self.string_indices.get(text) {
            return index;
        }
        let index = signed(self.strings.len() as u64);
        self.strings.push(text.to_owned());
        self.string_indices.insert(text.to_owned(), index);
        index
    }

    fn value_type(&mut self, kind: &str, unit: &str) -> ValueType {
        ValueType { kind: self.string(kind), unit: self.string(unit) }
    }

    fn function(&mut self, line: &Line) -> u64 {
        let key = (Arc::clone(&line.function), Arc::clone(&line.file));
        if let Some(&known) = self.function_ids.get(&key) {
            return known;
        }
        let new = id(self.functions.len());
        let (name, filename) = (self.string(&line.function), self.string(&line.file));
        self.functions.push(FunctionMessage { id: new, name, system_name: name, filename });
        self.function_ids.insert(key, new);
        new
    }

    fn location(&mut self, index: usize, location: &Location) -> LocationMessage {
        let line = |line: &Line| LineMessage { function_id: self.function(line), line: line.line.into() };
        let line = location.lines.iter().map(line).collect();
        LocationMessage { id: id(index), mapping_id: location.object.map_or(0, id), address: location.address, line }
    }
}

/// 0 means none, so IDs start at 1.
fn id(index: usize) -> u64 {
    index as u64 + 1
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A location per function, for a profile without addresses.
fn functions_as_locations(profile: &Profile) -> Locations {
    let mut locations = Locations::default();
    let mut known: HashMap<&Frame, usize> = HashMap::new();
    for (stack, samples) in &profile.stacks {
        let innermost_first = stack.frames.iter().rev().map(|frame| {
            *known.entry(frame).or_insert_with(|| {
                let line = Line { function: Arc::clone(&frame.name), file: "".into(), line: 0 };
                locations.locations.push(Location { address: 0, object: None, lines: [line].into() });
                locations.locations.len() - 1
            })
        });
        let locations_of_stack = innermost_first.collect();
        let key = AddressStack { thread: Arc::clone(&stack.thread), locations: locations_of_stack };
        *locations.stacks.entry(key).or_default() += samples;
    }
    locations
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;
    use crate::folded;
    use crate::location::MappedObject;

    fn written(profile: &Profile) -> ProfileMessage {
        let mut file = Vec::new();
        write(profile, &mut file).unwrap();
        let mut bytes = Vec::new();
        GzDecoder::new(&*file).read_to_end(&mut bytes).unwrap();
        ProfileMessage::decode(&*bytes).unwrap()
    }

    #[test]
    fn inlined_functions_are_lines_of_one_location() {
        let line = |function: &str, line| Line { function: function.into(), file: "f.rs".into(), line };
        let location = Location { address: 4096, object: Some(0), lines: [line("inner", 3), line("outer", 7)].into() };
        let object = MappedObject { path: "/bin/x".into(), start: 4096, end: 8192, offset: 0 };
        let stack = AddressStack { thread: "main".into(), locations: vec![0] };
        let locations = Locations { objects: vec![object], locations: vec![location], stacks: [(stack, 5)].into() };
        let message = written(&Profile { period_ns: 10, locations, ..Profile::default() });
        assert_eq!(message.sample[0].value, [5, 50]);
        let location = &message.location[0];
        assert_eq!((location.mapping_id, location.line.len()), (1, 2));
        let innermost = &message.function[location.line[0].function_id as usize - 1];
        assert_eq!(message.string_table[innermost.name as usize], "inner");
        assert_eq!(message.string_table[0], "");
    }

    #[test]
    fn a_profile_without_addresses_keeps_its_functions() {
        let message = written(&folded::read("main;f;g 3\nmain;f 2\n", 10).unwrap());
        assert_eq!(message.function.len(), 2);
        assert_eq!(message.sample.iter().map(|sample| sample.value[1]).sum::<i64>(), 50);
        assert_eq!(message.sample.iter().map(|sample| sample.location_id.len()).sum::<usize>(), 3);
    }
}
