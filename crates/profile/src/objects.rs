//! The objects of all profiles: each is read and searched once, even if several profiles share it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use addr2line::Loader;

use crate::function_name;
use crate::kernel::KernelSymbols;
use crate::location::Line;
use crate::maps::Source;
use crate::object_file::ObjectFile;
use crate::stack::UNKNOWN;

/// A cache of objects: use one for all profiles of a run.
#[derive(Debug, Default)]
pub struct Objects {
    loaded: HashMap<Source, Arc<LoadedObject>>,
    kernel: Option<Arc<KernelSymbols>>,
}

impl Objects {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// The kernel's symbols, read when first `wanted`; none if they are not.
    pub(crate) fn kernel(&mut self, wanted: bool) -> Arc<KernelSymbols> {
        match &self.kernel {
            Some(symbols) => Arc::clone(symbols),
            None if wanted => Arc::clone(self.kernel.insert(Arc::new(KernelSymbols::read()))),
            None => Arc::default(),
        }
    }

    pub(crate) fn load(&mut self, source: &Source) -> Arc<LoadedObject> {
        let entry = self.loaded.entry(source.clone());
        Arc::clone(entry.or_insert_with_key(|source| Arc::new(LoadedObject::new(source))))
    }
}

/// An object and the results of earlier look-ups in it.
pub(crate) struct LoadedObject {
    /// The file name without its folder.
    pub(crate) name: Arc<str>,
    pub(crate) file: ObjectFile,
    source: Source,
    search: Mutex<Search>,
}

impl std::fmt::Debug for LoadedObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoadedObject").field("name", &self.name).finish_non_exhaustive()
    }
}

impl LoadedObject {
    fn new(source: &Source) -> Self {
        let name = match source {
            Source::File { path, .. } => file_name(path),
            Source::Vdso => "[vdso]".into(),
        };
        let file = ObjectFile::read(source);
        // An object that could not be read, or is another file now, has no line tables for this process either.
        let line_tables = if file.is_some() { LineTables::Unopened } else { LineTables::Absent };
        let search = Mutex::new(Search { line_tables, found: HashMap::new() });
        Self { name, file: file.unwrap_or_default(), source: source.clone(), search }
    }

    /// The functions at a linked address, innermost first; never none: a nameless one is `[unknown]`.
    pub(crate) fn lines(&self, address: u64) -> Arc<[Line]> {
        let mut search = self.search.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lines) = search.found.get(&address) {
            return Arc::clone(lines);
        }
        let mut lines = search.inlined(&self.source, address).unwrap_or_default();
        let linked = self.file.symbols.find(address).map(|name| function_name::demangle(name));
        match (lines.last_mut(), linked) {
            // The function's name in the line table lacks its path if the program was compiled with little debug
            // information.
            (Some(outermost), Some(linked)) => outermost.function = linked,
            (Some(_), None) => {}
            (None, linked) => {
                let function = linked.unwrap_or_else(|| UNKNOWN.into());
                lines.push(Line { function, file: "".into(), line: 0 });
            }
        }
        let lines: Arc<[Line]> = lines.into();
        search.found.insert(address, Arc::clone(&lines));
        lines
    }
}

/// What is opened and found when addresses are looked up.
struct Search {
    line_tables: LineTables,
    found: HashMap<u64, Arc<[Line]>>,
}

/// An object's line tables. Opening them takes long, so they are opened when they are first needed.
enum LineTables {
    Unopened,
    Absent,
    Open(Box<Loader>),
}

impl Search {
    fn inlined(&mut self, source: &Source, address: u64) -> Option<Vec<Line>> {
        if matches!(self.line_tables, LineTables::Unopened) {
            self.line_tables = open(source).map_or(LineTables::Absent, |loader| LineTables::Open(Box::new(loader)));
        }
        let LineTables::Open(loader) = &self.line_tables else { return None };
        let mut frames = loader.find_frames(address).ok()?;
        let mut lines = Vec::new();
        while let Ok(Some(frame)) = frames.next() {
            let place = frame.location.as_ref();
            let file = place.and_then(|place| place.file);
            let name = frame.function.as_ref().and_then(|function| function.raw_name().ok());
            let function = name.map_or_else(|| UNKNOWN.into(), |name| function_name::of_line_table(&name, file));
            let line = place.and_then(|place| place.line).unwrap_or(0);
            lines.push(Line { function, file: file.unwrap_or_default().into(), line });
        }
        Some(lines)
    }
}

fn open(source: &Source) -> Option<Loader> {
    match source {
        Source::File { path, .. } => Loader::new(path).ok(),
        Source::Vdso => None,
    }
}

fn file_name(path: &Path) -> Arc<str> {
    path.file_name().map_or_else(|| UNKNOWN.into(), |name| name.to_string_lossy().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_can_be_made_on_another_thread() {
        fn assert_send<T: Send>() {}
        assert_send::<Objects>();
        assert_send::<crate::Recording>();
        assert_send::<crate::Sampler>();
        assert_send::<crate::Profile>();
    }
}
