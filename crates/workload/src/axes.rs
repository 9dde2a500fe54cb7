//! What a handshake may be varied in: the axes of a cell. Each is declared once, in the list below. Cell names, flags,
//! scenarios, `tlstax list` and the JSON schema take what they say of it from there.
//!
//! What acts on an axis is elsewhere: what a TLS stack cannot honour is known where the stacks are (crate `fetch`),
//! what an origin is started with where trials are planned (crate `runner`).

use std::fmt;

use params::{AxisValue, CertificateKey, Chain, Group, TlsVersion, Trust, UnknownValue, Values};

use crate::Rtt;

axes! {
    tls_version: TlsVersion {
        what: "The version of TLS.",
        help: "Versions of TLS: {values} [default: {default}]",
        placeholder: "VERSION",
        needs_tls: true,
        told: [Origin, Client],
    }
    group: Group {
        what: "The key-exchange group.",
        help: "Key-exchange groups: {values} [default: {default}]",
        placeholder: "GROUP",
        needs_tls: true,
        told: [Origin, Client],
    }
    cert: CertificateKey {
        what: "The kind of the certificates' keys.",
        help: "Keys of the origin's certificates: {values} [default: {default}]",
        placeholder: "KEY",
        needs_tls: true,
        told: [Origin, Client],
    }
    chain: Chain {
        what: "The length of the chain.",
        help: "Certificates that the origin sends: {values} [default: {default}]",
        placeholder: "LENGTH",
        needs_tls: true,
        told: [Origin],
    }
    trust: Trust {
        what: "What the client trusts.",
        help: "What clients trust: mozilla (and the run's own root), own (that root alone) [default: {default}]",
        placeholder: "STORE",
        needs_tls: true,
        told: [Client],
    }
    rtt: Rtt {
        what: "The distance.",
        help: "How far away the origin is: round trips in ms, imitated by a relay \
               [default: {default}, loopback as it is]",
        placeholder: "MS",
        needs_tls: false,
        told: [Origin],
    }
}

/// An axis, as it is declared.
#[derive(Clone, Copy)]
pub struct Axis {
    /// Its name in cells and scenarios, and as a flag.
    pub name: &'static str,
    /// What varies along it, as a sentence.
    pub what: &'static str,
    /// Its values.
    pub values: Values,
    /// What stands for a value in help and in `tlstax list`: `GROUP`.
    pub placeholder: &'static str,
    /// What stands for the values of its flag: `GROUP,…`.
    pub placeholders: &'static str,
    /// Whether a cell without TLS has no place on it.
    pub needs_tls: bool,
    /// Who is told its value before a request is made.
    pub told: &'static [Party],
    help: &'static str,
    text: fn(&Axes) -> String,
    read: fn(&str, &mut Axes) -> Result<(), UnknownValue>,
    copy: fn(&Axes, &mut Axes),
}

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The origin, and the relay before it. Each value has an origin of its own.
    Origin,
    /// The client and its TLS stack.
    Client,
}

/// Makes [`Axes`] of the axes: each is the name of a field, the type of its values, and what there is to say of it. In
/// `help`, `{values}` and `{default}` stand for those of the type.
macro_rules! axes {
    ($($field:ident: $type:ty {
        what: $what:literal,
        help: $help:literal,
        placeholder: $placeholder:literal,
        needs_tls: $needs_tls:literal,
        told: [$($party:ident),+],
    })+) => {
        /// Where a cell stands on every axis.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Axes {
            $(#[doc = $what] pub $field: $type,)+
        }

        impl Axes {
            /// Every axis, in the order in which they are written.
            pub const ALL: &'static [Axis] = &[$(Axis {
                name: <$type>::AXIS,
                what: $what,
                values: <$type>::VALUES,
                placeholder: $placeholder,
                placeholders: concat!($placeholder, ",…"),
                needs_tls: $needs_tls,
                told: &[$(Party::$party),+],
                help: $help,
                text: |axes| axes.$field.to_string(),
                read: |text, axes| {
                    axes.$field = text.parse()?;
                    Ok(())
                },
                copy: |from, to| to.$field = from.$field,
            }),+];
        }
    };
}
use axes;

impl Axis {
    /// The axis of this name, if there is one.
    pub fn named(name: &str) -> Option<&'static Axis> {
        Axes::ALL.iter().find(|axis| axis.name == name)
    }

    /// What the help of its flag says.
    pub fn help(&self) -> String {
        self.help.replace("{values}", &self.known(", ")).replace("{default}", &self.text(&Axes::default()))
    }

    /// Its values with `between` them; of numbers, what stands for them.
    pub fn known(&self, between: &str) -> String {
        match self.values {
            Values::Named(names) => names.join(between),
            Values::UpTo(_) => self.placeholder.to_owned(),
        }
    }

    /// The value that `axes` have on it.
    pub fn text(&self, axes: &Axes) -> String {
        (self.text)(axes)
    }

    /// The place that has this value on it, and the default on every other axis.
    ///
    /// # Errors
    /// When the axis has no such value.
    pub fn at(&self, value: &str) -> Result<Axes, UnknownValue> {
        let mut axes = Axes::default();
        (self.read)(value, &mut axes)?;
        Ok(axes)
    }
}

impl PartialEq for Axis {
    fn eq(&self, other: &Axis) -> bool {
        self.name == other.name
    }
}

impl Eq for Axis {}

impl fmt::Debug for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Axes {
    /// Whether every axis is at its default.
    pub fn is_default(&self) -> bool {
        *self == Axes::default()
    }

    /// The same place, but for `axis`, on which it is that of `other`.
    pub fn with(mut self, axis: &Axis, other: &Axes) -> Axes {
        (axis.copy)(other, &mut self);
        self
    }

    /// The axes that stand at something else than their default, with the value.
    pub fn varied(&self) -> Vec<(&'static str, String)> {
        self.apart(Axes::default()).map(|axis| (axis.name, axis.text(self))).collect()
    }

    /// The axes on which the two differ.
    pub fn differing(&self, other: &Axes) -> Vec<&'static str> {
        self.apart(*other).map(|axis| axis.name).collect()
    }

    /// Only what is left of these axes without TLS, such as the distance.
    pub fn without_tls(self) -> Axes {
        self.only(|axis| !axis.needs_tls)
    }

    /// Only what this party is told: the same for two cells if it need not tell them apart.
    pub fn told_to(self, party: Party) -> Axes {
        self.only(|axis| axis.told.contains(&party))
    }

    fn apart(self, other: Axes) -> impl Iterator<Item = &'static Axis> {
        Axes::ALL.iter().filter(move |axis| self.with(axis, &other) != self)
    }

    fn only(self, keeps: impl Fn(&Axis) -> bool) -> Axes {
        let kept = Axes::ALL.iter().filter(|axis| keeps(axis));
        kept.fold(Axes::default(), |axes, axis| axes.with(axis, &self))
    }
}
