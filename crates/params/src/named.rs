//! The values of an axis: what a type needs to be one, and the macro for types whose values have a name each, which is
//! written in cells and read from flags: `group=p256`.

use std::fmt::Display;
use std::str::FromStr;

/// A text that names no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no value of {axis}: there are {known}")]
pub struct UnknownValue {
    /// The kind of value, e.g. `group`.
    pub axis: &'static str,
    /// The text.
    pub given: String,
    /// The known values.
    pub known: String,
}

/// A value on an axis. The usual one is the type's default.
pub trait AxisValue: Copy + Default + Display + FromStr<Err = UnknownValue> {
    /// The name of the axis in cells, flags and scenarios, e.g. `group`.
    const AXIS: &'static str;
    /// The values there are.
    const VALUES: Values;
}

/// The values of an axis, as they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// These names.
    Named(&'static [&'static str]),
    /// The whole numbers from 0 to this one.
    UpTo(u16),
}

/// Implements `ALL`, `name`, `Display`, `FromStr` and [`AxisValue`] for an enum whose values have a name each. With `or
/// METHOD` behind them they are read by the name that this method returns, too.
#[macro_export]
macro_rules! named {
    ($type:ident, $axis:literal, { $($variant:ident => $name:literal),+ $(,)? } $(, or $other:ident)?) => {
        impl $type {
            /// Every value.
            pub const ALL: [$type; [$($type::$variant),+].len()] = [$($type::$variant),+];

            /// The name in cells and flags.
            pub fn name(self) -> &'static str {
                match self {
                    $($type::$variant => $name),+
                }
            }
        }

        impl $crate::AxisValue for $type {
            const AXIS: &'static str = $axis;
            const VALUES: $crate::Values = $crate::Values::Named(&[$($name),+]);
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::UnknownValue;

            fn from_str(text: &str) -> Result<$type, $crate::UnknownValue> {
                let is_called = |value: &$type| value.name() == text $(|| value.$other() == text)?;
                $type::ALL.into_iter().find(is_called).ok_or_else(|| $crate::UnknownValue {
                    axis: $axis,
                    given: text.to_owned(),
                    known: $type::ALL.map(|value| value.name()).join(", "),
                })
            }
        }
    };
}
