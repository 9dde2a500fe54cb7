//! Parses and compares versions of Go.

use std::fmt;

/// A version of Go, as far as it matters for what it can build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GoVersion {
    /// 1.
    pub major: u32,
    /// The number that is incremented twice a year.
    pub minor: u32,
}

impl GoVersion {
    /// Reads `1.26`, `1.26.8` or `1.27rc1`.
    pub(super) fn parse(text: &str) -> Option<GoVersion> {
        let (major, rest) = text.trim().split_once('.')?;
        let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some(GoVersion { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

impl fmt::Display for GoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_however_they_are_written() {
        let version = |major, minor| Some(GoVersion { major, minor });
        assert_eq!(GoVersion::parse("1.26.8"), version(1, 26));
        assert_eq!(GoVersion::parse("1.27rc1"), version(1, 27));
        assert_eq!(GoVersion::parse("1.27-0a1b2c"), version(1, 27));
        assert_eq!(GoVersion::parse("version"), None);
    }
}
