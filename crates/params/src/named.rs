//! Values with a name each, which is written in cells and parsed from flags: `group=p256`.

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

/// Implements `ALL`, `name`, `Display` and `FromStr` for an enum whose values have a name each.
macro_rules! named {
    ($type:ident, $axis:literal, { $($variant:ident => $name:literal),+ $(,)? }) => {
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

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::UnknownValue;

            fn from_str(text: &str) -> Result<$type, $crate::UnknownValue> {
                let found = $type::ALL.into_iter().find(|value| value.is_called(text));
                found.ok_or_else(|| $crate::UnknownValue {
                    axis: $axis,
                    given: text.to_owned(),
                    known: $type::ALL.iter().map(|value| value.name()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

pub(crate) use named;
