//! The name of a finding. Which there are, the list says.

use std::fmt;

/// What a finding is. In JSON and on the command line in kebab-case: `no-reuse`. Every one is the code of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code(&'static str);

impl Code {
    /// For a rule.
    pub(crate) const fn new(name: &'static str) -> Code {
        Code(name)
    }

    /// As it is written in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}
