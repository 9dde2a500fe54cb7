//! How much a trial does: a number of requests, or as many as fit in a time.

use std::num::NonZeroU64;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Rate;

/// How many requests a trial makes.
pub type Requests = NonZeroU64;

/// How much a trial does, as a field of the workload beside the others: `"requests": 800` or `"duration_ns":
/// 2000000000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Amount {
    /// N requests.
    #[serde(rename = "requests")]
    Requests(Requests),
    /// Requests start during this many ns; those that have started are waited for.
    #[serde(rename = "duration_ns")]
    Duration(NonZeroU64),
}

impl Amount {
    /// The same at a fixed rate, at which the number of requests follows from the time.
    pub fn at(self, rate: Rate) -> Amount {
        match self {
            Amount::Duration(ns) => {
                Amount::Requests(Requests::new(rate.requests_in(ns.get())).unwrap_or(Requests::MIN))
            }
            Amount::Requests(_) => self,
        }
    }

    /// N, if it is known beforehand.
    pub fn requests(self) -> Option<Requests> {
        match self {
            Amount::Requests(requests) => Some(requests),
            Amount::Duration(_) => None,
        }
    }
}

impl From<Requests> for Amount {
    fn from(requests: Requests) -> Amount {
        Amount::Requests(requests)
    }
}
