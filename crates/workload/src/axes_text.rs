//! How a place on the axes is written behind a cell's name: `axis=value,…`.
//!
//! An axis at its default is left out, so that a cell that varies nothing is the cell of every other run.

use std::fmt;
use std::str::FromStr;

use params::UnknownValue;

use crate::axes::{Axes, Axis};

/// Why a text is not a place on the axes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AxisError {
    /// No axis has this name.
    #[error("{0:?} is no axis: there are {all}", all = names(|_| true))]
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

/// The names of those axes that `are`, for a sentence.
pub(crate) fn names(are: impl Fn(&Axis) -> bool) -> String {
    Axes::ALL.iter().filter(|axis| are(axis)).map(|axis| axis.name).collect::<Vec<_>>().join(", ")
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
            let (name, value) = part.split_once('=').ok_or_else(|| AxisError::Shape(part.to_owned()))?;
            let axis = Axis::named(name).ok_or_else(|| AxisError::Axis(name.to_owned()))?;
            axes = axes.with(axis, &axis.at(value)?);
            if seen.contains(&axis) {
                return Err(AxisError::Twice(axis.name));
            }
            seen.push(axis);
        }
        Ok(axes)
    }
}

#[cfg(test)]
mod tests {
    use params::Values;

    use super::*;
    use crate::axes::Party;

    /// Every value of an axis; of numbers the least, the greatest and one between.
    fn values(axis: &Axis) -> Vec<String> {
        match axis.values {
            Values::Named(names) => names.iter().map(|name| (*name).to_owned()).collect(),
            Values::UpTo(most) => [0, 10, most].map(|number| number.to_string()).to_vec(),
        }
    }

    #[test]
    fn every_value_of_every_axis_is_read_as_it_is_written() {
        for axis in Axes::ALL {
            let default = axis.text(&Axes::default());
            let values = values(axis);
            assert!(values.contains(&default), "{axis:?}: {default}");
            for value in values {
                let place = axis.at(&value).unwrap();
                assert_eq!(axis.text(&place), value);
                let text = if value == default { String::new() } else { format!("{}={value}", axis.name) };
                assert_eq!(place.to_string(), text);
                assert_eq!(format!("{}={value}", axis.name).parse(), Ok(place));
                let varied: Vec<&str> = if value == default { Vec::new() } else { vec![axis.name] };
                assert_eq!(place.differing(&Axes::default()), varied);
                assert_eq!(place.without_tls().is_default(), axis.needs_tls || value == default, "{text}");
                for party in [Party::Origin, Party::Client] {
                    let is_told = axis.told.contains(&party);
                    assert_eq!(place.told_to(party), if is_told { place } else { Axes::default() }, "{text}");
                }
            }
        }
    }

    #[test]
    fn names_of_axes_differ_and_their_help_has_every_value() {
        for (number, axis) in Axes::ALL.iter().enumerate() {
            assert_eq!(Axes::ALL.iter().position(|other| other.name == axis.name), Some(number), "{axis:?}");
            let help = axis.help();
            if let Values::Named(names) = axis.values {
                assert!(names.iter().all(|name| help.contains(name)), "{help}");
            }
            assert!(help.contains(&format!("[default: {}", axis.text(&Axes::default()))), "{help}");
            assert!(!axis.told.is_empty(), "{axis:?} is nobody's business");
        }
    }

    #[test]
    fn all_that_is_varied_is_written_in_the_order_of_the_axes() {
        let text = "tls-version=1.2,group=p256,cert=rsa-2048,chain=3,trust=own,rtt=10";
        let turned = "rtt=10,trust=own,chain=3,cert=rsa-2048,group=p256,tls-version=1.2";
        for given in [text, turned] {
            let axes: Axes = given.parse().unwrap();
            assert_eq!(axes.to_string(), text);
            assert_eq!(axes.without_tls().to_string(), "rtt=10");
        }
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
