//! Names an address: its functions, and the object that contains them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kernel::KernelSymbols;
use crate::location::Line;
use crate::maps::Source;
use crate::memory::{Memory, Place};
use crate::stack::{Frame, KERNEL, ObjectWithoutSymbols, UNKNOWN};

/// The names of an address.
pub(crate) struct Named<'a> {
    /// Innermost first, at least one.
    pub(crate) lines: Arc<[Line]>,
    /// The object's file name.
    object: Arc<str>,
    /// The object's place; `None` in the kernel, and where no object is known.
    pub(crate) place: Option<&'a Place>,
    kernel: bool,
}

impl<'a> Named<'a> {
    /// For an address of user space.
    pub(crate) fn in_user(memory: &'a Memory, address: u64) -> Self {
        let Some(place) = memory.find(address) else {
            return Self { lines: nameless(UNKNOWN.into()), object: UNKNOWN.into(), place: None, kernel: false };
        };
        let lines = place.object.lines(address.wrapping_sub(place.bias));
        Self { lines, object: Arc::clone(&place.object.name), place: Some(place), kernel: false }
    }

    /// For an address of the kernel.
    pub(crate) fn in_kernel(symbols: &KernelSymbols, address: u64) -> Self {
        Self { lines: nameless(symbols.find(address)), object: KERNEL.into(), place: None, kernel: true }
    }

    /// Outermost first.
    pub(crate) fn frames(&self) -> Vec<Frame> {
        let frame = |line: &Line| Frame {
            name: Arc::clone(&line.function),
            object: Arc::clone(&self.object),
            kernel: self.kernel,
        };
        self.lines.iter().rev().map(frame).collect()
    }

    /// The path of the object whose symbols do not name the function; `None` if they do.
    pub(crate) fn without_symbol(&self) -> Option<Arc<str>> {
        let function = &self.lines.first()?.function;
        matches!(&**function, UNKNOWN | KERNEL).then(|| match self.place {
            Some(place) => path(place),
            None => Arc::clone(&self.object),
        })
    }
}

/// A function without a known source line.
fn nameless(function: Arc<str>) -> Arc<[Line]> {
    [Line { function, file: "".into(), line: 0 }].into()
}

/// The path that the object was mapped from.
pub(crate) fn path(place: &Place) -> Arc<str> {
    match &place.source {
        Source::File { path, .. } => path.to_string_lossy().into(),
        Source::Vdso => Arc::clone(&place.object.name),
    }
}

/// Samples that ended in functions without a name, by the path of their object.
#[derive(Debug, Default)]
pub(crate) struct Nameless(BTreeMap<Arc<str>, u64>);

impl Nameless {
    pub(crate) fn count(&mut self, path: Arc<str>) {
        *self.0.entry(path).or_default() += 1;
    }

    /// Most samples first.
    pub(crate) fn objects(self) -> Vec<ObjectWithoutSymbols> {
        let object = |(path, samples): (Arc<str>, u64)| ObjectWithoutSymbols { path: (*path).into(), samples };
        let mut objects: Vec<_> = self.0.into_iter().map(object).collect();
        objects.sort_by_key(|object| std::cmp::Reverse(object.samples));
        objects
    }
}
