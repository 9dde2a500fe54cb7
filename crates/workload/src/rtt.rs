//! How far away the origin is.

use std::fmt;
use std::str::FromStr;

use params::{AxisValue, UnknownValue, Values};

/// A round trip to the origin, in whole ms; 0 is loopback as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rtt(u16);

impl Rtt {
    /// Loopback as it is.
    pub const NONE: Rtt = Rtt(0);

    /// The longest there is, ms.
    const MOST: u16 = 10_000;

    /// The round trip, ms.
    pub fn ms(self) -> u16 {
        self.0
    }
}

impl AxisValue for Rtt {
    const AXIS: &'static str = "rtt";
    const VALUES: Values = Values::UpTo(Rtt::MOST);
}

impl fmt::Display for Rtt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Rtt {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        let known = text.parse().ok().filter(|ms| *ms <= Rtt::MOST && text.bytes().all(|byte| byte.is_ascii_digit()));
        known.map(Rtt).ok_or_else(|| UnknownValue {
            axis: Rtt::AXIS,
            given: text.to_owned(),
            known: format!("whole milliseconds from 0 to {}", Rtt::MOST),
        })
    }
}
