//! The language runtimes that a command's processes use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language's runtime, or a program that scripts fetch with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Runtime {
    /// CPython or PyPy, as a program or within another.
    Python,
    /// Node.js.
    Node,
    /// A program that Go's compiler has built.
    Go,
    /// A Java virtual machine.
    Java,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// .NET.
    #[serde(rename = "dotnet")]
    DotNet,
    /// A program that Rust's compiler has built, or that a part of Rust is linked into.
    Rust,
    /// curl, or a program that has loaded libcurl.
    Curl,
    /// GNU Wget.
    Wget,
}

impl Runtime {
    /// The name as its project spells it.
    pub fn name(self) -> &'static str {
        match self {
            Runtime::Python => "Python",
            Runtime::Node => "Node.js",
            Runtime::Go => "Go",
            Runtime::Java => "Java",
            Runtime::Ruby => "Ruby",
            Runtime::Php => "PHP",
            Runtime::DotNet => ".NET",
            Runtime::Rust => "Rust",
            Runtime::Curl => "curl",
            Runtime::Wget => "Wget",
        }
    }
}
