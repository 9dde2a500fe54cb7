//! The language runtimes that a command's processes use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language runtime, or a command-line tool that scripts fetch with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Runtime {
    /// CPython or PyPy, as a program or embedded in another one.
    Python,
    /// Node.js.
    Node,
    /// A program that was built by the Go compiler.
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
    /// A program that was built by the Rust compiler, or that contains parts in Rust.
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
