//! A row's value in a column: nothing, words, a number, or a number with its interval.

use analysis::figure::Figure;
use profile::bill::Interval;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// It was not measured, or does not apply to this row.
    None,
    /// Words.
    Words(String),
    /// A number.
    Number(f64),
    /// A number with its interval.
    Interval {
        /// The number itself.
        middle: f64,
        /// The interval's lower end.
        low: f64,
        /// The interval's upper end.
        high: f64,
    },
}

impl Value {
    /// The number, without its interval.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::None | Value::Words(_) => None,
            Value::Number(number) | Value::Interval { middle: number, .. } => Some(*number),
        }
    }
}

impl From<String> for Value {
    fn from(words: String) -> Value {
        Value::Words(words)
    }
}

impl From<&str> for Value {
    fn from(words: &str) -> Value {
        Value::Words(words.to_owned())
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Value {
        Value::Words(yes.to_string())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Value {
        Value::Number(count as f64)
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Value {
        Value::Number(count as f64)
    }
}

impl From<Figure> for Value {
    fn from(Figure { median, low, high, .. }: Figure) -> Value {
        Value::Interval { middle: median, low, high }
    }
}

impl From<Interval> for Value {
    fn from(Interval { value, low, high }: Interval) -> Value {
        Value::Interval { middle: value, low, high }
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Value {
        value.map_or(Value::None, V::into)
    }
}
