//! The codes of findings. `list.rs` has all of them.

use std::fmt;

/// The code of a finding, and of its rule. In JSON and on the command line it is in kebab-case: `no-reuse`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code(&'static str);

impl Code {
    /// Makes the code of a rule.
    pub(crate) const fn new(name: &'static str) -> Code {
        Code(name)
    }

    /// The code as it is written in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}
