//! The arms of a paired run: programs that run the same cells in turns, so that drift affects all of them alike.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The role of an arm in the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Arm {
    /// The program that the others are compared with.
    Base,
    /// The same source as `base`, built again: it shows how far two builds of one source differ by their code layout
    /// alone.
    Again,
    /// The program that may have become slower.
    New,
}

impl Arm {
    /// Its name in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Arm::Base => "base",
            Arm::Again => "again",
            Arm::New => "new",
        }
    }
}

impl fmt::Display for Arm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An arm's program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArmInfo {
    /// Which arm.
    pub arm: Arm,
    /// The program's file name.
    pub program: String,
    /// SHA-256 of the file, hexadecimal: shows whether two arms are the same program.
    pub sha256: String,
}
