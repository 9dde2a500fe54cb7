//! What a handshake may be varied in: the axes of a cell, written behind its name as `@axis=value,…`.
//!
//! An axis at its default is left out of the name, so that a cell that varies nothing is the cell of every other run.
//! What a TLS stack cannot honour is known where the stacks are (crate `fetch`), how an origin brings a value about
//! there.

use std::fmt;
use std::str::FromStr;

use params::{CertificateKey, Chain, Group, TlsVersion, Trust, UnknownValue};

/// How far away the origin is: a round trip, in whole ms; 0 is loopback as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rtt(u16);

/// Where a cell stands on every axis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Axes {
    /// `tls-version`.
    pub tls_version: TlsVersion,
    /// `group`.
    pub group: Group,
    /// `cert`.
    pub cert: CertificateKey,
    /// `chain`.
    pub chain: Chain,
    /// `trust`.
    pub trust: Trust,
    /// `rtt`.
    pub rtt: Rtt,
}

/// Why a text is not a place on the axes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AxisError {
    /// No axis has this name.
    #[error("{0:?} is no axis: there are {all}", all = Axes::NAMES.join(", "))]
    Axis(String),
    /// Not written `axis=value`.
    #[error("{0:?} is not written axis=value, e.g. group=x25519mlkem768")]
    Shape(String),
    /// An axis was given twice.
    #[error("the axis {0} stands twice")]
    Twice(&'static str),
    /// The axis has no such value.
    #[error(transparent)]
    Value(#[from] UnknownValue),
}

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
            axis: "rtt",
            given: text.to_owned(),
            known: format!("whole milliseconds from 0 to {}", Rtt::MOST),
        })
    }
}

impl Axes {
    /// The names of the axes, in the order in which they are written.
    pub const NAMES: [&'static str; 6] = ["tls-version", "group", "cert", "chain", "trust", "rtt"];

    /// Whether every axis is at its default.
    pub fn is_default(&self) -> bool {
        *self == Axes::default()
    }

    /// The axes that stand at something else than their default, with the value.
    pub fn varied(&self) -> Vec<(&'static str, String)> {
        let default = Axes::default();
        let all = self.values().into_iter().zip(default.values());
        let named = Axes::NAMES.into_iter().zip(all);
        named.filter(|(_, (mine, default))| mine != default).map(|(name, (mine, _))| (name, mine)).collect()
    }

    /// The axes on which the two differ.
    pub fn differing(&self, other: &Axes) -> Vec<&'static str> {
        let both = self.values().into_iter().zip(other.values());
        Axes::NAMES.into_iter().zip(both).filter(|(_, (mine, theirs))| mine != theirs).map(|(name, _)| name).collect()
    }

    /// Only what is left of these axes without TLS: the distance.
    pub fn without_tls(self) -> Axes {
        Axes { rtt: self.rtt, ..Axes::default() }
    }

    fn values(&self) -> [String; 6] {
        let Axes { tls_version, group, cert, chain, trust, rtt } = self;
        [
            tls_version.to_string(),
            group.to_string(),
            cert.to_string(),
            chain.to_string(),
            trust.to_string(),
            rtt.to_string(),
        ]
    }

    fn set(&mut self, axis: &str, value: &str) -> Result<&'static str, AxisError> {
        match axis {
            "tls-version" => self.tls_version = value.parse()?,
            "group" => self.group = value.parse()?,
            "cert" => self.cert = value.parse()?,
            "chain" => self.chain = value.parse()?,
            "trust" => self.trust = value.parse()?,
            "rtt" => self.rtt = value.parse()?,
            _ => return Err(AxisError::Axis(axis.to_owned())),
        }
        Axes::NAMES.into_iter().find(|name| *name == axis).ok_or_else(|| AxisError::Axis(axis.to_owned()))
    }
}

/// `axis=value,…` of those that are varied; nothing where none is.
impl fmt::Display for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let varied: Vec<String> = self.varied().iter().map(|(axis, value)| format!("{axis}={value}")).collect();
        f.write_str(&varied.join(","))
    }
}

impl FromStr for Axes {
    type Err = AxisError;

    fn from_str(text: &str) -> Result<Self, AxisError> {
        let (mut axes, mut seen) = (Axes::default(), Vec::new());
        for part in text.split(',') {
            let (axis, value) = part.split_once('=').ok_or_else(|| AxisError::Shape(part.to_owned()))?;
            let axis = axes.set(axis, value)?;
            if seen.contains(&axis) {
                return Err(AxisError::Twice(axis));
            }
            seen.push(axis);
        }
        Ok(axes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_varied_is_read_and_written_alike() {
        let text = "tls-version=1.2,group=p256,cert=rsa-2048,chain=3,trust=own,rtt=10";
        let axes: Axes = text.parse().unwrap();
        assert_eq!(axes.to_string(), text);
        assert_eq!(axes.varied().len(), Axes::NAMES.len());
        assert_eq!(axes.without_tls().to_string(), "rtt=10");
    }

    #[test]
    fn a_default_is_not_written() {
        let axes: Axes = "rtt=0,group=x25519,chain=1".parse().unwrap();
        assert_eq!(axes.to_string(), "chain=1");
        assert_eq!(axes.differing(&Axes::default()), ["chain"]);
        assert!("tls-version=1.3".parse::<Axes>().unwrap().is_default());
    }

    #[test]
    fn what_is_no_axis_or_no_value_is_answered_with_those_there_are() {
        let said = |text: &str| text.parse::<Axes>().unwrap_err().to_string();
        assert!(said("groups=p256").contains("group"));
        assert!(said("group=p384").contains("x25519mlkem768"));
        assert!(said("group").contains("axis=value"));
        assert!(said("chain=1,chain=2").contains("twice"));
        for rtt in ["rtt=-1", "rtt=10.5", "rtt=20000", "rtt=", "rtt=+5"] {
            assert!(said(rtt).contains("milliseconds"), "{rtt}");
        }
    }
}
