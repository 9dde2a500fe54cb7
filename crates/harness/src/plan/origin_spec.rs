//! What a run fetches from, as it was asked for. Starting it is left to those that carry the plan out.

use measure::protocol::Target;
use measure::result::OriginInfo;
use origin::Kind;

/// What a run fetches from.
#[derive(Debug, Clone)]
pub enum OriginSpec {
    /// An origin of ours, by its program.
    Ours(Kind),
    /// A server of the user's: no ledger, so nothing is proved, and nothing is pinned.
    Theirs(Target),
}

impl OriginSpec {
    /// What is written down of it: `why` it was chosen, and how many listeners a transport of ours has. What its
    /// program's version is shows once it runs.
    pub(crate) fn info(&self, why: String, ports: u16) -> OriginInfo {
        match self {
            OriginSpec::Ours(kind) => {
                OriginInfo { name: kind.name().to_owned(), version: String::new(), why, ports: usize::from(ports) }
            }
            OriginSpec::Theirs(target) => {
                OriginInfo { name: target.url.clone(), version: target.addr.to_string(), why, ports: 1 }
            }
        }
    }
}
